// Pages made for paper: the button opens the browser's own printing.
(() => {
  "use strict";

  const button = document.querySelector("[data-print]");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  document.querySelector("[data-print-hint]").hidden = true;
})();

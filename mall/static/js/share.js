// Copies an address that stands in a field; without scripts it is marked and copied by hand.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    if (!navigator.clipboard || !field) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      field.select();
      button.querySelector("span").textContent = button.dataset.copied;
    });
  }
})();

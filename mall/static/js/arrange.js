// Blocks are dragged to their places. Without it, and by keyboard or finger, the buttons up and down do the same.
(() => {
  "use strict";
  for (const list of document.querySelectorAll("[data-arrange]")) {
    const form = document.getElementById(list.dataset.arrange);
    const rows = () => [...list.querySelectorAll("[data-arrange-row]")];
    const order = () => rows().map((row) => row.dataset.arrangeRow).join(" ");
    let held = null, before = "";
    for (const row of rows()) {
      row.draggable = true;
      row.addEventListener("dragstart", (event) => {
        held = row;
        before = order();
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", row.dataset.arrangeRow);
        row.classList.add("is-held");
      });
      row.addEventListener("dragover", (event) => {
        if (!held) return;
        event.preventDefault();
        if (held === row) return;
        const { top, height } = row.getBoundingClientRect();
        list.insertBefore(held, event.clientY < top + height / 2 ? row : row.nextSibling);
      });
      row.addEventListener("dragend", () => {
        row.classList.remove("is-held");
        held = null;
        if (order() === before) return;
        for (const id of order().split(" ")) {
          const input = document.createElement("input");
          input.type = "hidden";
          input.name = "block";
          input.value = id;
          form.append(input);
        }
        form.requestSubmit();
      });
    }
    list.addEventListener("dragover", (event) => { if (held) event.preventDefault(); });
    list.addEventListener("drop", (event) => event.preventDefault());
  }
})();

// A table that is filled in like a sheet: Enter and the arrows up and down stay in the column. Works without it, too.
(() => {
  "use strict";

  const form = document.querySelector("form[data-grid]");
  if (!form) return;
  const step = (field, by) => {
    const cell = field.closest("td");
    const rows = [...form.querySelectorAll("tbody tr:not(.grid-product)")];
    const next = rows[rows.indexOf(cell.parentElement) + by];
    const target = next?.cells[cell.cellIndex]?.querySelector("input:not([type=hidden])");
    if (!target) return false;
    target.focus();
    target.select?.();
    return true;
  };
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("td input") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (by === undefined || field.type === "number" && event.key !== "Enter") return;
    if (step(field, by) || event.key === "Enter") event.preventDefault();
  });
})();

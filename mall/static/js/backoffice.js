// Comfort for people who work here all day: keys, choosing rows, and a question before unsaved changes are lost.
// Everything on these pages works without it.
(() => {
  "use strict";

  const body = document.body;
  const isTyping = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // Unsaved changes: a form is dirty as long as it holds something else than when it came.
  const written = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
  const guarded = [...document.querySelectorAll("form[data-guard]")].map((form) => ({ form, before: written(form), isSent: false }));
  const hasErrors = (form) => form.querySelector("[aria-invalid='true']") !== null;
  const isDirty = (one) => !one.isSent && (hasErrors(one.form) || written(one.form) !== one.before);
  for (const one of guarded) {
    const mark = () => one.form.toggleAttribute("data-dirty", isDirty(one));
    one.form.addEventListener("input", mark);
    one.form.addEventListener("change", mark);
    one.form.addEventListener("reset", () => setTimeout(mark));
    one.form.addEventListener("submit", (event) => { if (!event.defaultPrevented) one.isSent = true; });
  }
  const anyDirty = () => guarded.some((one) => one.form.isConnected && isDirty(one));
  window.addEventListener("beforeunload", (event) => { if (anyDirty()) event.preventDefault(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const swapped = event.detail.target;
    if (guarded.some((one) => swapped?.contains(one.form) && isDirty(one))) event.detail.shouldSwap = false;
  });

  // The tab that is open may stand beyond the edge.
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

  // The box that chooses all rows works with scripts only (js/frame.js), so it comes with them.
  const all = document.querySelector("[data-check-all]");
  if (all && document.querySelector("[data-bulk-row]")) all.hidden = false;

  // Filters: what is empty does not stand in the address.
  for (const form of document.querySelectorAll("form.list-filters")) {
    form.addEventListener("submit", () => {
      for (const field of form.querySelectorAll("input[name], select[name]")) if (!field.value) field.disabled = true;
    });
    window.addEventListener("pageshow", () => {
      for (const field of form.querySelectorAll(":disabled")) field.disabled = false;
    });
  }

  // Keys: "/" to search, j and k over the rows, x to choose, Enter to open, "?" for help.
  const keys = document.getElementById("keys");
  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")];
  let place = -1;
  const goTo = (next) => {
    const list = rows();
    if (!list.length) return;
    list[place]?.removeAttribute("data-current");
    place = Math.max(0, Math.min(list.length - 1, next));
    const row = list[place];
    row.setAttribute("data-current", "");
    const target = row.querySelector("[data-open]") ?? row.querySelector("a, select, input, button");
    target?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("table[data-rows] tbody tr");
    if (!row) return;
    rows().forEach((one) => one.removeAttribute("data-current"));
    row.setAttribute("data-current", "");
    place = rows().indexOf(row);
  });
  const actions = {
    "/": () => {
      const box = document.querySelector("main input[type=search]");
      box?.focus();
      box?.select();
      return Boolean(box);
    },
    j: () => goTo(place + 1),
    k: () => goTo(place - 1),
    x: () => {
      const box = rows()[place]?.querySelector("[data-bulk-row]");
      box?.click();
      return Boolean(box);
    },
    Enter: () => {
      // On a link or a button Enter is the browser's; on a box it would send the form of the chosen rows.
      if (place < 0 || !(document.activeElement === body || document.activeElement.matches("[data-bulk-row]"))) return false;
      const link = rows()[place]?.querySelector("[data-open]");
      link?.click();
      return Boolean(link);
    },
    "?": () => keys?.showModal?.(),
  };
  const choice = keys?.querySelector("[data-keys-on]");
  try {
    if (choice) choice.checked = localStorage.getItem("mall-keys") !== "off";
  } catch { /* a browser that remembers nothing */ }
  choice?.addEventListener("change", () => {
    try {
      localStorage.setItem("mall-keys", choice.checked ? "on" : "off");
    } catch { /* a browser that remembers nothing */ }
  });
  document.addEventListener("keydown", (event) => {
    if (choice && !choice.checked) return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const act = actions[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  const opener = document.querySelector("[data-keys]");
  if (opener && keys?.showModal) {
    opener.hidden = false;
    opener.addEventListener("click", () => keys.showModal());
  }
})();

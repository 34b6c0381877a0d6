// Comfort of every frame: menus that close, messages that go, questions before what cannot be undone,
// forms that are sent once and are not left by mistake. Everything works without it.
(() => {
  "use strict";

  // Menus: one open at a time, shut by Escape or a press elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Forms: ask first where data-confirm says what, and send only once.
  const dialog = document.getElementById("confirm");
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (question && dialog?.showModal && form.dataset.confirmed !== "yes") {
      event.preventDefault();
      event.stopPropagation();
      dialog.querySelector("h2").textContent = question;
      dialog.returnValue = "";
      dialog.showModal();
      dialog.addEventListener("close", () => {
        if (dialog.returnValue !== "yes") return;
        form.dataset.confirmed = "yes";
        form.requestSubmit(event.submitter);
      }, { once: true });
      return;
    }
    if (form.method !== "post" || form.dataset.buy !== undefined || form.dataset.many !== undefined || form.hasAttribute("hx-post")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    event.submitter?.setAttribute("aria-disabled", "true");
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // Unsaved changes: ask before the page is left (the back office has its own guard).
  for (const form of document.querySelectorAll("body:not(.backoffice) form[data-guard]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }

  // The first field with an error is where to go on.
  document.querySelector("main [aria-invalid='true']")?.focus();

  // Until when: <time data-countdown="ISO" data-now="ISO" data-day="d">; counts by the server's clock.
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const end = Date.parse(place.dataset.countdown);
    const ahead = place.dataset.now ? Date.parse(place.dataset.now) - Date.now() : 0;
    const boxed = place.classList.contains("countdown-boxed");
    const two = (number) => String(number).padStart(2, "0");
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now() - ahead) / 1000));
      const days = place.dataset.day ? Math.floor(left / 86400) : 0;
      const hours = Math.floor(left / 3600) - 24 * days;
      const parts = [two(Math.floor(left / 60) % 60), two(left % 60)];
      if (boxed || days) parts.unshift(two(hours));
      else if (hours) parts.unshift(String(hours));
      const before = days ? `${days} ${place.dataset.day} ` : "";
      if (boxed) {
        place.replaceChildren(before, ...parts.flatMap((part, at) => {
          const box = Object.assign(document.createElement("b"), { textContent: part });
          return at ? [":", box] : [box];
        }));
      } else place.textContent = before + parts.join(":");
      if (left > 0) setTimeout(tick, 1000);
    };
    tick();
  }

  // Chosen rows: the bar of actions comes when there are any, and says how many; without scripts it always stands there.
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    const rows = [...document.querySelectorAll(`[data-bulk-row][form="${bar.dataset.bulk}"]`)];
    const all = document.querySelector(`[data-bulk-all][form="${bar.dataset.bulk}"]`);
    let last = null;
    const tell = () => {
      const chosen = rows.filter((row) => row.checked).length;
      bar.hidden = chosen === 0;
      bar.classList.add("is-counting");
      bar.querySelector("[data-bulk-count]").textContent = chosen;
      if (!all) return;
      all.checked = chosen > 0 && chosen === rows.length;
      all.indeterminate = chosen > 0 && chosen < rows.length;
    };
    all?.addEventListener("change", () => {
      for (const row of rows) row.checked = all.checked;
      tell();
    });
    for (const row of rows) {
      row.addEventListener("click", (event) => {
        if (event.shiftKey && last) {
          const [from, to] = [rows.indexOf(last), rows.indexOf(row)].sort((a, b) => a - b);
          for (const between of rows.slice(from, to + 1)) between.checked = row.checked;
        }
        last = row;
        tell();
      });
    }
    tell();
  }

  // What looks after itself: <main data-reload="3"> asks again after so many seconds.
  const waiting = document.querySelector("[data-reload]");
  if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);

  // Quantities: a minus and a plus around the number.
  window.mallQuantity = (box) => {
    if (box.dataset.ready) return;
    box.dataset.ready = "yes";
    const input = box.querySelector("input");
    const step = (sign, change) => {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.disabled = input.disabled;
      button.textContent = sign;
      button.setAttribute("aria-hidden", "true");
      button.addEventListener("click", () => {
        const least = Number(input.min || 0), most = Number(input.max || 999);
        const next = Math.min(most, Math.max(least, Number(input.value || 0) + change));
        if (next === Number(input.value)) return;
        input.value = next;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      return button;
    };
    input.before(step("−", -1));
    input.after(step("+", 1));
  };
  const dress = (root) => root.querySelectorAll("[data-quantity]").forEach(window.mallQuantity);
  dress(document);
  document.addEventListener("htmx:load", (event) => dress(event.target));
})();

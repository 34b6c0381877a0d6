// Comfort of the storefront's frame: suggestions while typing, toasts.
(() => {
  "use strict";

  const form = document.querySelector("form[data-suggest]");
  if (form) {
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = "suggestions";
    list.setAttribute("role", "listbox");
    list.hidden = true;
    form.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");

    let timer, chosen = -1, asked = "";
    const shut = () => {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (place) => {
      const rows = [...list.children];
      if (!rows.length) return;
      chosen = (place + rows.length) % rows.length;
      rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
      input.setAttribute("aria-activedescendant", rows[chosen].id);
    };
    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map(({ text, url, note }, at) => {
        const row = document.createElement("li");
        row.id = `suggestion-${at}`;
        row.setAttribute("role", "option");
        row.append(Object.assign(document.createElement("span"), { textContent: text, className: "suggestion-text" }));
        if (note) row.append(Object.assign(document.createElement("small"), { textContent: note }));
        row.classList.toggle("is-words", !url);
        row.dataset.url = url || "";
        row.dataset.text = text;
        return row;
      }));
      chosen = -1;
      list.hidden = suggestions.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };
    const go = (row) => {
      if (row.dataset.url) location.assign(row.dataset.url);
      else {
        input.value = row.dataset.text;
        form.requestSubmit();
      }
    };
    const ask = async () => {
      const words = input.value.trim();
      asked = words;
      try {
        const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: words })}`);
        if (!answer.ok) return;
        const { suggestions } = await answer.json();
        if (asked === input.value.trim() && document.activeElement === input) show(suggestions);
      } catch { /* suggestions are a comfort; the search itself still works */ }
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 180);
    });
    input.addEventListener("focus", () => { if (!input.value.trim()) ask(); });
    input.addEventListener("keydown", (event) => {
      if (list.hidden && event.key === "ArrowDown" && !event.isComposing) {
        event.preventDefault();
        ask();
      }
      if (list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen < 0 && event.key === "ArrowUp" ? -1 : chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Escape") {
        event.preventDefault(); // the browser would empty the field
        event.stopPropagation();
        shut();
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        go(list.children[chosen]);
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const row = event.target.closest("li");
      if (row) go(row);
    });
    input.addEventListener("blur", () => setTimeout(shut, 120));
  }

  // The tab bar of phones shows the cart's count too; on pages that are kept for everybody only the header knows it.
  window.mallCount = () => {
    const bubble = document.querySelector("#cart-link .bubble");
    for (const place of document.querySelectorAll("#cart-tab, #cart-bar")) {
      place.querySelector(".bubble")?.remove();
      if (bubble) place.append(bubble.cloneNode(true));
    }
  };
  window.mallCount();

  // Toasts: what a page fetched in the background had to say.
  window.mallToast = (alerts) => {
    const place = document.getElementById("toasts");
    for (const alert of alerts) {
      place.append(alert);
      setTimeout(() => alert.remove(), 5000);
    }
  };
})();

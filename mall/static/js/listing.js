// Comfort of lists of goods: filters, orders and further pages without loading the page again. Without it they are links.
(() => {
  "use strict";

  let list = document.querySelector("[data-listing]");
  if (!list) return;

  const page = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // Another filter or order: the whole list is another one; the fold of filters stays as it was.
  const change = async (address, { remember = true } = {}) => {
    const open = list.querySelector("#filters")?.checked;
    const held = document.activeElement?.closest("[data-listing] a")?.textContent.trim();
    list.setAttribute("aria-busy", "true");
    try {
      const other = await page(address);
      const fresh = document.adoptNode(other.querySelector("[data-listing]"));
      list.replaceWith(fresh);
      list = fresh;
      document.title = other.title;
      if (remember) history.pushState({ listing: true }, "", address);
      if (open && list.querySelector("#filters")) list.querySelector("#filters").checked = true;
      if (held) [...list.querySelectorAll("a")].find((link) => link.textContent.trim() === held)?.focus({ preventScroll: true });
      if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
      more();
    } catch {
      location.assign(address);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-listing] a[rel~='nofollow']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    change(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-listing] form[method='get'], [data-listing] .price-form");
    if (!form) return;
    event.preventDefault();
    const address = new URL(form.action, location.href);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
    change(address.href);
  }, true);
  window.addEventListener("popstate", () => change(location.href, { remember: false }));

  // The next page joins this one.
  const more = () => {
    const next = list.querySelector(".pages a[rel='next']");
    const words = list.dataset.more;
    if (!next || !words) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button listing-more";
    button.textContent = words;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      try {
        const other = await page(next.href);
        const grid = list.querySelector(".grid"), cards = [...other.querySelectorAll("[data-listing] .grid > *")];
        const first = cards[0];
        grid.append(...cards);
        list.querySelector(".pages").replaceWith(document.adoptNode(other.querySelector("[data-listing] .pages")));
        history.replaceState({ listing: true }, "", next.href);
        button.remove();
        first?.querySelector("a")?.focus({ preventScroll: true });
        more();
      } catch {
        location.assign(next.href);
      }
    });
    list.querySelector(".pages").before(button);
  };
  more();
})();

// Comfort of the product page: choose a SKU without loading the page again, look at pictures, stay while adding to the cart.
(() => {
  "use strict";

  const page = document.querySelector("[data-product]");
  if (!page) return;
  const skus = JSON.parse(document.getElementById("skus")?.textContent || "[]");
  const find = (name) => page.querySelector(`[${name}]`);

  // Pictures
  const stage = find("data-gallery-picture");
  const thumbs = [...page.querySelectorAll("[data-gallery-thumb]")];
  const look = (address) => {
    const asked = thumbs.find((thumb) => thumb.getAttribute("href") === address);
    if (!asked || !stage) return;
    stage.srcset = asked.dataset.galleryThumb;
    stage.src = address;
    for (const thumb of thumbs) {
      if (thumb === asked) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    }
  };
  for (const thumb of thumbs) {
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      look(thumb.getAttribute("href"));
    });
  }

  // Money as the page writes it: a small sign, small cents.
  const money = (text) => {
    const [, sign, whole, cents] = /^([^\d]*)([\d,]+)(\.\d+)?$/.exec(text) || [];
    const place = document.createElement("span");
    place.className = "money";
    if (whole === undefined) {
      place.textContent = text;
      return place;
    }
    const small = (part) => Object.assign(document.createElement("small"), { textContent: part || "" });
    place.append(small(sign.trim()), whole, small(cents));
    return place;
  };

  // Choosing
  const options = [...page.querySelectorAll("[data-option]")].map((box) => ({
    box,
    values: [...box.querySelectorAll("[data-value]")],
  }));
  const chosen = () => options.map(({ values }) => values.find((value) => value.hasAttribute("aria-current"))?.dataset.value);
  const skuOf = (choice) => skus.find((sku) => sku.choice.length === choice.length && sku.choice.every((id, at) => id === choice[at]));

  const show = (sku) => {
    options.forEach(({ box, values }, place) => {
      for (const value of values) {
        const picked = value.dataset.value === sku.choice[place];
        if (picked) {
          value.setAttribute("aria-current", "true");
          box.querySelector("[data-option-chosen]").textContent = value.dataset.name;
        } else value.removeAttribute("aria-current");
        const other = skuOf(sku.choice.map((id, at) => (at === place ? value.dataset.value : id)));
        const out = !other || other.available <= 0;
        value.classList.toggle("is-out", out);
        value.querySelector("[data-out]").hidden = !out;
        if (other) value.setAttribute("href", `?sku=${other.id}`);
      }
    });
    find("data-price").replaceChildren(money(sku.price));
    const was = find("data-list-price");
    was.hidden = !sku.list_price;
    was.replaceChildren(money(sku.list_price || ""));
    find("data-duty")?.replaceChildren(money(sku.duty || ""));
    find("data-sku").value = sku.id;
    const few = Number(find("data-stock-left").dataset.few || 10);
    find("data-stock-in").hidden = sku.available <= few;
    find("data-stock-low").hidden = sku.available <= 0 || sku.available > few;
    find("data-stock-out").hidden = sku.available > 0;
    find("data-stock-left").textContent = sku.available;
    const quantity = page.querySelector("input[name=quantity]");
    quantity.max = Math.max(1, sku.available);
    if (Number(quantity.value) > Number(quantity.max)) quantity.value = quantity.max;
    for (const button of page.querySelectorAll("[data-needs-stock]")) button.disabled = sku.available <= 0;
    look(sku.picture);
    history.replaceState(null, "", `?sku=${sku.id}`);
  };

  page.addEventListener("click", (event) => {
    const value = event.target.closest("[data-value]");
    if (!value || event.ctrlKey || event.metaKey) return;
    const place = options.findIndex(({ values }) => values.includes(value));
    const choice = chosen();
    choice[place] = value.dataset.value;
    const sku = skuOf(choice) || skus.find((other) => other.choice[place] === value.dataset.value);
    if (!sku || document.getElementById("slot")) return; // of a service the page brings its times along
    event.preventDefault();
    show(sku);
  });

  // Adding to the cart in the background; the answered page brings the message and the cart's count.
  const form = document.getElementById("buy");
  form?.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "cart") return;
    event.preventDefault();
    const button = event.submitter;
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const body = new FormData(form, button);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, ""); // colours of its own, of no use here
      const other = new DOMParser().parseFromString(text, "text/html");
      const fresh = other.getElementById("cart-link");
      if (fresh) document.getElementById("cart-link").replaceWith(fresh);
      window.mallCount();
      const said = [...other.querySelectorAll("#messages .alert")];
      if (said.length) window.mallToast(said);
      else location.assign(answer.url);
    } catch {
      form.submit();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
})();

// Back and next for the strip of banners; without it the strip is moved by finger, wheel or arrow keys.
(() => {
  "use strict";
  for (const strip of document.querySelectorAll("[data-strip]")) {
    const rail = strip.querySelector("[data-strip-rail]");
    if (rail.children.length < 2) continue;
    strip.querySelector("[data-strip-buttons]").hidden = false;
    const move = (direction) => {
      const width = rail.clientWidth, last = rail.children.length - 1;
      const now = Math.round(rail.scrollLeft / width);
      const next = now + direction < 0 ? last : now + direction > last ? 0 : now + direction;
      rail.scrollTo({ left: next * width });
    };
    strip.querySelector("[data-strip-back]").addEventListener("click", () => move(-1));
    strip.querySelector("[data-strip-next]").addEventListener("click", () => move(1));
  }
})();

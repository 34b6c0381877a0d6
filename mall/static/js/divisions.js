// Province, city, district: what was chosen in one select brings the choices of the next. Without it a button does.
(() => {
  "use strict";

  const LEVELS = ["province", "city", "district"];

  const fill = async (groups, level) => {
    const place = LEVELS.indexOf(level);
    const next = groups[LEVELS[place + 1]];
    if (!next) return;
    for (const after of LEVELS.slice(place + 1)) groups[after]?.replaceChildren(...[...groups[after].options].slice(0, 1));
    const asked = new URLSearchParams();
    for (const one of LEVELS.slice(0, place + 1)) asked.set(one, groups[one].value);
    if (!groups[level].value) return;
    const waits = String(asked);
    next.dataset.asked = waits;
    try {
      const answer = await fetch(`${next.dataset.divisions}?${asked}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || next.dataset.asked !== waits) return;
      for (const [value, label] of (await answer.json()).divisions) next.append(new Option(label, value));
      if (next.options.length === 2) {
        next.selectedIndex = 1;
        fill(groups, next.dataset.division);
      }
    } catch {
      for (const button of document.querySelectorAll("[data-division-look]")) button.hidden = false;
    }
  };

  const groupsOf = (form) => Object.fromEntries(LEVELS.map((level) => [level, form.querySelector(`select[data-division="${level}"]`)]));

  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("select[data-division]")) fill(groupsOf(target.form), target.dataset.division);
  });

  for (const first of document.querySelectorAll('select[data-division="province"]')) {
    const groups = groupsOf(first.form);
    for (const button of first.form.querySelectorAll("[data-division-look]")) button.hidden = true;
    for (const level of LEVELS.slice(0, 2)) {
      const next = groups[LEVELS[LEVELS.indexOf(level) + 1]];
      if (groups[level]?.value && next && next.options.length < 2) {
        fill(groups, level);
        break;
      }
    }
  }
})();

// Comfort of hearts, follows, votes and alerts: pressed without leaving the page, and shown as they stand.
// Without it each is a button that says what it wants, and a page comes back.
(() => {
  "use strict";

  const form = document.getElementById("mark");
  if (!form) return;
  const person = document.querySelector("[data-marks]");
  const ofList = { favorite: "favorites", follow: "shops" };

  const version = () => /(?:^|; )marks=([^;]*)/.exec(document.cookie)?.[1] || "";
  const show = (button, on) => {
    button.value = on ? "drop" : "keep";
    button.setAttribute("aria-pressed", String(on));
    const words = button.querySelector("[data-mark-words]");
    if (words) words.textContent = on ? button.dataset.on : button.dataset.off;
  };
  const alike = (button) => [...document.querySelectorAll(`[data-mark="${button.dataset.mark}"]`)].filter(
    (other) => other === button || (button.dataset.key && other.dataset.key === button.dataset.key));

  // What is hers: asked for once, and again when a door has told of a change.
  const known = async () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem("marks") || "{}");
      if (version() && kept.version === version()) return kept.marks;
    } catch { /* asked for anew */ }
    const answer = await fetch(person.dataset.marks, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return null;
    const marks = await answer.json();
    sessionStorage.setItem("marks", JSON.stringify({ version: version(), marks }));
    return marks;
  };
  const dress = async (root) => {
    const buttons = [...root.querySelectorAll("[data-mark]")].filter((button) => ofList[button.dataset.mark] && button.dataset.key);
    if (!person || !buttons.length) return;
    try {
      const marks = await known();
      if (!marks) return;
      for (const button of buttons) {
        if (marks[ofList[button.dataset.mark]].includes(button.dataset.key)) show(button, true);
      }
    } catch { /* the buttons still say what they want */ }
  };
  dress(document);

  const say = (words, url, tone) => {
    const alert = document.createElement("div");
    alert.className = `alert alert-${tone}`;
    const body = document.createElement(url ? "a" : "p");
    body.className = "alert-body";
    if (url) body.href = url;
    body.textContent = words;
    alert.append(body);
    window.mallToast([alert]);
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.dataset.mark) return;
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(button.formAction, {
        method: "POST", body: new FormData(form, button), credentials: "same-origin", headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (told.sign_in) return location.assign(told.sign_in);
      if (answer.ok) {
        for (const other of alike(button)) {
          if (button.dataset.mark !== "compare") show(other, told.on);
          const count = other.querySelector("[data-mark-count]");
          if (count && told.count !== undefined) count.textContent = told.count || "";
        }
      }
      say(told.said, told.url, answer.ok ? "success" : "error");
    } catch {
      button.dataset.mark = "";
      form.requestSubmit(button);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
})();

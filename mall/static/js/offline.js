// Checks codes by the list that stands in the page, without network, and notes them until they are handed in.
(() => {
  "use strict";
  const desk = document.querySelector("[data-offline]");
  if (!desk) return;
  const list = JSON.parse(document.getElementById("offline-list").textContent);
  const words = JSON.parse(document.getElementById("offline-words").textContent);
  const place = `offline:${list.list}`;
  const input = desk.querySelector("[data-offline-code]");
  const said = desk.querySelector("[data-offline-said]");
  const rows = desk.querySelector("[data-offline-noted]");
  const field = document.getElementById("id_uses");
  const handIn = field.form;
  const signs = list.digests.length ? list.digests[0].length : 5;
  const known = new Set(list.digests);

  const noted = () => JSON.parse(localStorage.getItem(place) || "[]");
  const counted = new Set(JSON.parse(document.getElementById("offline-counted").textContent));

  const show = () => {
    const mine = noted();
    rows.replaceChildren(...mine.map(([code, at]) => {
      const row = document.createElement("li");
      row.textContent = `${code.replace(/(\d{4})(?=\d)/g, "$1 ")} · ${new Date(at).toLocaleString(document.documentElement.lang)}`;
      return row;
    }));
    if (mine.length || !field.value) field.value = mine.map((one) => one.join(", ")).join("\n");
  };

  const say = (name, tone) => {
    said.textContent = words[name];
    said.className = `alert alert-${tone}`;
    said.hidden = false;
    input.select();
  };

  const digest = async (code) => {
    const bytes = new TextEncoder();
    const key = await crypto.subtle.importKey("raw", bytes.encode(list.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mark = await crypto.subtle.sign("HMAC", key, bytes.encode(code));
    return [...new Uint8Array(mark)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, signs);
  };

  const check = async () => {
    const code = input.value.replace(/\D/g, "");
    if (code.length !== 12) return say("short", "warning");
    if (new Date() > new Date(list.expires_at)) return say("over", "warning");
    if (noted().some(([other]) => other === code)) return say("twice", "danger");
    const mark = crypto.subtle ? await digest(code) : null;
    if (mark && !known.has(mark)) return say("unknown", "danger");
    localStorage.setItem(place, JSON.stringify([...noted(), [code, new Date().toISOString()]]));
    input.value = "";
    show();
    return mark ? say("good", "success") : say("unchecked", "warning");
  };

  // What has been handed in is forgotten here: the page tells the ends of the codes and when they were noted.
  const left = noted().filter(([code, at]) => !counted.has(`${code.slice(-4)} ${Date.parse(at)}`));
  localStorage.setItem(place, JSON.stringify(left));

  desk.addEventListener("submit", (event) => { event.preventDefault(); check(); });
  handIn.addEventListener("submit", (event) => {
    if (!navigator.onLine) { event.preventDefault(); say("offline", "warning"); }
  });
  show();
})();

// Comfort of forms that send files: drop them, see them, see how far the sending is. Without it the form is simply sent.
(() => {
  "use strict";

  const size = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });

  for (const field of document.querySelectorAll("[data-upload-field]")) {
    const input = field.querySelector("input[type=file]");
    const place = field.querySelector(".upload-place");
    const list = field.querySelector("[data-upload-files]");
    const show = () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const row = document.createElement("li");
        if (file.type.startsWith("image/")) {
          const picture = document.createElement("img");
          picture.alt = "";
          const reader = new FileReader();
          reader.onload = () => { picture.src = reader.result; };
          reader.readAsDataURL(file);
          row.append(picture);
        }
        const name = document.createElement("span");
        name.textContent = `${file.name} · ${size.format(Math.max(1, file.size / 1024))}`;
        row.append(name);
        return row;
      }));
      list.hidden = input.files.length === 0;
    };
    input.addEventListener("change", show);
    for (const kind of ["dragenter", "dragover"]) place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add("is-over");
    });
    for (const kind of ["dragleave", "drop"]) place.addEventListener(kind, () => place.classList.remove("is-over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = new DataTransfer();
      for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // A form with data-upload is sent in the background so that it can say how far it is; its answer is the next page.
  for (const form of document.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (event) => {
      const progress = form.querySelector("[data-upload-progress]");
      const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
      if (!progress || !files || event.defaultPrevented) return;
      event.preventDefault();
      const button = event.submitter;
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
        if (!lengthComputable) return;
        const percent = Math.round((100 * loaded) / total);
        progress.querySelector("progress").value = percent;
        progress.querySelector("[data-upload-percent]").textContent = `${percent}%`;
      });
      request.addEventListener("load", () => {
        history.replaceState(null, "", request.responseURL || location.href);
        document.open();
        document.write(request.responseText);
        document.close();
      });
      request.addEventListener("error", () => form.submit());
      progress.hidden = false;
      button?.setAttribute("aria-busy", "true");
      request.send(new FormData(form, button));
    });
  }
})();

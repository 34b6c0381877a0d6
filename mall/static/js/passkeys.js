// Passkeys: asks the browser for one, or to show one, and sends what it says. Pages say with data- attributes what to do.
(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const known = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  });

  const said = (credential) => {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        ...Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])])),
        ...(response.getTransports && { transports: response.getTransports() }),
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-button]");
    const trouble = form.querySelector("[data-passkey-trouble]");
    if (!window.PublicKeyCredential) {
      trouble.textContent = form.dataset.passkeyUnable;
      trouble.hidden = false;
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      button.setAttribute("aria-busy", "true");
      try {
        const options = JSON.parse(document.getElementById("passkey-options").textContent);
        const publicKey = asked((options.creation_options ?? options.request_options).publicKey);
        const credential = await (form.dataset.passkey === "create"
          ? navigator.credentials.create({ publicKey })
          : navigator.credentials.get({ publicKey }));
        form.elements.credential.value = JSON.stringify(said(credential));
        form.submit();
      } catch {
        button.removeAttribute("aria-busy");
        trouble.textContent = form.dataset.passkeyFailed;
        trouble.hidden = false;
      }
    });
  }
})();

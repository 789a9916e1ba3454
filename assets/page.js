() => {
  // What the page needs besides Gradio: the copy buttons, downloads.
  const ssti = (window.ssti = window.ssti || {});

  ssti.copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    // Over plain http, away from localhost, browsers offer only the old way.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  // Starts the download of a file that a handler has put into a hidden DownloadButton.
  ssti.download = (id) => {
    const link = document.querySelector(`#${id} a[href], a#${id}[href]`);
    if (link) link.click();
    else document.getElementById(id)?.click();
  };

  if (!ssti.listening) {
    ssti.listening = true;
    // Gradio calls a slider "range slider for Share", in English whatever the language: its label says enough.
    const GLUE = /^(range slider|number input) for /;
    let waiting = null;
    const named = () => {
      waiting = null;
      for (const one of document.querySelectorAll('input[aria-label*=" for "]')) {
        const name = one.getAttribute("aria-label");
        if (GLUE.test(name)) one.setAttribute("aria-label", name.replace(GLUE, ""));
      }
    };
    new MutationObserver(() => (waiting ??= requestAnimationFrame(named))).observe(document.documentElement, { childList: true, subtree: true });
    // Work that begins disables its button, and its end hides Stop: the focus goes to the other of the two, not to the top of the page.
    let held = null;
    const hold = (event) => {
      const button = event.target.closest?.(".row > button");
      held = button ? { button, row: button.parentElement } : null;
    };
    const usable = (button) => button.isConnected && !button.disabled && button.offsetParent;
    const keep = () => {
      if (!held || document.activeElement !== document.body || usable(held.button)) return;
      [...held.row.querySelectorAll(":scope > button")].find(usable)?.focus({ preventScroll: true });
    };
    document.addEventListener("focusin", hold);
    document.addEventListener("pointerdown", hold);
    new MutationObserver(keep).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-copy]");
      if (!button) return;
      const source = button.closest("figure").querySelector("code");
      await ssti.copy(source.textContent);
      button.textContent = tr("Copied");
      setTimeout(() => (button.textContent = tr("Copy")), 1200);
    });
  }
}

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

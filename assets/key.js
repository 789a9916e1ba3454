(() => {
  // This browser's key: what it starts and uploads is its own, after a reload and after a restart of the server.
  // Nobody can guess it, it stays in this browser, and only this server is told it, with each request of the page.
  const NAME = "ssti-key";
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.key) return;

  const made = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  ssti.key = () => {
    try {
      const kept = localStorage.getItem(NAME);
      if (/^[\w-]{43}$/.test(kept || "")) return kept;
      localStorage.setItem(NAME, made);
    } catch {
      // A browser that keeps nothing has a key for as long as the page is open.
    }
    return made;
  };

  const fetched = window.fetch;
  window.fetch = (resource, options) => {
    const request = resource instanceof Request ? resource : null;
    const url = new URL(request ? request.url : resource, document.baseURI);
    if (url.origin !== window.location.origin) return fetched(resource, options);
    const headers = new Headers((options && options.headers) || (request && request.headers) || {});
    headers.set("X-SSTI-Key", ssti.key());
    return fetched(resource, { ...options, headers });
  };
})();

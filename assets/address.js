(() => {
  // The address in the browser: it follows what one sees, links with `data-go` and Back and Forward move inside the page.
  // What it says is made and read in ssti/ui/kit/address.py. A new tab, adapter, run or lesson's step is a step that Back
  // goes back to; all else only changes the address.
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.show) return;

  const STEPS = ["tab", "adapter", "run", "lesson", "step"];
  const LONG = { text: tr("text"), trigger: tr("trigger"), recipe: tr("recipe") }; // parts that may not fit
  const WAIT = 300; // ms without a change until the address follows
  let current = ""; // the address whose state the page shows; empty until it is read
  let moving = true; // the page is on its way to an address: what changes meanwhile is no step of its own
  let waiting = 1; // addresses that the page is to show still: what it showed before is not written into them
  let moves = 0;
  let written = 0; // as many moves when what the page shows was last asked for
  let unfit = []; // parts that were too long for the address
  let timer;

  // Whoever reads the page aloud, or drives it, waits until it shows what its address says.
  const busy = () => document.documentElement.setAttribute("aria-busy", String(waiting > 0));
  busy();

  const place = () => window.location.search + window.location.hash;
  const parts = (href) => {
    const url = new URL(href, window.location.href);
    return { query: url.searchParams, hash: new URLSearchParams(url.hash.slice(1)) };
  };
  const text = ({ query, hash }) => (`${query}` ? `?${query}` : "") + (`${hash}` ? `#${hash}` : "");

  // A Space stands in a frame of the Hub's page, which shows the address that it is told.
  const tell = () => {
    if (window.parent === window) return;
    const { search, hash } = window.location;
    window.parent.postMessage({ queryString: search.slice(1), hash: hash.slice(1) }, "https://huggingface.co");
  };

  // Keeps what others wrote into the query (`__theme`), and the page's own parts as the server made them.
  ssti.show = ({ href, keys, unfit: left }) => {
    if (waiting || written !== moves) return; // it is of the place that was left meanwhile
    unfit = left;
    const next = new URL(window.location.pathname + href, window.location.origin);
    const old = parts(place());
    for (const [key, value] of old.query) if (!keys.includes(key)) next.searchParams.append(key, value);
    const now = parts(next.href);
    const step = STEPS.some((key) => (old.query.get(key) || "") !== (now.query.get(key) || ""));
    const known = !moving && old.query.get("tab");
    if (text(now) !== text(old)) {
      window.history[step && known ? "pushState" : "replaceState"](window.history.state, "", next);
      tell();
    }
    current = place();
    moving = false;
  };

  ssti.note = () => {
    clearTimeout(timer);
    timer = setTimeout(() => waiting || ssti.write?.(), WAIT);
  };

  ssti.writing = () => {
    written = moves;
  };

  ssti.arrived = () => {
    waiting = Math.max(0, waiting - 1);
    busy();
    ssti.note();
  };

  const move = () => {
    clearTimeout(timer); // what was about to be written is of the place that is left
    const before = current;
    moving = true;
    waiting += 1;
    moves += 1;
    busy();
    current = place();
    ssti.steer?.({ href: place(), before });
  };

  // To an address that says less: what it does not name stays as it is.
  ssti.go = (href) => {
    const [now, next] = [parts(place()), parts(href)];
    for (const side of ["query", "hash"]) {
      for (const [key, value] of next[side]) now[side].set(key, value);
    }
    if (next.hash.has("text") && !next.hash.has("trigger")) now.hash.delete("trigger");
    const to = text(now);
    if (to !== place()) window.history.pushState(null, "", window.location.pathname + to);
    move();
    window.scrollTo({ top: 0 });
  };

  const startOver = (keys) => {
    const { query, hash } = parts(place());
    for (const key of keys) {
      query.delete(key);
      hash.delete(key);
    }
    window.history.pushState(null, "", window.location.pathname + text({ query, hash }));
    window.location.reload();
  };

  const say = (button, words) => {
    const usual = (button.dataset.words ??= button.textContent);
    button.textContent = words;
    setTimeout(() => (button.textContent = usual), 2400);
  };

  window.addEventListener("popstate", move);

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-go]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
      event.preventDefault();
      ssti.go(link.getAttribute("href"));
    }
    const copy = event.target.closest("[data-copy-link]");
    if (copy) {
      await ssti.copy(window.location.href);
      say(copy, unfit.length ? tr("Copied, without {parts}: too long", { parts: unfit.map((one) => LONG[one] ?? one).join(", ") }) : tr("Copied"));
    }
    const over = event.target.closest("[data-start-over]");
    if (over) {
      const keys = JSON.parse(over.dataset.startOver);
      startOver(keys[parts(place()).query.get("tab")] ?? keys[""]);
    }
  });
})();

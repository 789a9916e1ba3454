(() => {
  // Explains a term of assets/words.md on tap, hover or focus: one popover for the whole page, in the browser's top
  // layer, so that no card cuts it off. Escape, a tap elsewhere or leaving it closes it.
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.words) return;
  const words = (ssti.words = JSON.parse(document.getElementById("ssti-words").textContent));
  const TERM = "[data-term]";
  const LABEL = '[data-testid="block-info"]:not(.sr-only)';
  const HEADING = ".tabitem :is(h2, h3, th, .aside)";
  const MARGIN = 12; // px between the popover and the window's edges

  let box, live, shown, pinned, timer;

  function build() {
    box = document.createElement("div");
    box.id = "word";
    box.popover = "manual";
    box.innerHTML = "<b></b><p></p>";
    live = document.createElement("div");
    live.id = "word-said";
    live.setAttribute("role", "status");
    document.querySelector(".gradio-container").append(box, live);
    box.addEventListener("pointerleave", later);
    box.addEventListener("pointerenter", () => clearTimeout(timer));
  }

  function place() {
    const at = shown.getClientRects()[0] || shown.getBoundingClientRect();
    if (!shown.isConnected || !at.width || at.bottom < 0 || at.top > innerHeight) return hide();
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = at.bottom + 6 + height < innerHeight || at.top < height + 6;
    box.style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - width - MARGIN))}px`;
    box.style.top = `${below ? at.bottom + 6 : at.top - 6 - height}px`;
  }

  function show(button, say, pin) {
    const word = words[button.dataset.term];
    if (!word) return;
    if (!box?.isConnected) build();
    clearTimeout(timer);
    if (shown && shown !== button) hide();
    shown = button;
    pinned = pin;
    box.querySelector("b").textContent = button.dataset.term;
    box.querySelector("p").textContent = word.text;
    box.showPopover();
    place();
    button.setAttribute("aria-expanded", "true");
    if (say) live.textContent = `${button.dataset.term}: ${word.text}`;
  }

  function hide() {
    clearTimeout(timer);
    if (!shown) return;
    shown.setAttribute("aria-expanded", "false");
    shown = pinned = null;
    live.textContent = "";
    if (box.matches(":popover-open")) box.hidePopover();
  }

  function later() {
    clearTimeout(timer);
    if (!pinned) timer = setTimeout(hide, 200); // time to move into it
  }

  const of = (event) => event.target.closest?.(TERM);

  document.addEventListener("click", (event) => {
    const button = of(event);
    if (!button) return event.target.closest?.("#word") ? null : hide();
    event.preventDefault(); // a label would hand the click on to its field
    event.stopPropagation();
    if (shown === button && pinned) hide();
    else show(button, true, true);
  }, true);
  document.addEventListener("pointerover", (event) => {
    const button = event.pointerType === "mouse" && of(event);
    if (!button || button === shown) return button && clearTimeout(timer);
    clearTimeout(timer);
    timer = setTimeout(() => show(button, false, false), 150);
  });
  document.addEventListener("pointerout", (event) => of(event) && later());
  document.addEventListener("focusin", (event) => {
    const button = of(event);
    if (button && button.matches(":focus-visible")) show(button, true, true);
    else if (!button && shown && !event.target.closest("#word")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      event.stopPropagation();
      hide();
    } else if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(`${LABEL}${TERM}`)) {
      event.preventDefault();
      event.target.click();
    }
  }, true);
  for (const moved of ["scroll", "resize"]) window.addEventListener(moved, () => shown && place(), { capture: true, passive: true });

  // Terms in labels and headings, longest form first.
  const names = new Map(Object.entries(words).flatMap(([name, { also }]) => [name, ...also].map((form) => [form.toLowerCase(), name])));
  const forms = [...names.keys()].sort((one, other) => other.length - one.length).map((form) => form.replace(/[[\]\\^$.*+?()|{}]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "iu");

  // A label of Gradio's is plain text that it may change: one that holds a term becomes that term's button, as a whole.
  function label(element) {
    const text = element.textContent.trim();
    if (element.dataset.explained === text) return;
    element.dataset.explained = text;
    const found = text.length < 40 && pattern.exec(text);
    element.classList.toggle("term", Boolean(found));
    if (found) {
      element.dataset.term = names.get(found[0].toLowerCase());
      element.setAttribute("role", "button");
      element.tabIndex = 0;
    } else if (element.dataset.term) {
      delete element.dataset.term;
      element.removeAttribute("role");
      element.removeAttribute("tabindex");
    }
  }

  // A heading is a text of ours: a term in it becomes a button where the tab shows it for the first time.
  function heading(element) {
    if (element.closest("button, a, summary, label, [role=button]")) return;
    const tab = element.closest(".tabitem");
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const found = text.parentElement.closest("button, mark, code") ? null : pattern.exec(text.data);
      const name = found && names.get(found[0].toLowerCase());
      if (!name || tab.querySelector(`button.term[data-term="${CSS.escape(name)}"]`)) continue;
      const word = text.splitText(found.index);
      word.splitText(found[0].length);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "term";
      button.dataset.term = name;
      button.textContent = word.data;
      word.replaceWith(button);
    }
  }

  let waiting;
  const look = () => {
    waiting = null;
    document.querySelectorAll(LABEL).forEach(label);
    document.querySelectorAll(HEADING).forEach(heading);
    if (shown && !shown.isConnected) hide();
  };
  new MutationObserver(() => (waiting ??= requestAnimationFrame(look))).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();

(() => {
  // The lesson's card above the tabs: its clicks, its focus, what this browser keeps of it. The page's side is in
  // ssti/ui/learn. Loaded after address.js, whose `show` it listens to.
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.lessons) return;
  const NAME = "ssti-lessons";
  const CARD = "#coach .coach";
  const EVERY = 3000; // ms between two looks while a step waits, for a run or an answer; none where nothing was drawn since

  // A link that names a lesson's step and nothing else: the step says what to open.
  let bare = (({ searchParams: said }) => said.has("lesson") && !said.has("tab"))(new URL(window.location));
  let key = null; // of the step that the card shows
  let looked = ""; // and whether that waits for something to be done
  let folded = false;
  let timer;

  ssti.lessons = {
    read() {
      try {
        return JSON.parse(localStorage.getItem(NAME)) || {};
      } catch {
        return {}; // a browser that keeps nothing, or something that is none of ours
      }
    },
    keep(progress) {
      try {
        if (progress) localStorage.setItem(NAME, JSON.stringify(progress));
      } catch {
        // then for as long as the page is open
      }
    },
    look() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.querySelector(`${CARD}[data-looks]`)) {
          ssti.coach?.("input", { href: window.location.search + window.location.hash });
        }
      }, 120);
    },
  };

  const show = ssti.show;
  ssti.show = (address) => {
    show(address);
    ssti.lessons.look();
  };

  function fold(card) {
    card.classList.toggle("folded", folded);
    const button = card.querySelector("[data-fold]");
    button.setAttribute("aria-expanded", String(!folded));
    const words = folded ? tr("Unfold") : tr("Fold");
    if (button.textContent !== words) button.textContent = words; // the observer hears it
  }

  function drawn() {
    const card = document.querySelector(CARD);
    document.body.classList.toggle("in-lesson", Boolean(card));
    if (!card) return (key = null);
    fold(card);
    const state = `${card.dataset.key} ${"looks" in card.dataset}`;
    if (state !== looked) ssti.lessons.look();
    looked = state;
    if (card.dataset.key === key) return;
    const moved = key !== null;
    key = card.dataset.key;
    if (bare) ssti.go(card.dataset.go);
    bare = false;
    // Who came by the card's own link goes on reading in the card.
    const active = document.activeElement;
    if (moved && (!active || active === document.body || card.contains(active))) {
      card.querySelector("h2").focus({ preventScroll: true });
    }
  }

  // For a beamer: `projector=1` in the address. Escape, or the button in the corner, leaves it.
  ssti.project = (on) => {
    document.body.classList.toggle("projector", Boolean(on));
    let leave = document.getElementById("projector-off");
    if (on && !leave) {
      leave = document.createElement("button");
      leave.id = "projector-off";
      leave.textContent = tr("Leave projector mode");
      leave.addEventListener("click", () => ssti.go("?projector=0"));
      document.querySelector(".gradio-container").append(leave);
    } else if (!on) leave?.remove();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("projector")) ssti.go("?projector=0");
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(`${CARD} button`);
    if (!button) return;
    if ("choice" in button.dataset) ssti.coach?.("click", { choice: button.dataset.choice });
    if ("leave" in button.dataset) ssti.coach?.("clear");
    if ("fold" in button.dataset) {
      folded = !folded;
      fold(button.closest(".coach"));
    }
  });
  let news = false; // something was drawn outside of the card since the last look
  setInterval(() => {
    if (news && document.querySelector(`${CARD}[data-looks]`)) ssti.lessons.look();
    news = false;
  }, EVERY);

  let seen;
  const watch = (changes) => {
    news ||= changes.some(({ target }) => !target.closest?.("#coach, #coach-ear, #hidden"));
    const place = document.getElementById("coach");
    if (!place || place === seen) return;
    seen = place;
    new MutationObserver(drawn).observe(place, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-key", "data-looks"] });
    drawn();
  };
  new MutationObserver(watch).observe(document.documentElement, { childList: true, subtree: true });
})();

"""The page as a person uses it: tabs by title, controls by label, cards by what they say. Knows no test."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

# A script in a text that ran would leave one of these.
HOSTILE = (
    "<img src=x onerror=\"window.ran='img'\">",
    "<script>window.ran='script'</script>",
    "${window.ran=1}",
    "${document.body.setAttribute(document.nodeName,1)}",
    "\\x3cimg src=x onerror\\x3dwindow.ran\\x3d1\\x3e",
    "{{#with this}}{{constructor}}{{/with}}",
    "`+(window.ran='tick')+`",
    "\\",
)

# Press one button, and another as soon as it is there and so many milliseconds have gone: quicker than a person.
PRESS_AND_STOP = """([box, go, stop, late]) => new Promise((done) => {
  const find = (name) => [...document.querySelectorAll(box + ' button')].find((one) => one.innerText.trim() === name && one.offsetParent);
  const timer = setInterval(() => {
    const button = find(stop);
    if (!button) return;
    clearInterval(timer);
    setTimeout(() => { button.click(); done(); }, late);
  }, 1);
  find(go).click();
})"""


class Lab:
    """One open page."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.opened_after: int | None = None  # as many failed tests: where one page serves several
        self.prepared: str | None = None  # its text, as a fixture left it

    def open(self, **query: str) -> Lab:
        """Open the page at `?tab=…&run=…` and wait until its components can be used."""
        self.page.goto(f"{self.url}?{urlencode(query)}" if query else self.url)
        self.page.get_by_role("tablist").wait_for()
        self.page.get_by_role("tab", selected=True).first.wait_for()
        return self.arrived()

    def go(self, **query: str) -> Lab:
        """Where `open` leads, by a link of the page that is open: it needs no loading."""
        self.page.evaluate("(href) => window.ssti.go(href)", f"?{urlencode(query)}")
        return self.arrived()

    def arrived(self) -> Lab:
        """Wait until the page shows what its address says."""
        self.page.locator("html[aria-busy=false]").wait_for(state="attached", timeout=60_000)
        self.page.evaluate("() => new Promise((idle) => requestIdleCallback(() => idle()))")  # and is not drawing still
        return self

    def leave(self) -> Lab:
        """Close what is shown. A page left open reloads itself when its server is back, and that ends an `open`."""
        self.page.goto("about:blank")
        return self

    def tab(self, title: str) -> Lab:
        """Choose a tab, also one that is folded away."""
        found, more = self.page.get_by_role("tab", name=title, exact=True), self.page.get_by_label("More tabs")
        found.or_(more).locator("visible=true").first.wait_for()  # while Gradio measures them neither is there
        if not found.is_visible():
            more.click()
            found = self.page.locator(".overflow-dropdown").get_by_text(title, exact=True)
        found.click()
        return self

    def selected_tab(self) -> str:
        """The title of the tab that is open."""
        return self.page.get_by_role("tab", selected=True).inner_text()

    def choose(self, group: str, choice: str) -> Lab:
        """A choice of a radio group, both by what the person reads."""
        radio = self.page.get_by_role("radio", name=choice, exact=True)
        self.group(group).locator("label").filter(has=radio).click()  # the input itself is one invisible pixel
        return self

    def group(self, title: str) -> Any:
        """The radio group with this title."""
        heading = self.page.get_by_test_id("block-info").filter(has_text=re.compile(rf"^\s*{re.escape(title)}\s*$"))
        return self.page.locator("fieldset:visible").filter(has=heading)

    def fill(self, label: str, text: str) -> Lab:
        """Type into a field."""
        self.page.get_by_label(label, exact=True).locator("visible=true").first.fill(text)
        return self

    def value(self, label: str) -> str:
        """What a field holds."""
        return self.page.get_by_label(label, exact=True).locator("visible=true").first.input_value()

    def press_and_stop(self, box: str, go: str, stop: str, late: int) -> Lab:
        """Press the button `go` inside of `box`, and its `stop` so many milliseconds after that appeared."""
        self.page.evaluate(PRESS_AND_STOP, [box, go, stop, late])
        return self

    def settled(self) -> Lab:
        """Wait until all answers have come that were asked for at once: a late one draws what was measured before."""
        self.page.evaluate("() => Promise.all(window.ssti.last.values()).then(() => true)")
        return self

    def card(self, title: str) -> Any:
        """The card with this title."""
        return self.page.locator("section.card:visible").filter(
            has=self.page.get_by_role("heading", name=title, exact=True)
        )

    def problem(self) -> Any:
        """The message in the result column; that the server is slow to answer is another one."""
        return self.page.locator("[role=alert]:not(#connection)").locator("visible=true")

    def marks(self) -> list[str]:
        """The triggers marked in the visible rows."""
        return self.page.locator("td mark.trigger:visible").all_inner_texts()

    def no_script_ran(self) -> bool:
        """Whether no text of HOSTILE became code or an element."""
        return self.page.evaluate(
            "() => window.ran === undefined && !document.body.hasAttribute('#document')"
            " && !document.querySelector('img[src=x], img[onerror]')"
        )

    def width(self) -> tuple[int, int]:
        """How wide the page is, and the window."""
        return tuple(self.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]"))

"""What must hold of every page at every width and in both themes: `make screens` looks for it."""

from __future__ import annotations

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
# Letters as far apart as a typeface 15 % wider sets them.
WIDER = "0.075em"
# How wide a page is at 200 %; a phone's, whose page does not grow, at the narrowest of WCAG 1.4.10.
ZOOMED = {1440: 720, 1024: 512, 390: 320}
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
SPACING = "letters => { document.documentElement.style.letterSpacing = letters; }"
TRIES, PAUSE_MS = 10, 100


def faults(page: Page, name: str) -> Iterator[str]:
    """One line for each thing that is wrong with the page as it stands."""
    for row in Axe().run(page).response["violations"]:
        if row["impact"] in SERIOUS:
            yield f"{name}: {row['id']}, {row['nodes'][0]['html'][:120]}"
    yield from _sideways(page, name)
    page.evaluate(SPACING, WIDER)
    yield from _sideways(page, f"{name}, wider letters")
    page.evaluate(SPACING, "")
    size = page.viewport_size
    if size is None:
        return
    page.set_viewport_size({**size, "width": ZOOMED[size["width"]]})
    yield from _sideways(page, f"{name}, at 200 %")
    page.set_viewport_size(size)


def _sideways(page: Page, name: str) -> Iterator[str]:
    """The paper is drawn anew after the window has its size, so it is given a second."""
    over = 0
    for _ in range(TRIES):
        over = page.evaluate(SIDEWAYS)
        if over <= 0:
            return
        page.wait_for_timeout(PAUSE_MS)
    yield f"{name}: scrolls sideways by {over} px"

"""Screenshots of the running demo, each page also looked at for what must hold of it.

`make screens` while `make run` runs; it ends with 1 where a page does not hold, and says which.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.looked_at import faults

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
READER = ("reader@mercy.example", "einthoven demo 25")
TECHNICIAN = ("technician@mercy.example", "einthoven demo 25")
ADMINISTRATOR = ("admin@mercy.example", "einthoven demo 25")
HEIGHTS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
# Pages without a picture of their own.
OTHERS = {
    READER: ("organizations", "search", "on-call", "templates"),
    TECHNICIAN: ("upload", "arrivals", "ingestion", "identity", "identity/orders"),
    ADMINISTRATOR: (
        "dashboards",
        "dashboards?view=compliance",
        "overrides",
        "reading",
        "escalation",
        "retractions",
        "alarms",
        "audit",
        "admin/",
    ),
}
# More than any setting allows.
ATTEMPTS = 10
FOUND: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("docs/screens"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for width in HEIGHTS:
            for theme in THEMES:
                shoot_reader(browser, options, width, theme)
                look_at_others(browser, options, width, theme)
        shoot_signing(browser, options)
        shoot_amended(browser, options)
        shoot_technician(browser, options)
        shoot_identity(browser, options)
        shoot_decided(browser, options)
        shoot_locked_out(browser, options)
        shoot_administrator(browser, options)
        shoot_without_script(browser, options)
        browser.close()
    print(f"{len(FOUND)} things do not hold." if FOUND else "Every page holds.")
    sys.exit(1 if FOUND else 0)


def opened(browser: Browser, width: int, theme: str, *, script: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=script,
        locale="en-GB",
    )
    return context.new_page()


def sign_in(page: Page, url: str, login: tuple[str, str]) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("input[type=email]", login[0])
    page.fill("input[type=password]", login[1])
    page.press("input[type=password]", "Enter")
    page.wait_for_url(f"{url}/**")
    page.wait_for_load_state("networkidle")


def save(page: Page, out: Path, name: str) -> None:
    take(page, out, name)
    look(page, name)


def take(page: Page, out: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=str(out / f"{name}.png"))


def look(page: Page, name: str) -> None:
    for line in faults(page, name):
        FOUND.append(line)
        print(line, flush=True)


def look_at_others(browser: Browser, options: argparse.Namespace, width: int, theme: str) -> None:
    for login, paths in OTHERS.items():
        page = opened(browser, width, theme)
        sign_in(page, options.url, login)
        for path in paths:
            page.goto(f"{options.url}/{path}")
            look(page, f"{path} {width} {theme}")
        page.context.close()


def shoot_reader(browser: Browser, options: argparse.Namespace, width: int, theme: str) -> None:
    page = opened(browser, width, theme)
    end = f"{width}-{theme}"
    page.goto(f"{options.url}/sign-in")
    save(page, options.out, f"sign-in-{end}")
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/worklist")
    study = first_study(page)
    raise_once(page, options, study)
    page.goto(f"{options.url}/worklist")
    save(page, options.out, f"worklist-{end}")
    page.goto(study)
    save(page, options.out, f"study-{end}")
    page.goto(f"{study}/compare")
    save(page, options.out, f"compare-{end}")
    page.goto(study)
    page.goto(options.url + str(page.locator("a[href*='/patients/']").first.get_attribute("href")))
    save(page, options.out, f"patient-{end}")
    page.goto(f"{options.url}/critical")
    save(page, options.out, f"critical-{end}")
    shoot_finding(page, options, end)
    page.goto(study)
    to_sign(page)
    save(page, options.out, f"sign-{end}")
    page.context.close()


def raise_once(page: Page, options: argparse.Namespace, study: str) -> None:
    page.goto(f"{options.url}/critical")
    if page.locator(".criticals").count():
        return
    page.goto(study)
    page.get_by_text("Raise a critical result…").click()
    page.fill(".raise [name=text]", "Pause of 4.2 s")
    page.click(".raise button")
    page.wait_for_url("**/recordings/*")


def shoot_finding(page: Page, options: argparse.Namespace, end: str) -> None:
    """Patients found by a part of a name, and an ECG given to another reader."""
    page.goto(f"{options.url}/worklist")
    name = page.locator("[data-row] .name").first.inner_text()
    assign = page.locator("[data-assign]").first.get_attribute("href")
    page.goto(f"{options.url}/patients")
    page.fill("#text", name.partition(",")[0][:2])
    page.press("#text", "Enter")
    save(page, options.out, f"patients-{end}")
    page.goto(f"{options.url}{assign}")
    save(page, options.out, f"assign-{end}")


def to_sign(page: Page) -> None:
    page.fill("textarea[name=text]", "Sinus rhythm.\nFirst degree AV block.")
    page.press("textarea[name=text]", "Control+Enter")
    page.wait_for_url("**/sign")


def shoot_signing(browser: Browser, options: argparse.Namespace) -> None:
    """Pages at one width, and the first page of the report as it is shown before it is signed."""
    page = opened(browser, 1440, "light")
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/organizations")
    save(page, options.out, "organizations-1440-light")
    page.goto(f"{options.url}/search")
    page.fill("#line", "sinus rhythm, not paced")
    page.press("#line", "Enter")
    save(page, options.out, "search-1440-light")
    page.goto(f"{options.url}/worklist")
    page.goto(first_study(page))
    page.click("[data-ecg-grid]")
    save(page, options.out, "study-1440-strong-grid")
    page.click("[data-ecg-grid]")
    to_sign(page)
    picture = page.locator(".pdf-page img").first.get_attribute("src")
    printed = page.request.get(f"{options.url}{picture}").body()
    (options.out / "report-page-1.png").write_bytes(printed)
    page.context.close()


def shoot_amended(browser: Browser, options: argparse.Namespace) -> None:
    """What one version says otherwise than the one before it."""
    page = opened(browser, 1440, "light")
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/worklist?status=signed")
    study = first_study(page)
    page.goto(study)
    if page.get_by_role("link", name="What changed").count() == 0:
        amend(page)
    changes = page.get_by_role("link", name="What changed").get_attribute("href")
    for width in HEIGHTS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.goto(options.url + str(changes))
        save(page, options.out, f"changes-{width}-light")
    page.context.close()


def amend(page: Page) -> None:
    page.get_by_text("Amend…").click()
    page.fill("#reason", "The axis was not said.")
    page.get_by_role("button", name="Begin amendment").click()
    text = page.locator("textarea[name=text]")
    text.fill(f"{text.input_value()}\nLeft axis deviation.")
    text.press("Control+Enter")
    page.wait_for_url("**/sign")
    if page.locator("#digits").count():
        mrn = page.locator(".sign-form .who").inner_text().rpartition("·")[2]
        page.fill("#digits", mrn.strip()[-3:])
    if page.locator("#username").is_visible():
        page.fill("#username", READER[0])
    page.fill("#password", READER[1])
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/recordings/*")


def shoot_identity(browser: Browser, options: argparse.Namespace) -> None:
    """Open questions of both sorts: another patient's copy, and two ECGs that may be one."""
    page = opened(browser, 1440, "light")
    sign_in(page, options.url, TECHNICIAN)
    asked = {
        "identity-conflict": "Same signal, other patient",
        "identity-duplicate": "Possible duplicate",
    }
    for name, words in asked.items():
        page.goto(f"{options.url}/identity")
        case = page.locator(f"tbody a:has-text('{words}')").first.get_attribute("href")
        for width in HEIGHTS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.goto(options.url + str(case))
            save(page, options.out, f"{name}-{width}-light")
    page.context.close()


def shoot_decided(browser: Browser, options: argparse.Namespace) -> None:
    """A question of identity and one of orders, each after somebody decided it."""
    page = opened(browser, 1440, "light")
    sign_in(page, options.url, TECHNICIAN)
    for name, queue in (("identity-decided", "identity"), ("order-decided", "identity/orders")):
        page.goto(f"{options.url}/{queue}")
        decided = page.locator("h2:has-text('Decided') ~ * a")
        if decided.count() == 0:
            decide(page)
            page.goto(f"{options.url}/{queue}")
        case = decided.first.get_attribute("href")
        for width in HEIGHTS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.goto(options.url + str(case))
            save(page, options.out, f"{name}-{width}-light")
    page.context.close()


def decide(page: Page) -> None:
    """The oldest open question, by the last of its answers: the one that changes least."""
    page.locator("tbody a").first.click()
    page.locator("input[name=decision]").last.check()
    page.fill("#reason", "Asked the ward.")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_load_state("networkidle")


def shoot_locked_out(browser: Browser, options: argparse.Namespace) -> None:
    """Nobody has this address, so nobody is kept out by it."""
    page = opened(browser, 1440, "light")
    page.goto(f"{options.url}/sign-in")
    for _ in range(ATTEMPTS):
        page.fill("input[type=email]", "nobody@mercy.example")
        page.fill("input[type=password]", "not the password")
        page.press("input[type=password]", "Enter")
        page.wait_for_load_state("networkidle")
    for width in HEIGHTS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        save(page, options.out, f"locked-out-{width}-light")
    page.context.close()


def first_study(page: Page) -> str:
    link = page.locator("a[href*='/recordings/']").first
    return page.url.split("/worklist")[0] + str(link.get_attribute("href"))


def shoot_technician(browser: Browser, options: argparse.Namespace) -> None:
    for width in HEIGHTS:
        page = opened(browser, width, "light")
        sign_in(page, options.url, TECHNICIAN)
        for name in ("upload", "arrivals", "ingestion", "dashboards", "identity"):
            page.goto(f"{options.url}/{name}")
            save(page, options.out, f"{name}-{width}-light")
        page.goto(f"{options.url}/nothing-here")
        save(page, options.out, f"not-found-{width}-light")
        page.context.close()


def shoot_administrator(browser: Browser, options: argparse.Namespace) -> None:
    page = opened(browser, 1440, "light")
    sign_in(page, options.url, ADMINISTRATOR)
    page.goto(f"{options.url}/admin/")
    save(page, options.out, "admin-1440-light")
    page.context.close()


def shoot_without_script(browser: Browser, options: argparse.Namespace) -> None:
    """Not looked at: axe waits for the page's own scripts, for ever where there are none."""
    page = opened(browser, 1440, "light", script=False)
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/worklist")
    page.goto(first_study(page))
    take(page, options.out, "study-1440-without-script")
    page.locator("#median-title").scroll_into_view_if_needed()
    page.locator(".median").screenshot(path=str(options.out / "median-without-script.png"))
    page.context.close()


if __name__ == "__main__":
    main()

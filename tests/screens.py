"""Screenshots of the running demo: `make screens` while `make run` runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("docs/screens"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for width in HEIGHTS:
            for theme in ("light", "dark"):
                shoot_reader(browser, options, width, theme)
        shoot_signing(browser, options)
        shoot_technician(browser, options)
        shoot_administrator(browser, options)
        shoot_without_script(browser, options)
        browser.close()


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
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=str(out / f"{name}.png"))


def shoot_reader(browser: Browser, options: argparse.Namespace, width: int, theme: str) -> None:
    page = opened(browser, width, theme)
    end = f"{width}-{theme}"
    page.goto(f"{options.url}/sign-in")
    save(page, options.out, f"sign-in-{end}")
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/worklist")
    save(page, options.out, f"worklist-{end}")
    study = first_study(page)
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
    page = opened(browser, 1440, "light", script=False)
    sign_in(page, options.url, READER)
    page.goto(f"{options.url}/worklist")
    page.goto(first_study(page))
    save(page, options.out, "study-1440-without-script")
    page.context.close()


if __name__ == "__main__":
    main()

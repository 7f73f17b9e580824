from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
CSS = ROOT / "static" / "css"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(")


def test_only_the_tokens_hold_colours() -> None:
    for path in CSS.glob("*.css"):
        if path.name != "tokens.css":
            assert not COLOUR.search(path.read_text()), path.name


def test_the_two_dark_tables_are_one() -> None:
    tokens = (CSS / "tokens.css").read_text()
    tables = re.findall(r"\{\s*color-scheme: dark;(.*?)\}", tokens, re.DOTALL)
    first, second = (re.findall(r"--[\w-]+: [^;]+", table) for table in tables)
    assert first == second
    assert len(first) > 25


def test_every_icon_used_by_a_fixture_is_in_the_sprite() -> None:
    sprite = (ROOT / "static" / "icons.svg").read_text()
    for path in (Path(__file__).parent / "fixture").glob("*.html"):
        for name in re.findall(r"icons\.svg#(\w+)", path.read_text()):
            assert f'id="{name}"' in sprite, name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_serious(study: Open, theme: str, width: int) -> None:
    page = study(width=width, color_scheme=theme)
    violations = Axe().run(page).response["violations"]
    serious = [v["id"] for v in violations if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_a_draft_is_saved_after_typing_and_carries_its_revision(study: Open) -> None:
    page = study()
    bodies = []

    def save(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.fulfill(json={"revision": 8, "saved_at": "14:07:22"})

    page.route("**/draft", save)
    page.locator("#text").fill("AF")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft saved 14:07:22")
    assert len(bodies) == 1
    assert 'name="revision"\r\n\r\n7' in bodies[0]
    expect(page.locator("[name=revision]")).to_have_value("8")


def test_text_typed_offline_is_kept_and_sent_later(study: Open) -> None:
    page = study()
    page.context.set_offline(True)
    page.locator("#text").fill("Sinus rhythm")
    state = page.locator("[data-draft-state]")
    expect(state).to_have_text("Not saved, no connection: kept on this device")
    sent = []
    page.route("**/draft", lambda route: (sent.append(route.request.post_data), answer(route)))
    page.context.set_offline(False)
    expect(state).to_have_text("Draft saved 14:07:22")
    assert "Sinus rhythm" in sent[-1]
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def answer(route: Route) -> None:
    route.fulfill(json={"revision": 8, "saved_at": "14:07:22"})


def test_a_conflict_is_said_and_mine_can_be_kept(study: Open) -> None:
    page = study()
    words = "Changed while you read it: version 4 by Dr Shah, 14:10. Nothing was signed."
    clash = {"message": words, "url": "/study/", "revision": 9}
    page.route("**/draft", conflict_once(clash))
    page.locator("#text").fill("AF")
    box = page.locator("[data-draft-conflict]")
    expect(box).to_contain_text(words)
    box.get_by_role("button", name="Keep mine as draft").click()
    expect(page.locator("[data-draft-state]")).to_have_text("Draft saved 14:07:22")


def conflict_once(clash: dict[str, object]) -> Callable[[Route], None]:
    """Refuses revision 7 as a server would, and takes what comes with revision 9."""

    def respond(route: Route) -> None:
        if 'name="revision"\r\n\r\n9' in (route.request.post_data or ""):
            answer(route)
        else:
            route.fulfill(status=409, json=clash)

    return respond


def test_the_cursor_moves_by_j_and_k_and_enter_opens(visit: Open) -> None:
    page = visit("lists.html")
    for key in ("j", "j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("[data-cursor]")).to_have_text("Two")
    page.keyboard.press("Enter")
    page.wait_for_url("**#two")


def test_g_then_w_goes_to_the_worklist_and_help_lists_it(visit: Open) -> None:
    page = visit("lists.html")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**#worklist")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("Worklist")
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")


def test_a_key_that_opens_a_form_lets_its_field_be_typed_into(visit: Open) -> None:
    page = visit("lists.html")
    page.keyboard.press("f")
    page.keyboard.type("jj")
    expect(page.locator("#site")).to_have_value("jj")
    page.keyboard.press("Escape")
    expect(page.locator("summary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("details")).not_to_have_attribute("open", "")
    assert page.url.endswith("/lists.html")
    page.keyboard.press("Escape")
    page.wait_for_url("**#up")


def test_colours_of_ones_own_leave_the_trace_its_ink_and_what_is_chosen_its_mark(
    study: Open,
) -> None:
    page = study(forced_colors="active")
    page.keyboard.press("t")
    tool = page.locator("[data-ecg-tool=time]")
    expect(tool).to_have_css("outline-style", "solid")
    expect(page.locator("[data-ecg-tool=march]")).to_have_css("outline-style", "none")
    expect(page.locator(".ecg")).to_have_css("forced-color-adjust", "none")
    ink = page.locator(".ecg").evaluate("one => getComputedStyle(one).getPropertyValue('--trace')")
    assert ink.strip() == "#0E151B"


def test_a_command_is_found_by_its_words_and_run_by_enter(visit: Open) -> None:
    page = visit("lists.html")
    page.keyboard.press("?")
    page.locator("#help input[type=search]").fill("work")
    expect(page.locator("#help li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**#worklist")
    page.locator("dialog").wait_for(state="detached")


def test_without_a_connection_nothing_is_sent_and_the_page_says_since_when(visit: Open) -> None:
    page = visit("lists.html")
    notice = page.locator(".offline")
    page.context.set_offline(True)
    expect(notice).to_have_text(
        re.compile(r"^No connection since \d\d:\d\d. Read and type on; signing waits.$")
    )
    here = page.url
    page.evaluate("document.querySelector('form').requestSubmit()")
    expect(notice).to_be_focused()
    assert page.url == here
    page.context.set_offline(False)
    expect(notice).to_have_count(0)


def test_waiting_times_follow_the_clock_of_the_server(visit: Open) -> None:
    page = visit("lists.html")
    # A busy machine may take seconds to come here.
    expect(page.locator("#clock")).to_have_text(re.compile(r"^03:[45]\d$"))
    expect(page.locator("#days")).to_have_text("1 d 04 h")


def test_each_chosen_file_is_sent_once_and_followed_to_its_outcome(visit: Open) -> None:
    page = visit("lists.html")
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=202, json={"id": "1", "state": "accepted", "status_url": "/status"})

    done = {"stages": [{"name": "scan", "state": "done"}], "outcome": "ready"}
    page.route("**/upload", take)
    page.route("**/status", lambda route: route.fulfill(json={**done, "recording_url": "/r"}))
    files = [{"name": n, "mimeType": "application/dicom", "buffer": b"ECG"} for n in ("a", "b")]
    page.locator("#file").set_input_files(files)
    expect(page.locator(".file .tag-ok")).to_have_count(2)
    keys = {re.search(r'name="upload_id"\r\n\r\n([0-9a-f-]{36})', body)[1] for body in sent}  # type: ignore[index]
    assert len(sent) == len(keys) == 2
    assert all('name="priority"\r\n\r\nstat' in body for body in sent)
    assert page.get_by_role("link", name="Open").count() == 2


def test_the_files_of_a_wfdb_record_are_sent_as_one_upload(visit: Open) -> None:
    page = visit("lists.html")
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(json={"status_url": "/status"})

    page.route("**/upload", take)
    page.route("**/status", lambda route: route.fulfill(json={"stages": [], "outcome": "ready"}))
    header = b"r 12 500 5000\nr.dat 16 1000/mV 16 0 0 0 0 I\n"
    files = {"r.dat": b"SIGNAL", "other.dcm": b"ECG", "r.hea": header}
    chosen = [{"name": n, "mimeType": "", "buffer": content} for n, content in files.items()]
    page.locator("#file").set_input_files(chosen)
    expect(page.locator(".file .tag-ok")).to_have_count(2)
    assert sorted(re.findall(r'filename="([^"]+)"', body) for body in sent) == [
        ["other.dcm"],
        ["r.hea", "r.dat"],
    ]


def test_a_refused_file_says_why(visit: Open) -> None:
    page = visit("lists.html")
    why = {"outcome": "refused", "message": "Not an ECG. Reference Q-4417."}
    page.route("**/upload", lambda route: route.fulfill(json={"status_url": "/status"}))
    page.route("**/status", lambda route: route.fulfill(body=json.dumps({**why, "stages": []})))
    page.locator("#file").set_input_files({"name": "ct", "mimeType": "", "buffer": b"CT"})
    expect(page.locator(".file[data-state=refused]")).to_contain_text("Not an ECG.")


def test_a_refused_draft_is_said_and_not_sent_over_and_over(study: Open) -> None:
    page = study()
    sent = []
    refusal = {"message": "The text is too long. Shorten it."}

    def refuse(route: Route) -> None:
        sent.append(1)
        route.fulfill(status=400, json=refusal)

    page.route("**/draft", refuse)
    page.locator("#text").fill("too long")
    expect(page.locator("[data-draft-state]")).to_have_text(f"Not saved: {refusal['message']}")
    page.wait_for_timeout(900)
    assert len(sent) == 1

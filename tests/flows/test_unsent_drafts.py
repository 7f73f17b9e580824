"""A draft over a lost connection or session: sealed on the device, sent once, gone by sign-out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.database import committed
from tests.factories import PASSWORD, make_recording
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor

pytestmark = [committed, pytest.mark.browser, pytest.mark.slow]

SESSION = "einthoven_demo"
# Everything that stands in the browser's store, as text.
STORED = """() => new Promise((resolve) => {
  const request = indexedDB.open("unsent", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts");
  request.onsuccess = () => {
    const database = request.result;
    const all = database.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => {
      database.close();
      resolve(all.result.map((row) => new TextDecoder("latin1").decode(row.sealed)));
    };
  };
})"""


def stored(page, count):
    """As soon as there are so many: the page writes beside what it shows."""
    page.wait_for_function(f"() => ({STORED})().then((rows) => rows.length === {count})")
    return page.evaluate(STORED)


@pytest.fixture
def address(mercy):
    """Of the one study there is; made before a browser runs."""
    return f"/recordings/{make_recording(mercy).public_id}"


@pytest.fixture
def platform(address, tmp_path):
    with running_platform(tmp_path / "platform") as running:
        yield running


@pytest.fixture
def visitor(reader, platform, chromium):
    made = Visitor(chromium, platform.url, ())
    made.page.on("dialog", lambda dialog: dialog.accept())
    made.sign_in(reader.email)
    yield made
    made.complaints = [line for line in made.complaints if "ERR_INTERNET" not in line]
    made.leave()


def sign_in_elsewhere(visitor, email):
    """In another window of the same browser."""
    window = visitor.context.new_page()
    window.goto(f"{visitor.url}/sign-in")
    window.get_by_label("E-mail").fill(email)
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
    window.wait_for_url("**/worklist")
    window.close()
    visitor.page.evaluate("dispatchEvent(new Event('focus'))")


def end_session_while_typing(visitor, person):
    page, state = visitor.page, visitor.page.locator("[data-draft-state]")
    visitor.expected |= {401, 403}
    visitor.context.clear_cookies(name=SESSION)
    page.locator("#text").fill("Flutter, typed after the session.")
    expect(state).to_contain_text("Not saved, signed out")
    sign_in_elsewhere(visitor, person.email)
    expect(state).to_contain_text("Draft saved", timeout=20_000)
    assert stored(page, 0) == []


def test_text_outlives_a_lost_connection_a_reload_and_the_session_and_is_saved_once(
    visitor, reader, address
):
    page, text = visitor.page, "Flutter, typed on the train."
    box, state = page.locator("#text"), page.locator("[data-draft-state]")
    visitor.go(address)
    page.route("**/draft", lambda route: route.abort("internetdisconnected"))
    box.fill(text)
    expect(state).to_have_text("Not saved, no connection: kept on this device")
    assert "Flutter" not in stored(page, 1)[0]
    page.reload()
    expect(box).to_have_value(text)
    page.unroute("**/draft")
    expect(state).to_contain_text("Draft saved", timeout=20_000)
    assert stored(page, 0) == []
    page.reload()
    expect(box).to_have_value(text)
    expect(page.get_by_role("region", name="Kept drafts")).to_have_count(0)
    end_session_while_typing(visitor, reader)
    page.route("**/draft", lambda route: route.abort("internetdisconnected"))
    box.fill("Never sent.")
    stored(page, 1)
    page.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
    page.wait_for_url("**/sign-in*")
    assert stored(page, 0) == []

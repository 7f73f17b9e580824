"""Being told of changes makes a look come sooner; not being told only later."""

from __future__ import annotations

import time

import pytest

from apps.ingestion.smb.client import Share
from apps.ingestion.smb.kept import Kept
from apps.ingestion.sources import place_of
from tests.database import committed
from tests.factories import inside
from tests.smb.server import PASSWORD, SHARE, UNTOLD

pytestmark = committed


@pytest.fixture
def kept(source):
    held = Kept()
    yield held
    held.close()


def ask(kept, source):
    with inside(source.organization):
        kept.connected(source)
    kept.ask_for_changes(source.folder)


def told(kept, seconds):
    until = time.monotonic() + seconds
    while not kept.has_changed() and time.monotonic() < until:
        time.sleep(0.01)
    return kept.has_changed()


def test_what_a_cart_writes_in_any_folder_is_told_of_again_and_again(source, folder, kept):
    (folder / "ward").mkdir()
    cart = Share(place_of(source), PASSWORD)
    for name in ("a.dcm", "ward\\b.dcm", "ward\\c.dcm"):
        ask(kept, source)
        while told(kept, 0.3):  # the rest of the writing before
            ask(kept, source)
        cart.write(f"{folder.name}\\{name}", b"x")
        assert told(kept, 10), name
    cart.close()


def test_where_the_server_does_not_tell_looks_go_on(source, folder, look):
    (folder / "a.txt").write_bytes(b"text")
    assert look(share=UNTOLD).taken == 1


def test_a_lost_connection_is_worth_a_look(source, proxy, kept):
    ask(kept, source)
    proxy.cut()
    assert told(kept, 10)


def test_another_password_or_place_is_another_connection(source, kept):
    ask(kept, source)
    with inside(source.organization):
        first = kept.connected(source)
        assert kept.connected(source) is first
        source.share = UNTOLD
        assert kept.connected(source) is not first
        source.share = SHARE

"""Every step of the tools of keys and stored bytes stays in the organization it was given."""

from __future__ import annotations

import pytest

from apps.tenants import blobs, keyrings
from config.isolation import COMMANDS
from tests.database import committed
from tests.factories import PASSWORD, make_organization, make_staff
from tests.isolation.test_commands import NOWHERE, of_an_organization, rows_of, run
from tests.tenants.keys import own_kek_file

pytestmark = committed

# Command and step; what a step names or needs besides comes from `told`.
TOOLS = [
    ("verify_storage", ""),
    ("verify_storage", "--deep"),
    ("rotate_keys", ""),
    ("rotate_keys", "--missing"),
    ("rotate_keys", "--kek"),
    ("rotate_keys", "--reseal"),
    ("rotate_keys", "--destroy-retired"),
    ("rotate_keys", "--forget-keks"),
    ("move_storage", "--to"),
    ("move_storage", "--delete-source"),
    ("shred_keys", "--confirm"),
]
TOUCHES_BYTES = {"verify_storage", "move_storage", "rotate_keys", "shred_keys"}


@pytest.fixture
def two(settings, tmp_path):
    """Two organizations with keys in a file of the test's own and a stored thing each."""
    settings.BLOB_ROOT = tmp_path / "blobs"
    own_kek_file(settings, tmp_path)
    both = [make_organization(slug) for slug in ("northside", "southside")]
    stored = [blobs.put(place.pk, "raw", [place.slug.encode()]).sha256 for place in both]
    yield list(zip(both, stored, strict=True))
    for place in both:
        keyrings.forget(place.pk)


def told(step, slug, by):
    more = {
        "--to": ["platform"],
        "--confirm": [slug, "--reason", "It leaves.", "--by", by],
    }
    return [step, *more.get(step, [])] if step else []


def files_of(settings, place):
    """Every stored file of it, byte for byte."""
    folder = settings.BLOB_ROOT / "org" / str(place.pk)
    assert folder.is_dir()
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("name", "step"), TOOLS)
def test_own_is_done_foreign_untouched_and_unknown_in_the_same_words(
    name, step, two, settings, monkeypatch
):
    (mine, _), (theirs, sha256) = two
    by = make_staff("operator", is_superuser=True).email
    monkeypatch.setattr("getpass.getpass", lambda _: PASSWORD)
    before = rows_of(theirs), files_of(settings, theirs)
    said = run(name, "--organization", mine.slug, *told(step, mine.slug, by))
    assert theirs.slug not in said
    assert (rows_of(theirs), files_of(settings, theirs)) == before
    keyrings.forget(theirs.pk)
    assert blobs.get(theirs.pk, "raw", sha256) == b"southside"
    before = rows_of(mine), rows_of(theirs)
    said = run(name, "--organization", NOWHERE, *told(step, NOWHERE, by))
    assert said.splitlines()[-1] == f"There is no organization “{NOWHERE}”."
    assert (rows_of(mine), rows_of(theirs)) == before


def test_every_tool_that_is_given_stored_bytes_has_its_rows():
    assert {name for name, _ in TOOLS} == TOUCHES_BYTES
    assert set(COMMANDS) >= TOUCHES_BYTES
    assert set(of_an_organization()) >= TOUCHES_BYTES

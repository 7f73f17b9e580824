"""Short secrets are sealed for one purpose and open with the keys that are configured."""

import pytest

from apps.core.sealed_text import NotOpened, open_text, seal_text


def test_what_was_sealed_opens_and_never_looks_alike():
    one, two = seal_text("secret é", "a"), seal_text("secret é", "a")
    assert one != two
    assert "secret" not in one
    assert open_text(one, "a") == open_text(two, "a") == "secret é"


def test_another_purpose_or_a_changed_letter_opens_nothing():
    sealed = seal_text("secret", "a")
    changed = ("A" if sealed[20] != "A" else "B").join((sealed[:20], sealed[21:]))
    for text, purpose in ((sealed, "b"), (changed, "a"), ("", "a")):
        with pytest.raises(NotOpened):
            open_text(text, purpose)


def test_a_key_of_before_still_opens(settings):
    sealed, before = seal_text("secret", "a"), settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(NotOpened):
        open_text(sealed, "a")
    settings.SECRET_KEY_FALLBACKS = [before]
    assert open_text(sealed, "a") == "secret"

"""What changed from one version to the next, word by word."""

import pytest

from apps.reports.version_diff import differences


def joined(parts, *kinds):
    return "".join(part.text for part in parts if part.kind in kinds)


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("Sinus rhythm.", "Sinus rhythm.", "", ""),
        ("No LBBB.", "LBBB.", "No ", ""),
        ("Sinus rhythm.", "Atrial fibrillation.", "Sinusrhythm.", "Atrialfibrillation."),
        ("", "New.", "", "New."),
    ],
)
def test_the_parts_give_both_texts_and_say_what_came_and_went(before, after, removed, added):
    parts = differences(before, after)
    assert joined(parts, "same", "added") == after
    assert joined(parts, "same", "removed").split() == before.split()
    assert joined(parts, "removed") == removed
    assert joined(parts, "added") == added

"""What device statements and readers' words are found by."""

import pytest

from apps.reports.search.changes import changes_of
from apps.reports.search.concepts import with_parents
from apps.reports.search.gather import Held
from apps.reports.search.recognise import recognised


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ATRIAL FIBRILLATION WITH RAPID VENTRICULAR RESPONSE", {"af-rapid"}),
        ("Left bundle branch block", {"lbbb"}),
        ("Sinus rhythm, possible left atrial enlargement", {"sinus", "lae"}),
        ("No ST elevation or depression. LVH", {"lvh"}),
        ("No acute changes, old inferior infarct", {"mi-inferior"}),
        ("AF is no longer present", set()),
        ("Sinus rhythm has replaced atrial fibrillation", {"sinus"}),
        ("AF but no LBBB", {"af"}),
        ("Read at the ward as well", set()),
        ("", set()),
    ],
)
def test_a_text_says_what_it_does_not_deny(text, codes):
    assert recognised(text) == codes


def test_what_is_said_is_found_by_what_it_is_a_kind_of():
    assert with_parents({"af-rapid"}) == {"af-rapid", "af"}
    assert with_parents({"torsades"}) == {"torsades", "polymorphic-vt", "vt", "tachycardia"}


def held(*terms):
    return {term.term: term for term in terms}


def test_new_gone_and_changed_are_told_from_the_prior():
    now = held(Held("is.lbbb", "device"), Held("n.qtc", value=510.0), Held("n.axis", value=-170.0))
    before = held(Held("is.af", "device"), Held("n.qtc", value=440.5), Held("n.axis", value=175.0))
    assert set(changes_of(now, before)) == {
        Held("prior"),
        Held("new.lbbb", "device"),
        Held("gone.af", "device"),
        Held("d.qtc", value=69.5),
        Held("d.axis", value=15.0),
    }


def test_beside_no_prior_and_beside_one_of_which_nothing_is_said_nothing_is_new():
    now = held(Held("is.lbbb", "device"))
    assert list(changes_of(now, None)) == []
    assert list(changes_of(now, {})) == [Held("prior")]
    stated = held(Held("is.lbbb-new", "human"))
    assert list(changes_of(stated, None)) == [Held("new.lbbb", "human")]

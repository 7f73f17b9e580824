"""The rows of the worklist: what is of a patient or a device never becomes HTML of its own."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace as Thing

import pytest

from apps.web.identity import Identity
from apps.web.worklist import Row
from apps.web.worklist_html import row_html, rows_html

HOSTILE = "<img src=x onerror='alert(1)'>\"&"
ESCAPED = "&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;&quot;&amp;"
AT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
REPORT, STUDY = uuid.UUID(int=7), uuid.UUID(int=8)


def made(words="–", *, report=None, **fields):
    standing = {"status": "draft", "submitted_at": None, "waiting_since": AT}
    standing |= {"is_final": False, "is_retracted": False, "get_status_display": lambda: "Locked"}
    recording = Thing(public_id=STUDY, site=Thing(name=words))
    of = Thing(public_id=REPORT, recording=recording, **(standing | (report or {})))
    who = Identity(*[words] * 9)
    told = dict.fromkeys(("priority", "priority_tag", "waited", "statement"), words)
    told |= {"numbers": words, "order": words, "requester": words, "asked_by": "?by=x"}
    people = {"reader": words, "locked_by": ""}
    flags = dict.fromkeys(
        ("mine", "is_similar", "in_question", "may_take", "may_release", "may_assign"), False
    )
    return Row(**({"report": of, "identity": who} | told | people | flags | fields))


@pytest.mark.parametrize("who", [{}, {"locked_by": HOSTILE}, {"may_take": True}])
def test_every_word_of_a_row_is_escaped(who):
    drawn = row_html(made(HOSTILE, **who))
    assert "<img" not in drawn
    assert drawn.count(ESCAPED) >= 12


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"is_similar": True}, "Similar name"),
        ({"in_question": True}, "Identity open"),
        ({"report": {"submitted_at": AT}}, "To sign"),
        ({"report": {"status": "amending"}}, "Being amended"),
        ({"report": {"is_final": True}}, '<span class="tag tag-ok">Locked</span>'),
        ({"report": {"is_retracted": True}}, 'class="struck"'),
        ({"report": {"is_retracted": True}}, "Retracted</span>"),
        ({"statement": ""}, "No machine statement"),
        ({"statement": "x" * 91}, f"{'x' * 89}…<"),
        ({"may_take": True}, f'hx-post="/reports/{REPORT}/take" hx-vals=\'{{"do": "take"}}\''),
        ({"may_release": True}, f'data-release hx-post="/reports/{REPORT}/take"'),
        ({"may_assign": True}, f'data-assign href="/reports/{REPORT}/assign"'),
        ({"locked_by": "Dr Shah"}, "Reading: Dr Shah"),
        ({}, f'href="/recordings/{STUDY}"'),
        ({"requester": "Dr Osei"}, 'href="/worklist?by=x" aria-label="Only requested by Dr Osei"'),
    ],
)
def test_a_row_says_what_stands(fields, shown):
    assert shown in row_html(made(**fields))


def test_the_first_row_has_the_cursor():
    assert rows_html([made(), made()]).count("data-cursor") == 1

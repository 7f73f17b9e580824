"""Statements and templates of an organization: what clashes, what is coded, whose they are."""

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from apps.reports import own_library
from apps.reports.models import OwnStatement
from apps.reports.snapshot import take_snapshot
from apps.tenants.access import Active
from tests.factories import inside, make_user
from tests.reports.signing import report_of
from tests.web.pages import measure

BODY = "[NSR]\nRate {hr} /min, QRS {qrs} ms."


def add(organization, acronym="TAKO", text="Takotsubo pattern", **fields):
    row = OwnStatement(organization=organization, acronym=acronym, text=text, group="ST", **fields)
    with inside(organization):
        row.full_clean(exclude=["organization"])
        row.save()
    return row


def acting(organization, role="reader"):
    return Active(organization.pk, role)


def save(organization, person, *, role="reader", is_shared=False, name="Normal", body=BODY):
    with inside(organization):
        return own_library.save_template(
            acting(organization, role),
            person,
            name=name,
            body=body,
            is_shared=is_shared,
            now=timezone.now(),
        )


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"acronym": "lbbb"}, "acronym", "LBBB, Left bundle branch block"),
        ({"text": "left bundle  branch block."}, "text", "The library has it already"),
        ({"code": "123"}, "code", "given together"),
    ],
)
def test_what_the_library_has_and_half_a_code_are_refused(mercy, given, field, says):
    with pytest.raises(ValidationError) as refused:
        add(mercy, **given)
    assert says in refused.value.message_dict[field][0]


def test_a_line_that_is_an_own_statement_is_coded_in_what_is_signed(recording):
    mercy = recording.organization
    add(mercy, code_system="SNOMED CT", code="441541008")
    add(mercy, "OLD", "Old wording", is_retired=True)
    text = "Takotsubo  pattern.\nOld wording.\nLeft bundle branch block."
    with inside(mercy):
        found = take_snapshot(report_of(recording), text)["findings"]
    assert found["codes"] == ["lbbb"]
    coded = {"acronym": "TAKO", "system": "SNOMED CT", "code": "441541008"}
    assert found["own"] == [coded]


def test_readers_search_the_library_own_statements_and_their_templates(mercy, reader, lakeside):
    add(mercy)
    add(lakeside, "LAKE", "Lakeside only")
    save(mercy, reader)
    save(mercy, make_user(mercy), name="Somebody else's")
    with inside(mercy):
        rows = own_library.searched(acting(mercy), reader)
    names = [row["acronym"] for row in rows]
    assert {"LBBB", "TAKO", "Normal"} <= set(names)
    assert not {"LAKE", "Somebody else's"} & set(names)


def test_a_template_is_filled_with_what_was_measured_and_blanks(recording, reader):
    mercy = recording.organization
    measure(recording, qrs_ms=96)
    row = save(mercy, reader)
    with inside(mercy):
        text = own_library.filled(row, report_of(recording), reader)
    assert text == "Normal sinus rhythm\nRate ___ /min, QRS 96 ms."


def test_a_persons_template_is_nobody_elses_and_the_organizations_an_administrators(
    mercy, reader, admin_user
):
    mine = save(mercy, reader)
    shared = save(mercy, admin_user, role="administrator", is_shared=True)
    other = make_user(mercy)
    with inside(mercy):
        with pytest.raises(Http404):
            own_library.get_template_to_fill(acting(mercy), other, mine.public_id)
        assert own_library.get_template_to_fill(acting(mercy), other, shared.public_id) == shared
        with pytest.raises(Http404):
            own_library.get_template_to_change(acting(mercy), other, shared.public_id)
        assert own_library.get_template_to_change(acting(mercy), reader, mine.public_id) == mine
        administrator = acting(mercy, "administrator")
        found = own_library.get_template_to_change(administrator, admin_user, shared.public_id)
        assert found == shared
    with pytest.raises(own_library.BadTemplate, match="no other"):
        save(mercy, reader, name="normal")

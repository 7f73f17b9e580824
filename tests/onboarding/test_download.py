"""An organization as a file: planned, that file changes nothing."""

from __future__ import annotations

import pytest

from apps.inference.models import AlgorithmVersion
from apps.tenants.models import Membership, Organization
from apps.web.onboarding.download import organization_file
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.onboarding.files import KEPT, applied, destination, planned, read, short
from tests.onboarding.test_doors import IN_BUCKET


@committed
@pytest.mark.parametrize("text", [None, IN_BUCKET], ids=["folder", "bucket"])
def test_planning_the_downloaded_file_changes_nothing(db, text):
    _, place = applied(*(() if text is None else (text,)))
    said = organization_file(place)
    lines = planned(said)
    assert short(lines, "create", "change", "drift") == []
    assert len(short(lines, "keep")) == KEPT
    assert codes_of(place)[-1] == "tenants.organization.described"


@committed
def test_no_secret_is_in_it(db):
    _, place = applied(IN_BUCKET)
    said = organization_file(place)
    assert "open sesame" not in said
    assert "secret" not in said.split("\n", 1)[1]
    assert "password" not in said


@committed
def test_what_is_out_of_use_is_left_out_and_words_that_look_like_values_stay_words(db):
    _, place = applied()
    destination(place, name="off", port=7000, is_active=False)
    destination(place, name="2026-01-01", host="2001:db8::7", port=7001)
    with inside(place):
        Organization.objects.update(assigning_authority="NO", name="1234")
        AlgorithmVersion.objects.update(is_enabled=False)
        Membership.objects.filter(user__email="tom@northside.example").update(is_active=False)
    wanted = read(organization_file(place))
    assert wanted.head["assigning_authority"] == "NO"
    assert set(wanted.rows["ehr"]) == {"Main EHR", "2026-01-01"}
    assert wanted.rows["ehr"]["2026-01-01"]["host"] == "2001:db8::7"
    assert wanted.rows["algorithms"] == {}
    assert "tom@northside.example" not in wanted.rows["users"]
    assert short(planned(organization_file(place)), "create", "change", "drift") == []

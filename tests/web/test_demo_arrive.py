"""The demo's files come in once, whatever came before them."""

from __future__ import annotations

from django.utils import timezone

from apps.ingestion.models import Ingress
from apps.web.demo import cases
from apps.web.demo.arrive import bring_in
from apps.web.demo.files import name_of
from apps.web.demo.organizations import MERCY, provision
from tests.database import committed
from tests.factories import inside, make_ingress


@committed
def test_a_start_brings_in_what_is_missing_and_nothing_twice():
    organization = provision(MERCY)
    # The platform's own test ECG may be first.
    make_ingress(organization, is_canary=True, filename="canary.dcm")
    for count in (1, 2, 2):
        bring_in(MERCY, organization, cases.MERCY[:count], timezone.now())
    with inside(organization):
        found = Ingress.objects.filter(is_canary=False).order_by("id")
        assert [row.filename for row in found] == [name_of(case) for case in cases.MERCY[:2]]

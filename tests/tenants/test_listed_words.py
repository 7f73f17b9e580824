"""A password may hold names that everybody around knows, but not live on them."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.tenants.models import Site, User
from tests.factories import inside
from tests.isolation.rows import make_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(mercy, reader):
    """Dr Ada Reader of Mercy, where there is a site."""
    with inside(mercy):
        make_row(Site, mercy, name="Harbour Clinic")
    return reader


@pytest.mark.parametrize(
    "password",
    [
        "Einthoven-2026!",
        "mercyMERCYmercy",
        "Harbour Clinic 1",
        "ada.reader.2026",
        "reader@mercy-ecg",
        "EinthovenMercy1234",
    ],
)
def test_names_of_product_place_and_person_are_not_enough(password, person):
    with pytest.raises(ValidationError, match="name of the product"):
        validate_password(password, person)


@pytest.mark.parametrize("password", ["have mercy on a wet violin", "Harbour fog, nine geese"])
def test_names_among_other_words_do(password, person):
    validate_password(password, person)


def test_names_of_elsewhere_count_for_nobody_here(person, lakeside, stranger):
    with inside(lakeside):
        make_row(Site, lakeside, name="Whitewater Annex")
    validate_password("whitewater annex", person)
    with pytest.raises(ValidationError):
        validate_password("whitewater annex", stranger)


def test_who_has_no_account_yet_is_known_by_the_invitation():
    person = User(email="nia@example.test", full_name="Nia New")
    validate_password("fjordland hospital", person)
    person.known_words = ("Fjordland Hospital",)
    with pytest.raises(ValidationError):
        validate_password("fjordland hospital", person)

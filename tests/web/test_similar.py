"""Who is easily taken for somebody else in one list."""

import pytest

from apps.web.similar import Person, similar

ANNA = Person(1, "Smith", "Anna", "004417882")


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (Person(2, "SMITH", "Anne", "900000001"), True),
        (Person(2, "Smith", "", "900000001"), True),
        (Person(2, "Smith", "Paul", "900000001"), False),
        (Person(2, "Jones", "Anna", "900000001"), False),
        (Person(2, "Jones", "Paul", "004417828"), True),
        (Person(2, "Jones", "Paul", "004417999"), False),
        (Person(2, "Jones", "Paul", ""), False),
        (Person(1, "Smith", "Anna", "004417882"), False),
        (Person(2, "", "", "900000001"), False),
    ],
)
def test_a_like_name_or_number_is_marked_and_the_same_patient_is_not(other, alike):
    assert similar([ANNA, other]) == ({1, 2} if alike else set())

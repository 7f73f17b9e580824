"""Who is easily taken for somebody else in one list."""

import datetime as dt
import itertools
import random

import pytest

from apps.web.similar import Person, one_slip, similar

BORN = dt.date(1952, 3, 4)
ANNA = Person(1, "Smith", "Anna", "004417882", BORN)


@pytest.mark.parametrize(
    ("family", "given", "number", "born", "alike"),
    [
        # The same family name: a given name like hers, a number or a birthday like hers.
        ("SMITH", "Anne", "900000001", None, True),
        ("Smith", "", "900000001", None, True),
        ("Smith", "Paul", "900000001", None, False),
        ("Smith", "Paul", "004417828", None, True),
        ("Smith", "Paul", "004417883", None, True),
        ("Smith", "Paul", "900000001", BORN, True),
        ("Smith", "Paul", "900000001", dt.date(1953, 3, 4), True),
        ("Smith", "Paul", "900000001", dt.date(1952, 4, 3), True),
        ("Smith", "Paul", "900000001", dt.date(1953, 5, 4), False),
        # One slip of the pen away: the given name alone is not enough.
        ("Smyth", "Anna", "900000001", None, False),
        ("Smyth", "Anna", "900000001", BORN, True),
        ("Smiht", "Anna", "004417828", None, True),
        ("Smitha", "Paul", "004417882", dt.date(1990, 1, 1), False),
        # Another name: neighbours in the book of numbers, born on one day, are no pair.
        ("Jones", "Anna", "004417883", BORN, False),
        ("Jones", "Paul", "004417828", None, False),
        ("", "", "004417883", BORN, False),
    ],
)
def test_a_like_name_is_marked_with_one_thing_more_that_is_like(family, given, number, born, alike):
    other = Person(2, family, given, number, born)
    assert similar([ANNA, other]) == ({1, 2} if alike else set())


def test_the_same_patient_twice_is_not_like_himself():
    assert similar([ANNA, ANNA]) == set()


def test_a_page_of_neighbouring_numbers_is_not_marked():
    names = ["Adams", "Brown", "Clarke", "Davies", "Evans", "Foster", "Green", "Harris"]
    people = [Person(i, name, "Pat", f"10000{i}", BORN) for i, name in enumerate(names)]
    assert similar(people) == set()


def slips(word):
    """All words one slip away, written out."""
    letters = "abc1"
    for i in range(len(word) + 1):
        yield from (word[:i] + sign + word[i:] for sign in letters)
        yield word[:i] + word[i + 1 :]
        yield from (word[:i] + sign + word[i + 1 :] for sign in letters if i < len(word))
        if i + 1 < len(word):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def test_one_slip_is_exactly_one_insertion_deletion_change_or_turn():
    words = ["".join(signs) for n in range(1, 5) for signs in itertools.product("abc", repeat=n)]
    chosen = random.Random(3).sample(words, 25)
    for mine, theirs in itertools.product(chosen, words):
        assert one_slip(mine, theirs) == (mine != theirs and theirs in set(slips(mine)))


def test_names_are_compared_only_where_they_could_be_alike():
    """As if each were compared with each, which a page need not do."""
    draw = random.Random(5)
    people = [
        Person(i, "".join(draw.choices("abcd", k=draw.randint(2, 5))), "Pat", "", BORN)
        for i in range(60)
    ]
    pairs = itertools.combinations(people, 2)
    each = {key for pair in pairs for key in similar(pair)}
    assert similar(people) == each

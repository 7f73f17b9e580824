"""Switching an algorithm version on for an organization."""

from __future__ import annotations

import pytest

from apps.inference.actions import SHIPPED, enable_version
from apps.inference.models import AlgorithmVersion
from tests.database import committed
from tests.factories import inside


@committed
@pytest.mark.parametrize("name", SHIPPED)
def test_a_version_that_ships_is_registered_once_and_switched_on(mercy, lakeside, name):
    with inside(mercy):
        first = enable_version(mercy, name)
        AlgorithmVersion.objects.update(is_enabled=False)
        again = enable_version(mercy, name)
        assert (str(first), first.pk, again.is_enabled) == (name, again.pk, True)
    with inside(lakeside):
        assert not AlgorithmVersion.objects.exists()


@committed
def test_a_version_that_neither_ships_nor_is_registered_is_none(mercy):
    with inside(mercy), pytest.raises(AlgorithmVersion.DoesNotExist):
        enable_version(mercy, "einthoven-rules@0.0.1")

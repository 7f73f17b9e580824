"""What a refusal quotes stands in what readers can open beside it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from apps.inference.actions import register_builtin_rules
from apps.inference.rules import RuleInput, not_eligible

FITS = RuleInput({"heart_rate_bpm": 70.0}, "F", 60, pacing_suspected=False, standard_leads=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"pacing_suspected": True},
        {"age_years": None},
        {"age_years": 17},
        {"standard_leads": False},
        {"values": {}},
    ],
)
def test_a_refusal_quotes_the_intended_use_or_the_limits(in_mercy, changes):
    algorithm = register_builtin_rules(in_mercy).algorithm
    assert not_eligible(FITS) == ""
    kind, quoted = re.findall("\\((.+), “(.+)”\\)", not_eligible(replace(FITS, **changes)))[0]
    assert quoted in {"intended use": algorithm.intended_use, "limits": algorithm.limits}[kind]

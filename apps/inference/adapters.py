"""How each kind of algorithm is called: one function a kind, by the name its version carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from apps.core.together import together
from apps.ecg.age import age_at
from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.model_recording import Source
from apps.ecg.models import Analysis, Measurement, Recording
from apps.inference import rules
from apps.inference.rules import RuleStatement


class NotEligible(Exception):
    """The recording is outside the intended use; the reason is shown to readers."""

    def __init__(self, reason: str) -> None:
        super().__init__("not-eligible")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, and the whole answer as it is kept."""

    statements: tuple[RuleStatement, ...]
    output: dict[str, Any]


Adapter = Callable[[Recording], Result]


def builtin_rules(recording: Recording) -> Result:
    """Rules over the platform's measurements. Raises NotEligible."""
    with transaction.atomic():
        given = _rule_input(recording)
    reason = rules.not_eligible(given)
    if reason:
        raise NotEligible(reason)
    statements = tuple(rules.read(given))
    output = {"statements": [asdict(statement) for statement in statements]}
    return Result(statements, output)


def _rule_input(recording: Recording) -> rules.RuleInput:
    rows = Measurement.objects.filter(recording=recording, source=Source.PLATFORM, lead="")
    numbers = rows.values_list("name", "value")
    analyses = Analysis.objects.filter(recording=recording).order_by("-id")
    rhythms = analyses.values_list("rhythm", flat=True)[:1]
    together(numbers, rhythms)
    return rules.RuleInput(
        values={name: float(value) for name, value in numbers},
        sex=recording.patient.sex,
        age_years=age_at(recording),
        pacing_suspected=any(rhythm.get("pacing_suspected") for rhythm in rhythms),
        standard_leads=set(STANDARD_LEADS) <= set(recording.lead_names),
    )


ADAPTERS: dict[str, Adapter] = {"builtin-rules": builtin_rules}

"""What limits depend on besides the signal; what is not known stays open."""

from __future__ import annotations

from dataclasses import dataclass

from apps.ecg.signal.limits import Limits


@dataclass(frozen=True, slots=True)
class Person:
    """Sex M or F, empty where unknown or neither; age in completed years."""

    sex: str = ""
    age_years: int | None = None

    def is_child(self, limits: Limits) -> bool:
        return self.age_years is not None and self.age_years < limits.adult_years

    def possible(self, limits: Limits) -> tuple[Person, ...]:
        """Everyone this may be, as far as a limit makes a difference: an adult if not known."""
        sexes = (self.sex,) if self.sex in ("M", "F") else ("M", "F")
        either = (limits.young_below_years - 1, limits.young_below_years)
        ages = either if self.age_years is None else (self.age_years,)
        return tuple(Person(sex, age) for sex in sexes for age in ages)


NOBODY = Person()

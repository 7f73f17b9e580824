"""What the checks of one ECG found: one row or more for each, and a refusal where one must be."""

from __future__ import annotations

from apps.ecg.formats.canonical import Check, DecodeWarning, Refused
from apps.ecg.formats.warnings import Warnings


class Panel:
    """Rows in the order of the checks; a pass stands only where its check found nothing."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Check]] = {}
        self._passed: dict[str, Check] = {}
        self._warnings = Warnings()
        self._refusal: tuple[str, str, str] | None = None

    def passed(self, name: str, message: str, figure: str = "", limit: str = "") -> None:
        self._rows.setdefault(name, [])
        self._passed[name] = Check(name, "pass", message, figure, limit)

    def warn(self, name: str, code: str, message: str, figure: str = "", limit: str = "") -> None:
        self._row(Check(name, "warn", message, figure, limit))
        self._warnings.add(code, message)

    def note(self, name: str, message: str) -> None:
        """A warning that the decoder has given already."""
        self._row(Check(name, "warn", message))

    def quarantine(
        self, name: str, code: str, message: str, figure: str = "", limit: str = "", field: str = ""
    ) -> None:
        """The first one refuses the file; `field` is what of the file cannot be so."""
        self._row(Check(name, "quarantine", message, figure, limit))
        self._refusal = self._refusal or (code, message, field)

    def _row(self, check: Check) -> None:
        rows = self._rows.setdefault(check.name, [])
        if check not in rows:
            rows.append(check)

    @property
    def refuses(self) -> bool:
        return self._refusal is not None

    def refuse(self) -> None:
        """Raises Refused, with every check that was made, where one of them demands it."""
        if self._refusal is not None:
            code, message, field = self._refusal
            raise Refused(code, message, field=field, checks=self.checks())

    def warnings(self) -> tuple[DecodeWarning, ...]:
        return self._warnings.all()

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            row for name, rows in self._rows.items() for row in rows or [self._passed[name]]
        )

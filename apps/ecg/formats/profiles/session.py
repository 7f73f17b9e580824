"""One file and the profile of the device that wrote it: what was asked and what was changed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning, Override, Refused

from .profile import MeasurementRule, Profile
from .tail import without_tail

# What a profile may settle; the refusal says so.
SETTLED = {"unknown-unit", "unknown-lead", "calibration-pulse"}
_THREE_NUMBERS = re.compile(r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})")


class Session:
    """Profiles in the order of their say: the organization's own, then the shipped ones."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = profiles
        self._device: tuple[str, str, str] | None = None
        self._matching: list[Profile] = []
        self._overrides: dict[Override, None] = {}

    def seen_device(self, manufacturer: str, model: str, software: str) -> None:
        """Of the organization's the one that names the device most exactly, then the shipped."""
        self._device = (manufacturer, model, software)
        found = [profile for profile in self._profiles if profile.matches(*self._device)]
        own = [profile for profile in found if profile.version > 0]
        best = [max(own, key=lambda profile: profile.exactness)] if own else []
        self._matching = best + [profile for profile in found if profile.version == 0]

    def unit(self, field: str, stated: str, size: Decimal | None) -> str:
        for profile in self._matching:
            for rule in profile.units:
                if rule.fits(stated, size):
                    self._note(profile, field, stated or "(none)", rule.means)
                    return rule.means
        return stated

    def lead(self, field: str, stated: str) -> str | None:
        for profile in self._matching:
            if stated in profile.leads:
                self._note(profile, field, stated, profile.leads[stated])
                return profile.leads[stated]
        return None

    def measurement(self, field: str, stated: str) -> MeasurementRule | None:
        for profile in self._matching:
            if stated in profile.measurements:
                rule = profile.measurements[stated]
                self._note(profile, field, stated, rule.name)
                return rule
        return None

    def date_order(self, field: str) -> str:
        """The order alone is noted: a date may be a person's."""
        profile = next((one for one in self._matching if one.date_order), None)
        if profile is None:
            return ""
        self._note(profile, field, "a date without its order", profile.date_order)
        return profile.date_order

    def date(self, field: str, stated: str) -> dt.date | None:
        match = _THREE_NUMBERS.fullmatch(stated.strip())
        order = self.date_order(field) if match else ""
        if not order or match is None:
            return None
        part = dict(zip(order, map(int, match.groups()), strict=True))
        try:
            return dt.date(part["Y"], part["M"], part["D"])
        except ValueError:
            return None

    def finish(self, ecg: DecodedEcg) -> DecodedEcg:
        """The ECG without its known calibration tail, in its zone, with what was overridden."""
        if self._device is None:
            self.seen_device(ecg.vendor, ecg.model, ecg.software)
        for profile in self._matching:
            ecg = self._in_zone(profile, self._cut(profile, ecg))
        demos = frozenset[str]().union(*(one.demo_hashes for one in self._profiles))
        if demos and ecg.canonical_hash in demos:
            ecg = replace(ecg, is_demo=True, warnings=(*ecg.warnings, DEMO))
        said = tuple(DecodeWarning("profile-override", _sentence(one)) for one in self._overrides)
        return replace(ecg, overrides=tuple(self._overrides), warnings=ecg.warnings + said)

    def explained(self, refused: Refused) -> Refused:
        """The refusal with what could settle it, where a profile could."""
        if refused.code not in SETTLED or self._device is None:
            return refused
        device = " ".join(_plain(part) for part in self._device if part) or "an unnamed device"
        words = f"{refused.message} A vendor profile for {device} may settle it."
        return Refused(refused.code, words, field=refused.field, checks=refused.checks)

    def _cut(self, profile: Profile, ecg: DecodedEcg) -> DecodedEcg:
        if profile.signal_seconds is None:
            return ecg
        rhythm = without_tail(ecg.rhythm, profile.signal_seconds)
        if rhythm is not ecg.rhythm:
            self._note(profile, "samples", str(ecg.rhythm.samples), str(rhythm.samples))
        return replace(ecg, rhythm=rhythm)

    def _in_zone(self, profile: Profile, ecg: DecodedEcg) -> DecodedEcg:
        if not profile.zone or ecg.zone or ecg.utc_offset_minutes is not None:
            return ecg
        self._note(profile, "zone", "the zone of the site", profile.zone)
        return replace(ecg, zone=profile.zone)

    def _note(self, profile: Profile, field: str, before: str, after: str) -> None:
        one = Override(field, _plain(before), after, profile.name, profile.version)
        self._overrides[one] = None


DEMO = DecodeWarning(
    "demo-signal", "This is a demonstration signal of the device, not the heart of a patient."
)


def _sentence(one: Override) -> str:
    source = f"profile {one.profile}, version {one.version}" if one.version else one.profile
    return f"{one.field}: {one.before} was read as {one.after} ({source})."


def _plain(text: str) -> str:
    """What a device wrote, safe to show."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)[:64]

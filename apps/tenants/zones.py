"""Time zones by IANA name."""

import zoneinfo

from django.core.exceptions import ValidationError


def validate_zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ValidationError(
            f"“{name}” is not a time zone. Use an IANA name such as Europe/London."
        ) from None

"""How templates write icons and times."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.web import times
from apps.web.format_names import format_name

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One picture of the sprite, hidden from screen readers: the word beside it says it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("icons.svg"),
        name,
    )


@register.filter
def as_json(value: object) -> str:
    """For a data attribute: pages carry no script of their own."""
    return json.dumps(value, default=dict)


@register.filter(name="format_name")
def called(name: str) -> str:
    return format_name(name)


@register.filter
def moment(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return times.moment(at, zone)


@register.filter
def recent(at: dt.datetime, zone: ZoneInfo) -> str:
    """The time alone where it is today's."""
    return times.day_and_clock(at, zone, timezone.now())


@register.filter
def clock(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return times.clock(at, zone)


@register.filter
def day(at: dt.datetime | dt.date | None, zone: ZoneInfo | None = None) -> str:
    if isinstance(at, dt.datetime) and zone is not None:
        at = at.astimezone(zone)
    return times.day(at)


@register.filter
def since(at: dt.datetime) -> str:
    """How long ago, as a clock by the second that a script lets go on."""
    return times.elapsed(timezone.now() - at)


@register.filter
def took(span: dt.timedelta | None) -> str:
    return times.span(span)


@register.filter
def size(count: int) -> str:
    """291 kB, 1.4 MB, 4.29 GB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1e6:.1f} MB" if count < 1_000_000_000 else f"{count / 1e9:.3g} GB"

"""Words of the admin's lists."""

from __future__ import annotations

from django import template

from apps.core.admin_lists import BOUND, moment

register = template.Library()
register.filter("moment", moment)


@register.filter
def is_beyond(count: int) -> bool:
    return count > BOUND


@register.simple_tag
def bounded(count: int) -> str:
    return f"The first {BOUND:,}" if count > BOUND else f"{count:,}"

"""What `verify_isolation` proves of the pages from their code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import URLPattern, URLResolver, get_resolver

from apps.audit.admin_base import PlatformModelAdmin
from apps.core.isolation.catalog import Found
from apps.integrations.api.middleware import GUARDED
from apps.web.admin_site import PlatformAdminSite
from apps.web.guard import in_organization
from apps.web.reach import codes_in, layers, leads_to_the_trail
from apps.web.routes import OPEN, PHI_FREE

URLCONFS = (None, "apps.web.download_urls")


@dataclass(frozen=True)
class Page:
    """One address of the resolver; `name` is what the tables call it."""

    name: str
    address: str
    view: Any


def _inner(*doors: Any) -> set[CodeType]:
    """The functions that doors put around a view."""
    return {code for door in doors for code in codes_in(door.__code__)}


DOORS = _inner(
    in_organization, PlatformAdminSite.admin_view, AdminSite.get_urls, ModelAdmin.get_urls
)


def views_are_guarded_and_recorded() -> Found:
    """Each view is behind a door or open for a reason, and records or shows no patient."""
    pages = [page for urlconf in URLCONFS for page in _pages(get_resolver(urlconf).url_patterns)]
    return views_at_fault(pages)


def views_at_fault(pages: list[Page]) -> Found:
    faults, used = [], set()
    for page in pages:
        is_open, is_free = page.name in OPEN, page.name in PHI_FREE
        used |= {page.name}
        if is_guarded(page) == is_open:
            faults.append(f"{page.name} is {'guarded and ' if is_open else 'not guarded nor '}open")
        if not is_free and not is_recorded(page):
            faults.append(f"{page.name} neither records nor is free of patient data")
    faults += [f"{name} is listed and missing" for name in {*OPEN, *PHI_FREE} - used]
    return Found(len(pages), sorted(set(faults)))


def is_guarded(page: Page) -> bool:
    """By the API's door, or by one that was put around the view."""
    if page.address.startswith(GUARDED):
        return True
    return any(getattr(layer, "__code__", None) in DOORS for layer in layers(page.view))


def is_recorded(page: Page) -> bool:
    """Pages of the administration's models record for themselves."""
    if isinstance(getattr(page.view, "model_admin", None), PlatformModelAdmin):
        return True
    return leads_to_the_trail(page.view)


def _pages(patterns: list[Any], space: str = "", address: str = "/") -> Iterator[Page]:
    for pattern in patterns:
        here = address + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _pages(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            yield Page(space + (pattern.name or str(pattern.pattern)), here, pattern.callback)

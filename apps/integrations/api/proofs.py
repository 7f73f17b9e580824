"""What `verify_isolation` proves of the API from its code."""

from __future__ import annotations

from django.urls import URLPattern

from apps.core.isolation.catalog import Found
from apps.integrations.api.base import Operations
from apps.integrations.api.middleware import GUARDED
from apps.integrations.api.problems import API
from apps.tenants.model_api import Scope

# Addresses that tell of the API itself.
OPEN = {"schema", "docs"}


def operations_ask_for_a_scope() -> Found:
    """Every address is behind the door, and every method of it names a scope there is."""
    from apps.integrations.api.urls import urlpatterns

    looked_at, faults = 0, []
    for pattern in urlpatterns:
        if pattern.name in OPEN:
            continue
        address = API + str(pattern.pattern)
        if not address.startswith(GUARDED):
            faults.append(f"{address} is not behind the door")
        for method, scope in _methods(pattern):
            looked_at += 1
            if scope not in set(Scope):
                faults.append(f"{method} {address} asks for no scope")
    return Found(looked_at, faults)


def _methods(pattern: URLPattern) -> list[tuple[str, str]]:
    view = getattr(pattern.callback, "view_class", None)
    if view is None or not issubclass(view, Operations):
        return [("ANY", "")]
    names = [name for name in ("get", "post") if hasattr(view, name)]
    return [(name.upper(), view.scopes.get(name.upper(), "")) for name in names]

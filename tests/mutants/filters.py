"""Which code guards a border, and the tests that should notice when a piece of it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from types import FunctionType

from django.urls import URLPattern, get_resolver

from apps.tenants.permissions import PERMISSIONS, ROLE_NAMES
from tests.mutants import rewriting
from tests.mutants.code import CodeMutant

ISOLATION, ADMIN = "tests/isolation", "tests/admin"
ACCESS = f"{ISOLATION}/test_access.py"
ROUTES = f"{ISOLATION}/test_routes.py::test_the_answer_is_the_tables"
ADMIN_ROUTES = f"{ISOLATION}/test_routes.py::test_the_admins_answer_is_the_tables"
PERMITTED = f"{ADMIN}/test_permissions.py"
DOORS = (PERMITTED, f"{ADMIN}/test_people.py", f"{ADMIN}/test_set_up.py", f"{ADMIN}/test_doors.py")
SCOPE = (f"{ISOLATION}/test_scope.py", f"{ISOLATION}/test_traps.py")
PERMISSIONS_OF = ("tests/tenants/test_permissions.py",)
PEOPLE = ("tests/tenants/test_people.py", "tests/web/test_door.py")

# Module → the functions in it that guard (a beginning of the full name), and the tests.
GUARDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "apps.core.scope": (("required", "organization_scope", "_pin"), SCOPE),
    "apps.core.fields": (("ScopedManager",), (f"{ISOLATION}/test_no_context.py",)),
    "apps.core.postgres.base": (("DatabaseWrapper.set_autocommit",), SCOPE),
    "apps.tenants.access": (
        (
            "Active.may",
            "OnPlatform.may",
            "active_organization",
            "_entered",
            "activate",
            "platform_role_of",
        ),
        (*PEOPLE, *PERMISSIONS_OF, f"{ADMIN}/test_entry.py", f"{ADMIN}/test_doors.py"),
    ),
    "apps.tenants.entries": (
        ("ask", "_asked", "approve", "refuse", "_decide", "_is_usable", "use", "hold", "review"),
        ("tests/tenants/test_entries.py", f"{ADMIN}/test_entry.py"),
    ),
    "apps.tenants.entry_queries": (("",), (f"{ADMIN}/test_entry.py", f"{ADMIN}/test_visits.py")),
    "apps.tenants.queries": (
        ("permit", "sites", "get_", "choices_for", "place_of"),
        (ACCESS, *PEOPLE),
    ),
    "apps.ecg.queries": (("",), (ACCESS,)),
    "apps.inference.queries": (("",), (ACCESS,)),
    "apps.ingestion.queries": (("",), (ACCESS,)),
    "apps.integrations.queries": (("",), (ACCESS,)),
    "apps.reports.queries": (("",), (ACCESS,)),
    "apps.tenants.clients": (("recognise",), ("tests/api/test_door.py",)),
    "apps.integrations.api.queries": (("admit", "get_"), ("tests/isolation/test_api_access.py",)),
    "apps.integrations.api.middleware": (
        ("ApiDoor", "shown_key", "refuse"),
        ("tests/api/test_door.py", "tests/web/test_limits.py"),
    ),
    "apps.tenants.admin_api": (
        ("ApiClientAdmin.has_", "ApiClientAdmin._living", "ApiKeyAdmin.has_"),
        (f"{ADMIN}/test_api_clients.py",),
    ),
    "apps.web.guard": (
        ("in_organization",),
        ("tests/web/test_pages.py", "tests/web/test_door.py"),
    ),
    "apps.web.views.upload": (("upload", "files"), ("tests/web/test_upload.py",)),
    "apps.web.views.entry": (("enter", "listed", "leave"), (f"{ADMIN}/test_entry.py",)),
    "apps.web.entry": (("organization_named",), (f"{ADMIN}/test_entry.py",)),
    "apps.web.admin_site": (("PlatformAdminSite.has_perm", "PlatformAdminSite.admin_view"), DOORS),
    "apps.audit.admin_base": (
        ("inside", "on_platform", "PlatformModelAdmin.has_", "PlatformModelAdmin.get_queryset"),
        (*DOORS, f"{ADMIN}/test_work.py"),
    ),
    "apps.audit.admin_queue": (
        ("QueueAdmin.has_", "QueueAdmin.replay"),
        (PERMITTED, f"{ADMIN}/test_work.py"),
    ),
    "apps.tenants.admin": (("OrganizationAdmin.has_", "OrganizationAdmin.get_q"), DOORS),
    "apps.tenants.admin_people": (
        (
            "MembershipAdmin.has_",
            "belongs",
            "UserAdmin.get_q",
            "UserAdmin.has_",
            "UserAdmin._may",
            "UserAdmin.password_view",
        ),
        (*DOORS, f"{ADMIN_ROUTES}[tenants.user]"),
    ),
}
# Beginnings of edits that open nothing, each with why.
REDUNDANT = {
    "core.postgres.base.DatabaseWrapper.set_autocommit 32": "pins once more, for one statement",
    "core.scope._pin_open_transactions 56:11 part 2": "the server's own status is asked as well",
    "tenants.entries.hold 175:27 part 2": "going in is being seen: the time is always there",
    "web.entry.organization_named": "the reserved organization is never live either",
}
# In these, a filter picks rows of one's own organization: which ones is the feature, not a border.
ONLY_NAMED = (
    "apps.ecg.queries",
    "apps.ingestion.queries",
    "apps.reports.queries",
    "apps.inference.queries",
    "apps.integrations.queries",
    "apps.integrations.api.queries",
)


def code_mutants() -> Iterator[CodeMutant]:
    for name, (functions, tests) in GUARDS.items():
        module = import_module(name)
        for edit in rewriting.edits(module, lambda function, f=functions: function.startswith(f)):
            removed = edit.operator in ("check removed", "refusal removed")
            if name in ONLY_NAMED and not (removed or edit.function.startswith(("get_", "_get"))):
                continue
            change = partial(rewriting.apply, module, edit)
            label = f"{name.removeprefix('apps.')}.{edit.name}"
            if not label.startswith(tuple(REDUNDANT)):
                yield CodeMutant(edit.operator, label, change, tests)


def permissions() -> Iterator[CodeMutant]:
    """Each role given an action it has not, and each that has it robbed of it."""
    for action, roles in PERMISSIONS.items():
        for role in ROLE_NAMES:
            changed = roles ^ {role}
            word = "may" if role in changed else "may not"
            change = partial(PERMISSIONS.update, {action: changed})
            yield CodeMutant(
                "permission changed", f"{role} {word} {action}", change, PERMISSIONS_OF
            )


def doors_open() -> Iterator[CodeMutant]:
    """Each view without the check that somebody is signed in and somewhere."""
    for route in _guarded_routes():
        rows = tuple(f"{ROUTES}[{method} {route}]" for method in ("GET", "POST"))
        yield CodeMutant("door open", route, partial(_open, route), rows)


def _guarded_routes() -> list[str]:
    return sorted({p.name for p in _patterns() if _guard_of(p.callback) is not None})


def _patterns() -> list[URLPattern]:
    return list(_below(get_resolver("apps.web.urls").url_patterns))


def _below(entries: list) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _below(entry.url_patterns)


def _guard_of(view) -> FunctionType | None:
    while view is not None:
        if getattr(view, "__code__", None) and view.__code__.co_name == "guarded":
            return view
        view = getattr(view, "__wrapped__", None)
    return None


def _open(route: str) -> None:
    def around(view):
        def guarded(request, *args, **kwargs):
            return view(request, *args, **kwargs)

        return guarded

    found = next(_guard_of(p.callback) for p in _patterns() if p.name == route)
    assert found is not None
    found.__code__ = around(None).__code__


def unchanged_code() -> Iterator[CodeMutant]:
    """Every test that a mutant may be looked for by."""
    tests = dict.fromkeys(test for _, tests in GUARDS.values() for test in tests)
    yield CodeMutant("check removed", "unchanged", list, tuple(tests))


GENERATORS = (code_mutants, permissions, doors_open)

"""The admin's door, its groups of pages and the frame around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.audit.admin_base import PlatformModelAdmin, may
from apps.tenants.models import Organization
from apps.web import entry
from apps.web.admin_pages import pages_for

# Words of the people who work here → models, in the order shown.
GROUPS: dict[str, tuple[str, ...]] = {
    "Set up": (
        "tenants.organization",
        "tenants.site",
        "tenants.membership",
        "tenants.invitation",
        "tenants.user",
        "tenants.datakey",
        "tenants.storagelocation",
        "tenants.storagemove",
        "tenants.identityprovider",
        "tenants.platformrole",
        "ingestion.sharesource",
        "tenants.applicationentity",
        "tenants.dicompeer",
        "tenants.hl7listener",
        "integrations.destination",
        "integrations.fetchhost",
        "integrations.alarmchannel",
        "tenants.apiclient",
        "tenants.apikey",
        "tenants.signingkey",
        "tenants.clientcertificate",
        "tenants.ratelimit",
        "ingestion.vendorprofile",
        "ingestion.experimentalformat",
        "inference.algorithm",
        "inference.algorithmversion",
        "billing.price",
    ),
    "Work in progress": (
        "ingestion.ingress",
        "ingestion.pathcanary",
        "ingestion.profilesample",
        "ingestion.storagecommitment",
        "integrations.submission",
        "ingestion.sharefile",
        "ecg.stagerun",
        "inference.inferencerun",
        "integrations.delivery",
        "integrations.alarmnotice",
    ),
    "Reports": (
        "reports.report",
        "reports.reportversion",
        "reports.signature",
    ),
    "Record": (
        "audit.alarm",
        "ecg.recording",
        "ingestion.recordingarrival",
        "billing.charge",
        "audit.auditevent",
        "audit.auditcount",
    ),
}

METHODS = ("GET", "HEAD", "POST")

# Ways out that are the product's own, and pages that nothing here needs.
LEFT_OUT = {"logout", "view_on_site", "password_change", "password_change_done"}


class PlatformAdminSite(AdminSite):
    site_header = site_title = "Einthoven administration"
    index_title = "Administration"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Pages of libraries stay out: they know neither scopes nor the audit trail."""
        if admin_class is not None and issubclass(admin_class, PlatformModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active) and may(request, "open_administration")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Strangers sign in, others are refused; pages are drawn while the scope is open."""
        inner = cast(Callable[..., HttpResponse], super().admin_view(view, cacheable))

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            with timezone.override(zone_of(request)):
                response = inner(request, *args, **kwargs)
                return _drawn(response)

        return update_wrapper(checked, view)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", "") not in LEFT_OUT]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "here": organization_of(request),
            "visits": entry.visits_of(request),
            "custody": pages_for(request),
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        shown: dict[str, Any] = {}
        for app in self._build_app_dict(request, app_label).values():
            for model in app["models"]:
                shown[model["model"]._meta.label_lower] = model | self._words(request, model)
        groups = (_group(name, labels, shown) for name, labels in GROUPS.items())
        return [group for group in groups if group["models"]]

    def _words(self, request: HttpRequest, model: dict[str, Any]) -> dict[str, str]:
        pages = cast(PlatformModelAdmin, self.get_model_admin(model["model"]))
        return {"name": pages.title_for(request), "about": pages.about_for(request)}


def _group(name: str, labels: tuple[str, ...], shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "app_label": name.lower().replace(" ", "-"),
        "app_url": reverse("admin:index"),
        "has_module_perms": True,
        "models": [shown[label] for label in labels if label in shown],
    }


def _drawn(response: HttpResponse) -> HttpResponse:
    if isinstance(response, TemplateResponse):
        with transaction.atomic(savepoint=False):
            response.render()
    return response


def organization_of(request: HttpRequest) -> Organization | None:
    """The active organization, read once a request."""
    active = getattr(request, "active", None)
    if active is None:
        return None
    if not hasattr(request, "_admin_organization"):
        with transaction.atomic(savepoint=False):
            found = Organization.objects.get(pk=active.organization_id)
        request._admin_organization = found  # type: ignore[attr-defined]
    return cast(Organization, request._admin_organization)  # type: ignore[attr-defined]


def zone_of(request: HttpRequest) -> str | dt.tzinfo:
    organization = organization_of(request)
    return organization.time_zone if organization else dt.UTC

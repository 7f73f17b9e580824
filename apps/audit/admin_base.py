"""What all admin pages share: who sees which rows through which role, and the record of it.

Inside an organization people work as the application role, and row-level security picks the rows;
the table of permissions says which pages their role opens. Platform staff who have not entered one
read configuration only, of every organization, as the platform role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.audit import actions as audit
from apps.audit.history import Entry, history_of
from apps.core.admin_lists import BoundedPaginator, matching, purposes, time_column
from apps.core.scope import current_organization

Name = str | Callable[[Any], Any]


def may(request: HttpRequest, action: str) -> bool:
    """By the role in the active organization, else by the one on the platform.

    Raises KeyError for an action that the table of permissions does not name.
    """
    holder = getattr(request, "active", None) or getattr(request, "platform", None)
    return holder is not None and holder.may(action)


def inside(request: HttpRequest) -> bool:
    """In an organization, with a role that the administration is open to."""
    return getattr(request, "active", None) is not None and may(request, "open_administration")


def on_platform(request: HttpRequest) -> bool:
    """Platform staff with a role, in no organization."""
    outside = getattr(request, "active", None) is None
    return outside and getattr(request, "platform", None) is not None


class TenantForm(forms.ModelForm):
    """Takes the organization from the scope and checks unique names within it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hasattr(self.instance, "organization_id") and self.instance.organization_id is None:
            self.instance.organization_id = current_organization()

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"organization"}


class PlatformModelAdmin(admin.ModelAdmin):
    """Rows are seen, changed where a field is named for it, and never deleted."""

    is_clinical = True
    # Actions of the table of permissions; a page that names none is an error.
    viewing = ""
    changing = ""
    editable: tuple[str, ...] = ()
    addable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    title = ""
    about = ""
    when_empty = ""

    form = TenantForm
    change_list_template = "admin/rows.html"
    change_form_template = "admin/row.html"
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_select_related: ClassVar[tuple[str, ...]] = ()
    save_on_top = False
    view_on_site = False

    # Permissions: from the table, by the role in the active organization or on the platform.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.viewing)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.addable) and inside(request) and may(request, self.changing)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable) and inside(request) and may(request, self.changing)

    def has_history_permission(self, request: HttpRequest) -> bool:
        """The events of a row are part of the trail."""
        return may(request, "view_audit_trail")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Words.

    def title_for(self, request: HttpRequest) -> str:
        return self.title or str(self.opts.verbose_name_plural).capitalize()

    def about_for(self, request: HttpRequest) -> str:
        return self.about

    # Rows.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        role = "default" if current_organization() is not None else "platform"
        rows = self.model._default_manager.db_manager(role).get_queryset()
        return rows.select_related(*self.list_select_related).order_by(*self.get_ordering(request))

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        found = queryset.filter(matching(self.search, term, self.model)) if term else queryset
        return found, False

    def get_list_display(self, request: HttpRequest) -> list[Name]:
        names = [*self.list_display]
        if on_platform(request) and self._has_organization():
            names.insert(1, "organization")
        return self._shown(names)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Choices of a field; rows of other tables are not listed outside an organization."""
        return [*self.list_filter]

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """What the page offers as filters; others would answer guesses about hidden columns."""
        offered = {getattr(name, "parameter_name", name) for name in self.list_filter}
        return lookup.partition("__")[0] in offered

    # Fields: those of the row in its own order, with the purpose of each.

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [*self.addable]
        left_out = {"id", *self.hidden}
        if not on_platform(request):
            left_out.add("organization")
        names = [field.name for field in self.model._meta.local_fields]
        return self._shown([name for name in names if name not in left_out], self.editable)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        return [name for name in self.get_fields(request, obj) if name not in self.editable]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        kwargs.setdefault("help_texts", purposes(self.model))
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A plain menu for a reference, without windows that add or change what it names."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    # What is recorded.

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Names of fields only: values may be of a person."""
        return sorted(form.changed_data)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "web.admin.added", obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "web.admin.changed", obj, field=", ".join(message) or "none")

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        raise PermissionDenied

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        words = {"heading": self.title_for(request), "about": self.about_for(request)}
        context = {**words, "when_empty": self.when_empty, **(extra_context or {})}
        response = super().changelist_view(request, context)
        if response.status_code == 200:
            self.note_view(request, "list", None)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None)
        if shown:
            self.note_view(request, "row", shown["original"])
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The row's events of the audit trail in place of the admin's own log."""
        if not self.has_history_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        self.note_view(request, "history", row)
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "heading": self.title_for(request),
            "opts": self.opts,
            "object": row,
            "entries": self.history(row),
        }
        return TemplateResponse(request, "admin/history.html", context)

    def history(self, row: Any) -> list[Entry]:
        return history_of([row])

    def note_view(self, request: HttpRequest, kind: str, row: Model | None) -> None:
        """Reading clinical rows is on the record; names of filters only."""
        if self.is_clinical:
            page = f"{self.opts.label_lower}:{kind}"
            self._record(request, "web.admin.viewed", row, page=page, filters=sorted(request.GET))

    def _record(self, request: HttpRequest, code: str, row: Any, **details: Any) -> None:
        audit.record(code, row, actor=request.user, **details)  # type: ignore[arg-type]

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str):
        """A row of elsewhere and no row at all are answered alike."""
        raise Http404

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"heading": self.title_for(request), "about": self.about_for(request)}
        context["has_history"] = self.has_history_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def _has_organization(self) -> bool:
        return any(field.name == "organization" for field in self.model._meta.local_fields)

    def _shown(self, names: Iterable[Any], as_they_are: Iterable[str] = ()) -> list[Name]:
        """Moments are shown with their zone; the rest as Django does."""
        fields = {field.name: field for field in self.model._meta.local_fields}
        return [
            time_column(fields[name])
            if isinstance(fields.get(name), DateTimeField) and name not in as_they_are
            else name
            for name in names
        ]


class ConfigurationAdmin(PlatformModelAdmin):
    """How an organization is set up: no patient data; platform staff read it as well."""

    is_clinical = False

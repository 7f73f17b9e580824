"""Pages that do one thing to one row: what it is, a button, and back to the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse


@dataclass(frozen=True, slots=True)
class Tool:
    """`do` changes the row and answers what to tell; `may` says whether it is offered.

    What `form` asks is given to `do` by name.
    """

    name: str
    words: str
    note: str
    do: Callable[..., str]
    may: Callable[[HttpRequest, Any], bool]
    form: type[forms.Form] = forms.Form


class ToolsAdmin:
    """Mixed into an admin class: its tools are linked on the row's page."""

    opts: Any
    admin_site: Any

    def tools(self) -> list[Tool]:
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        mine = [
            path(
                f"<path:object_id>/{tool.name}/",
                self.admin_site.admin_view(transaction.non_atomic_requests(self._page(tool))),
                name=self._address(tool),
            )
            for tool in self.tools()
        ]
        return [*mine, *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["tools"] = [
                (tool.words, reverse(f"admin:{self._address(tool)}", args=[row.pk]))
                for tool in self.tools()
                if tool.may(request, row)
            ]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def _address(self, tool: Tool) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{tool.name.replace('-', '_')}"

    def _page(self, tool: Tool) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            with transaction.atomic():
                row = self.get_object(request, object_id)  # type: ignore[attr-defined]
            if row is None:
                raise Http404
            if not tool.may(request, row):
                raise PermissionDenied
            form = tool.form(request.POST if request.method == "POST" else None)
            if form.is_valid():
                messages.success(request, tool.do(request, row, **form.cleaned_data))
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            context = {
                **self.admin_site.each_context(request),
                "title": f"{tool.words}: {row}",
                "opts": self.opts,
                "heading": self.title_for(request),  # type: ignore[attr-defined]
                "form": form,
                "note": tool.note,
                "button": tool.words,
            }
            return TemplateResponse(request, "admin/form.html", context)

        return page

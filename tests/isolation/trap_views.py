"""Views that read patients at the moments when a request's own transaction is over."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from apps.core.scope import current_organization, organization_scope
from apps.ecg.models import Patient

# What callbacks saw, for the test to read.
seen: list[int] = []


def names() -> list[str]:
    return list(Patient.objects.values_list("family_name", flat=True))


def count_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ecg_patient")
        (count,) = cursor.fetchone()
    return int(count)


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(names()))


def late_template(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string(
        "{% for p in patients %}{{ p.family_name }} {% endfor %}"
    )
    return TemplateResponse(request, template, {"patients": Patient.objects.all()})


def careless_stream(request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse(f"{count_rows()}" for _ in range(1))


def unscoped_stream(request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse(name for _ in range(1) for name in names())


def careful_stream(request: HttpRequest) -> HttpResponse:
    organization_id = current_organization()
    assert organization_id is not None

    def lines() -> Iterator[str]:
        with organization_scope(organization_id), transaction.atomic():
            yield from names()

    return StreamingHttpResponse(lines())


def careless_callback(request: HttpRequest) -> HttpResponse:
    transaction.on_commit(lambda: seen.append(count_rows()))
    return HttpResponse(str(count_rows()))


def careful_callback(request: HttpRequest) -> HttpResponse:
    @transaction.on_commit
    @transaction.atomic
    def later() -> None:
        seen.append(count_rows())

    return HttpResponse(str(count_rows()))


def failing(request: HttpRequest) -> HttpResponse:
    Patient.objects.create(organization_id=current_organization(), family_name="Halfdone")
    raise ZeroDivisionError


urlpatterns = [
    path(f"{view.__name__}/", view)
    for view in (
        plain,
        late_template,
        careless_stream,
        unscoped_stream,
        careful_stream,
        careless_callback,
        careful_callback,
        failing,
    )
]


def handler500(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)

"""File shares that are looked into for ECGs. A share and its user belong to one organization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import yaml

from apps.ingestion.model_share import LEAST_POLL_S, MOST_POLL_S, USUAL_POLL_S, ShareSource
from apps.ingestion.sources import Place, check, holder_of, password_of, place_of, set_source, tidy
from apps.tenants.models import Organization, Site
from apps.web.onboarding.fields import (
    Field,
    Fields,
    Rows,
    choice,
    needed,
    record,
    refuse,
    rows,
    text,
    truth,
    whole,
)
from apps.web.onboarding.secret import kept, secret_fields, take_secret
from apps.web.onboarding.section import Section, Target, is_of

KEPT_AS = "password"
FIELDS: dict[str, Field] = {
    "name": needed(text(80)),
    "server": needed(text(253)),
    "share": needed(text(80)),
    "folder": Field(text(400), ""),
    "user": needed(text(128)),
    **secret_fields(KEPT_AS),
    "patterns": Field(text(200), ""),
    "site": Field(text(120)),
    "poll": Field(whole(LEAST_POLL_S, MOST_POLL_S), USUAL_POLL_S),
    "archive": Field(choice(ShareSource.Archive.values), ShareSource.Archive.LEAVE.value),
    "signed": Field(truth, False),
}
SETTINGS = {
    "patterns": "patterns",
    "poll": "poll_seconds",
    "archive": "archive",
    "signed": "signature_required",
    "site": "site",
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = take_secret(record(node, path, FIELDS), KEPT_AS, node, path)
    place = tidy(Place(given["server"], given["share"], given["folder"], given["user"]))
    reason = check(place)
    if reason:
        raise refuse(node, path, reason)
    secret = {KEPT_AS: given[KEPT_AS]} if KEPT_AS in given else {}
    settings = {column: given[name] for name, column in SETTINGS.items()}
    return given["name"], asdict(place) | secret | settings | {"active": True}


def _present() -> Rows:
    sources = ShareSource.objects.select_related("site")
    return {source.name: _fields(source) for source in sources}


def _fields(source: ShareSource) -> Fields:
    settings = {
        "patterns": source.patterns,
        "poll_seconds": source.poll_seconds,
        "archive": str(source.archive),
        "signature_required": source.signature_required,
    }
    return {
        **asdict(place_of(source)),
        KEPT_AS: kept(lambda: password_of(source)),
        **settings,
        "site": source.site.name if source.site else None,
        "active": source.is_active,
    }


def _place(fields: Fields) -> Place:
    return Place(**{name: fields[name] for name in Place.__dataclass_fields__})


def _write(organization: Organization, name: str, fields: Fields) -> ShareSource:
    return set_source(
        organization,
        name,
        _place(fields),
        password=fields[KEPT_AS].text if KEPT_AS in fields else "",
        patterns=fields["patterns"],
        poll_seconds=fields["poll_seconds"],
        archive=fields["archive"],
        signature_required=fields["signature_required"],
        site=Site.objects.get(name=fields["site"]) if fields["site"] else None,
        is_active=fields["active"],
    )


def _objections(target: Target) -> Iterator[str]:
    if KEPT_AS not in target.after and not (target.before or {}).get(KEPT_AS):
        yield "lacks password_file or password_env"
    taken = holder_of(target.organization_id, _place(target.after))
    if taken is not None:
        share = f"//{target.after['server']}/{target.after['share']}"
        yield is_of(share if taken.what == "share" else str(target.after["username"]), taken)


def _said(rows_: Rows) -> Any:
    return [
        {
            "name": name,
            "server": fields["server"],
            "share": fields["share"],
            "folder": fields["folder"],
            "user": fields["username"],
            **{key: fields[column] for key, column in SETTINGS.items()},
        }
        for name, fields in rows_.items()
    ]


SHARES = Section(
    key="shares",
    word="file share",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=_said,
    objections=_objections,
)

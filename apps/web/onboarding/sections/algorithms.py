"""Algorithm versions that new recordings are sent to."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from apps.inference.actions import SHIPPED, enable_version
from apps.inference.models import AlgorithmVersion
from apps.tenants.models import Organization
from apps.web.onboarding.fields import Field, Fields, Rows, rows, text
from apps.web.onboarding.section import Section, Target

NAME = text(83, r"[a-z0-9-]+@[0-9][0-9A-Za-z.+-]*", "a version such as einthoven-rules@1.0.0")


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    return NAME(node, path), {"active": True}


def _present() -> Rows:
    versions = AlgorithmVersion.objects.select_related("algorithm")
    return {str(version): {"active": version.is_enabled} for version in versions}


def _write(organization: Organization, name: str, _fields: Fields) -> AlgorithmVersion:
    return enable_version(organization, name)


def _objections(target: Target) -> Iterator[str]:
    if target.before is None and target.name not in SHIPPED:
        yield f"is not registered here and does not ship; that does: {', '.join(SHIPPED)}"


ALGORITHMS = Section(
    key="algorithms",
    word="algorithm",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=list,
    objections=_objections,
)

"""A usual hospital's file, and asking for it."""

from __future__ import annotations

import io
import json

from django.core.management import call_command

from apps.integrations.models import Destination
from apps.web.onboarding.apply import apply
from apps.web.onboarding.plan import plan
from apps.web.onboarding.problems import Refused
from apps.web.onboarding.wanted import read_organization
from tests.factories import inside, organization_of

# The example of docs/operations.md.
HOSPITAL = """\
slug: northside
name: Northside Hospital
region: uk
assigning_authority: NORTH
sites: [A&E, Ward 7, {name: Belfast clinic, time_zone: Europe/Belfast}]
users: [{name: Dr Ada Okafor, email: ada@northside.example, role: reader, site: A&E},
  {name: Tom Reid, email: tom@northside.example, role: technician},
  {name: Grace Lin, email: grace@northside.example, role: administrator}]
storage: {folder: /srv/ecg/northside}
shares: [{name: Carts, server: nas.northside.example, share: ecg, user: ecg, password_file: carts}]
dicom: [{called: NORTHSIDE, hosts: [10.1.0.0/16], site: A&E}]
mllp: [{name: Orders, port: 2601, hosts: [10.2.0.7]}]
ehr: [{name: Main EHR, address: "ehr.northside.example:2575", application: EPR, facility: NORTH}]
algorithms: [einthoven-rules@1.0.0]
prices: {currency: GBP, from: 2026-01-01, inference.accepted: 4.25, report.signed: 1.50}
"""
# What the plan has: itself, its key, its storage, 3 sites, 3 people, a share, an AE title, a
# listener, a destination, a version, 2 prices; and that it goes live.
CREATED = 16
KEPT = CREATED + 1
# Itself and its key are no changes of their own.
WRITES = CREATED - 2


def renamed(number: int) -> str:
    """The same for another hospital, with nothing that only one may have."""
    text = HOSPITAL.replace("northside", f"north{number}s").replace("NORTHSIDE", f"NORTH{number}")
    return text.replace("2601", str(2601 + number))


def changed(old: str, new: str, text: str = HOSPITAL) -> str:
    assert old in text
    return text.replace(old, new)


def read(text: str = HOSPITAL):
    return read_organization(text.encode())


def planned(text: str = HOSPITAL):
    return plan(read(text))


def applied(text: str = HOSPITAL):
    """The lines that were reported, and the organization."""
    lines = []
    wanted = read(text)
    apply(wanted, lines.append)
    return lines, organization_of(wanted.slug)


def short(lines, *actions):
    """(action, kind, name) of each line, of those actions only."""
    return [(line.action, line.word, line.name) for line in lines if line.action in actions]


def problems(text: str, asked=read) -> list[str]:
    try:
        asked(text)
    except Refused as refused:
        return [str(problem) for problem in refused.problems]
    return []


def command(path, *arguments):
    """What it wrote and its exit code."""
    out = io.StringIO()
    try:
        call_command("onboard", str(path), *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def json_lines(text: str):
    return [json.loads(line) for line in text.splitlines()]


def destination(organization, host="ehr.northside.example", port=2575, name="EHR", **fields):
    with inside(organization):
        return Destination.objects.create(
            organization=organization, host=host, port=port, name=name, **fields
        )

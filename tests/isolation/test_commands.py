"""No command reaches further than the organization it was given, and unknown is unknown."""

from __future__ import annotations

import argparse
import io
import uuid

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.core.management.base import BaseCommand

from apps.core.isolation import commands
from apps.core.isolation.commands import commands_are_the_known_ones
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Site
from config.isolation import COMMANDS
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.isolation.rows import make_row, tenant_models

pytestmark = committed

NOWHERE = "nowhere"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ecg.dcm"
    path.write_bytes(b"not an ecg")
    return path


def run(name, *arguments):
    out = io.StringIO()
    try:
        call_command(name, *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        return out.getvalue() + str(error)
    except SystemExit:
        return out.getvalue()
    return out.getvalue()


def rows_of(organization):
    with inside(organization):
        return {
            model._meta.label: sorted(map(repr, model.objects.values_list()))
            for model in tenant_models()
        }


def given(name, slug, file):
    """Everything else that the command asks for."""
    more = {
        "export_audit": ("--from", "2026-01-01", "--to", "2027-01-01", file.parent / "out.zip"),
        "ingest": (file,),
        "move_storage": ("--to", "platform"),
        "sync_smb": ("--once",),
        "shred_keys": ("--confirm", slug, "--reason", "asked for", "--by", "a@example.test"),
    }
    return ("--organization", slug, *more.get(name, ()))


def test_the_table_names_every_command_of_ours():
    found = commands_are_the_known_ones()
    assert (found.looked_at, found.faults) == (len(COMMANDS), [])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"ingest": None}, "ingest is not allowed"),
        ({"gone": "none"}, "gone is missing"),
        ({"ingest": "none"}, "ingest does not take its organization as “none”"),
        ({"verify_audit": "one"}, "verify_audit does not take its organization as “one”"),
        ({"decode": "one"}, "decode does not take its organization as “one”"),
        ({"shred_keys": "each"}, "shred_keys does not take its organization as “each”"),
        ({"sweep": "some"}, "sweep does not take its organization as “some”"),
    ],
)
def test_a_command_that_is_not_as_the_table_says_is_named(monkeypatch, changed, fault):
    told = {name: kind for name, kind in (COMMANDS | changed).items() if kind}
    monkeypatch.setattr(commands, "COMMANDS", told)
    assert commands_are_the_known_ones().faults == [fault]


def of_an_organization():
    """Those that take its name, wanted or not."""
    names = []
    for name, app in commands.get_commands().items():
        if name in COMMANDS:
            command = load_command_class(app, name)
            parser = command.create_parser("manage.py", name)
            if any(action.dest == "organization" for action in parser._actions):
                names.append(name)
    return sorted(names)


@pytest.mark.parametrize("name", of_an_organization())
def test_an_unknown_organization_is_refused_in_the_same_words(name, mercy, lakeside, file):
    before = rows_of(mercy), rows_of(lakeside)
    said = run(name, *given(name, NOWHERE, file))
    assert said.splitlines()[-1] == f"There is no organization “{NOWHERE}”."
    assert (rows_of(mercy), rows_of(lakeside)) == before


def location_of(lakeside):
    return make_row(StorageLocation, lakeside).public_id, uuid.uuid4()


def site_of(lakeside):
    return make_row(Site, lakeside).name, "no such site"


# What names a row of the organization: the option, another's and one that is nowhere.
NAMING = {"move_storage": ("--to", location_of), "ingest": ("--site", site_of)}
# Options of files, days, words, kinds and persons; and those that only say yes.
NAMES_NO_ROW = {
    "adopt", "by", "confirm", "force_color", "help", "no_color", "organization", "out", "path",
    "paths", "priority", "pythonpath", "reason", "report", "second", "settings", "since",
    "skip_checks", "traceback", "until", "verbosity", "version",
}  # fmt: skip


def test_every_option_that_names_a_row_is_tried():
    found = set()
    for name in of_an_organization():
        command: BaseCommand = load_command_class(commands.get_commands()[name], name)
        for action in command.create_parser("manage.py", name)._actions:
            plain = isinstance(action, argparse._StoreTrueAction)
            if not plain and action.dest not in NAMES_NO_ROW:
                found.add((name, action.option_strings[0]))
    assert found == {(name, option) for name, (option, _) in NAMING.items()}


@pytest.mark.parametrize("name", NAMING)
def test_a_thing_of_another_organization_is_nowhere(name, mercy, lakeside, file):
    option, things = NAMING[name]
    theirs, unknown = things(lakeside)
    before = rows_of(mercy), rows_of(lakeside)
    rest = ("--organization", mercy.slug, *((file,) if name == "ingest" else ()))
    elsewhere, nowhere = (run(name, *rest, option, thing) for thing in (theirs, unknown))
    assert "There is no" in nowhere
    assert elsewhere.replace(str(theirs), "ID") == nowhere.replace(str(unknown), "ID")
    assert (rows_of(mercy), rows_of(lakeside)) == before


@pytest.mark.parametrize("name", of_an_organization())
def test_a_run_in_one_organization_leaves_the_others_rows(name, mercy, lakeside, file, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda _: "wrong")
    make_ingress(lakeside)
    before = rows_of(lakeside)
    said = run(name, *given(name, mercy.slug, file))
    assert said
    assert lakeside.slug not in said
    assert rows_of(lakeside) == before


def test_keys_are_not_shredded_under_another_organizations_name(mercy, lakeside):
    before = rows_of(mercy), rows_of(lakeside)
    more = ("--confirm", lakeside.slug, "--reason", "x", "--by", "a@example.test")
    said = run("shred_keys", "--organization", mercy.slug, *more)
    assert said == "--confirm must repeat the organization's name."
    assert (rows_of(mercy), rows_of(lakeside)) == before

"""Each command of the product says how it takes its organization, and its options say the same."""

from __future__ import annotations

from argparse import Action

from django.core.management import get_commands, load_command_class

from apps.core.isolation.catalog import Found, compare
from config.isolation import COMMANDS

OURS = "apps."
OPTION = "organization"


def commands_are_the_known_ones() -> Found:
    """Named both ways; one that works inside one organization cannot be run without its name."""
    found = {name: app for name, app in get_commands().items() if str(app).startswith(OURS)}
    faults = compare(set(COMMANDS), set(found)).faults
    for name in sorted(set(COMMANDS) & set(found)):
        if not _is_so(COMMANDS[name], _option(str(found[name]), name)):
            faults.append(f"{name} does not take its organization as “{COMMANDS[name]}”")
    return Found(len(COMMANDS.keys() | found), faults)


def _option(app: str, name: str) -> Action | None:
    parser = load_command_class(app, name).create_parser("manage.py", name)
    return next((action for action in parser._actions if action.dest == OPTION), None)


def _is_so(kind: str, option: Action | None) -> bool:
    if kind == "one":
        return option is not None and option.required
    if kind == "each":
        return option is None or not option.required
    return kind in ("given", "none") and option is None

#!/usr/bin/env python
"""Command line of the platform."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from config.demo import has_database

    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if has_database():
            raise
        sys.exit(
            "This command needs a database. Start the demo with `make run`, or set DATABASE_URL."
        )


if __name__ == "__main__":
    main()

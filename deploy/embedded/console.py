"""What is said to the person at the console."""

from __future__ import annotations

import errno
import sys

NO_SPACE = (
    "The disk is full: free some space, or name another state folder with VAR=/path/with/room."
)


class FixableError(Exception):
    """Something the person can put right; its text says how. Shown without a traceback."""


def say(text: str) -> None:
    """One line on the console; a console that has gone away is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = None


def explain(error: OSError) -> str:
    """What to do about an error of the file system."""
    if error.errno == errno.ENOSPC:
        return NO_SPACE
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{error.filename} cannot be written by this user: give it to this user, "
            "or name another state folder with VAR=/path."
        )
    return f"{error.strerror or error}: {error.filename or ''}"

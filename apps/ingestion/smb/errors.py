"""What goes wrong with a share, by cause; the client library's errors end here.

Texts of that library name files, so nothing of them is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from smbprotocol.exceptions import SMBAuthenticationError, SMBException, SMBResponseException


class ShareError(Exception):
    """`code` says which; there is no text."""

    code = "share-error"

    def __init__(self) -> None:
        super().__init__(self.code)


class ShareLost(ShareError):
    """Nothing more can be read there for now."""

    code = "share-unreachable"


class AddressNotAllowed(ShareLost):
    code = "share-address-not-allowed"


class NotEncrypted(ShareLost):
    code = "share-not-encrypted"


class NoSuchShare(ShareLost):
    code = "share-missing"


class NoSuchFolder(ShareLost):
    code = "share-folder-missing"


class SignInRefused(ShareLost):
    """A wrong password, or a user who may not look there."""

    code = "share-refused"


class FileProblem(ShareError):
    """One file; the others go on."""

    code = "file-problem"


class Busy(FileProblem):
    """Somebody holds it open for writing."""

    code = "file-busy"


class Gone(FileProblem):
    code = "file-gone"


class Denied(FileProblem):
    code = "file-denied"


class Exists(FileProblem):
    code = "file-exists"


class OtherDevice(FileProblem):
    """A file is not renamed from one file system to another."""

    code = "file-other-device"


class Full(FileProblem):
    code = "share-full"


# MS-ERREF 2.3.1
STATUSES: dict[int, type[ShareError]] = {
    0xC000006A: SignInRefused,  # wrong password
    0xC000006D: SignInRefused,  # logon failure
    0xC000006E: SignInRefused,  # account restriction
    0xC0000071: SignInRefused,  # password expired
    0xC0000072: SignInRefused,  # account disabled
    0xC000015B: SignInRefused,  # logon type not granted
    0xC0000224: SignInRefused,  # password must change
    0xC0000234: SignInRefused,  # account locked out
    0xC00000CC: NoSuchShare,
    0xC0000022: Denied,
    0xC0000061: Denied,  # privilege not held
    0xC0000121: Denied,  # cannot delete
    0xC0000043: Busy,
    0xC0000054: Busy,  # a range is locked
    0xC0000056: Busy,  # to be deleted
    0xC000000F: Gone,
    0xC0000033: Gone,  # not a name there
    0xC0000034: Gone,
    0xC0000039: Gone,
    0xC000003A: Gone,  # a folder of the path
    0xC0000035: Exists,
    0xC00000BA: Exists,  # as a folder
    0xC00000D4: OtherDevice,
    0xC000007F: Full,
    0xC0000044: Full,  # quota
}
OVER = {0xC00000C9, 0xC0000203, 0xC000020C, 0xC000020D, 0xC0000128}


@contextmanager
def translated() -> Iterator[None]:
    """Around calls of the client library, and nothing else."""
    try:
        yield
    except SMBResponseException as error:
        raise _error_of(error) from None
    except SMBAuthenticationError:
        raise SignInRefused from None
    except (SMBException, OSError, ValueError, LookupError, struct.error):
        raise ShareLost from None


def _error_of(error: SMBResponseException) -> ShareError:
    status = error.status
    return ShareLost() if status in OVER else STATUSES.get(status, FileProblem)()

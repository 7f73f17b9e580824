"""The ways work fails. The code is stable and carries no patient data."""


class PermanentError(Exception):
    """Trying again cannot help: goes to a person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RetryableError(Exception):
    """The other side or the machine failed: tried again with backoff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnavailableError(RetryableError):
    """What all work needs is down: waited for, however long, and no attempt is counted."""

"""Recovery codes: shown once, and kept as hashes from then on."""

from __future__ import annotations

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

HASHES = "hashes"
USED = ""
HIDDEN = "********"


class HashedCodes(RecoveryCodes):
    """Until they are shown, the library's sealed seed; then the slow hash of each, and no seed."""

    instance: Authenticator
    shown: list[str] | None = None

    def mark_as_viewed(self) -> None:
        if HASHES not in self.instance.data:
            self.shown = super().get_unused_codes()
            self.instance.data = {HASHES: [make_password(code) for code in self.shown]}
        super().mark_as_viewed()

    def get_unused_codes(self) -> list[str]:
        """Asterisks for codes that were shown before: their number is all that is known."""
        hashes = self.instance.data.get(HASHES)
        if hashes is None:
            return super().get_unused_codes()
        return self.shown or [HIDDEN for kept in hashes if kept != USED]

    @transaction.atomic
    def validate_code(self, code: str) -> bool:
        """True once for each."""
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        if HASHES not in self.instance.data:
            return bool(super().validate_code(code))
        # An app's code, which is shorter, is compared with none.
        if len(code) != app_settings.RECOVERY_CODE_DIGITS:
            return False
        hashes: list[str] = self.instance.data[HASHES]
        for place, kept in enumerate(hashes):
            if kept != USED and check_password(code, kept):
                hashes[place] = USED
                self.instance.save(update_fields=["data"])
                return True
        return False


def keep_hashes() -> None:
    """The library offers no setting for it: its class is replaced where it looks for it."""
    auth.RecoveryCodes = flows.RecoveryCodes = HashedCodes

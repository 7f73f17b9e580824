"""A passkey as proof that a person is there now, for one signature and nothing else.

The challenge is made from the session and what is signed: an answer to it proves nothing else, and
nothing of it is stored. The passkey asks for its owner's finger, face or PIN, so that it stands for
both components of a signature (21 CFR 11.200).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_credentials, get_server
from django.utils.crypto import salted_hmac
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticationResponse, UserVerificationRequirement

from apps.tenants.models import User
from apps.tenants.sign_on.errors import AnswerRefused

REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose session asks, and what is signed."""

    session: str
    report: str
    revision: int
    viewed: str

    def challenge(self, user: User) -> bytes:
        said = json.dumps([self.session, user.pk, self.report, self.revision, self.viewed])
        return salted_hmac("einthoven.passkey", said, algorithm="sha256").digest()


def question(user: User, asked: Asked) -> dict[str, Any] | None:
    """What the browser asks the person's passkeys; None where they have none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return None
    options, _ = get_server().authenticate_begin(
        credentials=get_credentials(user),
        user_verification=REQUIRED,
        challenge=asked.challenge(user),
    )
    return dict(options)


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """The browser's answer, in the session that asked."""

    session: str
    credential: str
    method: ClassVar[str] = "passkey"

    def use(self, user: User, *, report: str, revision: int, viewed: str, now: dt.datetime) -> None:
        """Raises AnswerRefused unless a passkey of the person says so of exactly this."""
        challenge = Asked(self.session, report, revision, viewed).challenge(user)
        state = {"challenge": websafe_encode(challenge), "user_verification": REQUIRED}
        try:
            answer = AuthenticationResponse.from_dict(json.loads(self.credential))
            used = get_server().authenticate_complete(state, get_credentials(user), answer)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise AnswerRefused("wrong passkey") from None
        _note_use(user, used.credential_id)


def _note_use(user: User, credential_id: bytes) -> None:
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    for row in rows:
        data = row.wrap().authenticator_data.credential_data
        if data is not None and data.credential_id == credential_id:
            row.record_usage()

"""The signer proves to be there (21 CFR 11.200): by a password, a passkey, or their provider."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.reports.models import Report, Signature
from apps.tenants.models import User
from apps.tenants.passkeys import PasskeyProof
from apps.tenants.sign_on.proof import SignOnProof


class WrongPassword(Exception):
    """The signer did not prove who they are."""


class NoMeaning(Exception):
    """A signature means one of what is on its list."""


Meaning = Signature.Meaning
OF_A_READING = (Meaning.APPROVAL, Meaning.REVIEW, Meaning.RESPONSIBILITY, Meaning.AUTHORSHIP)
OF_AN_AMENDMENT = (Meaning.AMENDMENT, Meaning.RESPONSIBILITY, Meaning.AUTHORSHIP)


@dataclass(frozen=True, slots=True)
class Proof:
    """`viewed` names what the signer saw; a passkey's or a provider's proof is of exactly that."""

    viewed: str
    revision: int = 0
    password: str = ""
    other: SignOnProof | PasskeyProof | None = None

    def method(self, report: Report, signer: User, now: dt.datetime) -> Signature.Method:
        """How it was proven. Raises WrongPassword, AnswerRefused."""
        if self.other is not None:
            name, revision = str(report.public_id), self.revision
            self.other.use(signer, report=name, revision=revision, viewed=self.viewed, now=now)
            return Signature.Method(self.other.method)
        if not signer.check_password(self.password):
            raise WrongPassword
        return Signature.Method.PASSWORD


def meanings_of(report: Report) -> tuple[Signature.Meaning, ...]:
    """What signing the report's draft may mean; the usual one first."""
    return OF_AN_AMENDMENT if report.version_count else OF_A_READING


def meaning_among(given: str, allowed: tuple[Signature.Meaning, ...]) -> Signature.Meaning:
    """The usual one where none is given. Raises NoMeaning for one that is not on the list."""
    if not given:
        return allowed[0]
    found = next((one for one in allowed if one.value == given), None)
    if found is None:
        raise NoMeaning
    return found

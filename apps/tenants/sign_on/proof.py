"""Proof that a person is there now, given by their provider for one signature."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apps.tenants.models import SignOnAnswer, User
from apps.tenants.sign_on.accounts import claims_in, use_answer
from apps.tenants.sign_on.asked import Asked
from apps.tenants.sign_on.errors import AnswerRefused


@dataclass(frozen=True, slots=True)
class SignOnProof:
    """The question and its answer; `method` is the provider's protocol."""

    asked: Asked
    answer: SignOnAnswer
    method: str

    def use(self, user: User, *, report: str, revision: int, viewed: str, now: dt.datetime) -> None:
        """Raises AnswerRefused unless it was given for exactly this, in time, and not used."""
        wanted = self.asked.signing
        given = (report, revision, viewed, user.pk)
        if wanted is None or given != (
            wanted.report,
            wanted.revision,
            wanted.viewed,
            wanted.user_id,
        ):
            raise AnswerRefused("not-asked-for-this")
        self.asked.check(claims_in(self.answer), now.timestamp())
        use_answer(self.answer)

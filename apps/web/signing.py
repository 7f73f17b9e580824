"""Signing on a page, whatever is signed: who one is, proof of it, and what became of it.

The first signing of a session names the account and proves it, the later ones prove it
(21 CFR 11.200). A session ends when it is idle, so it is one continuous period of access. A passkey
that asks for its owner names the account and proves it at once, every time; so does an identity
provider, for who is bound to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone

from apps.audit import actions as audit
from apps.reports.actions import NotSignable, Stale
from apps.reports.models import Report
from apps.reports.proving import NoMeaning, Proof, WrongPassword
from apps.tenants.access import SingleSignOn, single_sign_on
from apps.tenants.lockout import count_failure, forget_failures, may_try, open_again_at
from apps.tenants.passkeys import Asked, PasskeyProof, question
from apps.tenants.sign_on.asked import Signing
from apps.tenants.sign_on.errors import AnswerRefused
from apps.tenants.sign_on.proof import SignOnProof
from apps.web.guard import OrganizationRequest
from apps.web.sign_on import active_provider_named
from apps.web.sign_on_pages import send
from apps.web.times import zone_name, zone_of

# Set in the session once something was signed in it.
SIGNED_BEFORE = "signed_before"
UNPROVEN = (
    "Your organization's sign-in did not prove that you are here now. Nothing was signed; your"
    " text is kept."
)
LOCKED_OUT = (
    "Too many wrong passwords. Try again at {}, or ask your administrator: until then you can"
    " neither sign nor sign in from here. Nothing was signed; your text is kept."
)
NO_PASSKEY = (
    "The passkey did not prove that you are here now. Nothing was signed: use it again, or your"
    " password."
)
WRONG = "The password is wrong. Nothing was signed."
WRONG_EITHER = "The e-mail address or the password is wrong. Nothing was signed."
NO_MEANING = "Choose what the signature means. Nothing was signed."
NOT_SIGNABLE = "This cannot be signed as it stands. Nothing was signed."


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to be signed, exactly as it was shown.

    `name` says what it is where an identity provider is asked in between; `is_stale` and `changed`
    tell whether what was shown still stands, and in words what came meanwhile.
    """

    report: Report
    revision: int
    viewed: str
    page: Callable[..., HttpResponse]
    sign: Callable[[Proof], object]
    done: Callable[[], HttpResponse]
    is_stale: Callable[[], bool]
    changed: Callable[[Report], str]
    then: str = ""
    meaning: str = ""
    name: str = ""


def _locked_out(request: OrganizationRequest, report: Report) -> str:
    """Until when, by the clock of the place the ECG was made at."""
    at = open_again_at(request, request.user.email) or timezone.now()
    local = at.astimezone(zone_of(report.recording))
    return LOCKED_OUT.format(f"{local:%H:%M} {zone_name(local)}")


def names_account(request: OrganizationRequest) -> bool:
    """Whether a page must ask for the account too: nothing was signed in this session."""
    return not request.session.get(SIGNED_BEFORE) and not single_sign_on(request)


def shown(
    request: OrganizationRequest, report: Report, *, revision: int, viewed: str
) -> dict[str, object]:
    """What every page that signs needs; passkeys are asked for exactly what is shown."""
    bound = single_sign_on(request)
    asked = Asked(session_of(request), str(report.public_id), revision, viewed)
    return {
        "sign_on": bound,
        "names_account": names_account(request),
        "passkey": None if bound else question(request.user, asked),
    }


def session_of(request: OrganizationRequest) -> str:
    return request.session.session_key or ""


def posted(request: OrganizationRequest, act: Act) -> HttpResponse:
    """A page that signs was sent: by password here, or through the provider and back."""
    bound = single_sign_on(request)
    if bound:
        return _prove_elsewhere(request, act, bound)
    if not may_try(request, request.user):
        note_refusal(request, act.report, "locked out")
        return act.page(status=403, unproven=_locked_out(request, act.report), locked=True)
    if credential := request.POST.get("credential"):
        return carry_out(request, act, other=PasskeyProof(session_of(request), credential))
    if names_account(request) and not _is_named(request):
        count_failure(request, request.user)
        note_refusal(request, act.report, "wrong account")
        return act.page(status=400, wrong=WRONG_EITHER)
    return carry_out(request, act, password=request.POST.get("password", ""))


def _is_named(request: OrganizationRequest) -> bool:
    given = request.POST.get("username", "").strip().casefold()
    return given == request.user.email.casefold()


def _prove_elsewhere(request: OrganizationRequest, act: Act, bound: SingleSignOn) -> HttpResponse:
    """To the provider with exactly what is shown; the text is saved already and stays."""
    if act.is_stale():
        return act.page(status=409, clash=f"{act.changed(act.report)} Nothing was signed.")
    signing = Signing(
        report=str(act.report.public_id),
        revision=act.revision,
        viewed=act.viewed,
        then=act.then,
        user_id=request.user.pk,
        subject=bound.subject,
        meaning=act.meaning,
        act=act.name,
    )
    provider = active_provider_named(uuid.UUID(bound.provider))
    return send(request, provider, signing=signing)


def carry_out(
    request: OrganizationRequest,
    act: Act,
    *,
    password: str = "",
    other: SignOnProof | PasskeyProof | None = None,
) -> HttpResponse:
    """Sign, and say what became of it."""
    both = names_account(request)
    try:
        act.sign(Proof(act.viewed, act.revision, password, other))
    except WrongPassword:
        count_failure(request, request.user)
        note_refusal(request, act.report, "wrong password")
        return act.page(status=400, wrong=WRONG_EITHER if both else WRONG)
    except AnswerRefused as refused:
        note_refusal(request, act.report, refused.code)
        if isinstance(other, PasskeyProof):
            count_failure(request, request.user)
            return act.page(status=400, unproven=NO_PASSKEY)
        return act.page(status=403, unproven=UNPROVEN)
    except NoMeaning:
        return act.page(status=400, unproven=NO_MEANING)
    except Stale as stale:
        words = f"{act.changed(stale.report)} Nothing was signed."
        return act.page(status=409, clash=words)
    except NotSignable:
        act.report.refresh_from_db()
        changed = f"{act.changed(act.report)} Nothing was signed."
        return act.page(status=409, clash=changed if act.is_stale() else NOT_SIGNABLE)
    request.session[SIGNED_BEFORE] = timezone.now().isoformat()
    if other is None:
        forget_failures(request, request.user)
    return act.done()


def note_refusal(request: OrganizationRequest, report: Report, reason: str) -> None:
    audit.record("reports.signature.refused", report, actor=request.user, reason=reason)

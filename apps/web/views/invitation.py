"""Accepting an invitation: the link of the e-mail, opened by who has the mailbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from apps.tenants.invitations import Found, NotInvited, accept, find
from apps.tenants.models import User


class AcceptForm(forms.Form):
    full_name = forms.CharField(
        max_length=150, label="Your name", help_text="As it is to be printed in signatures."
    )
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 characters or more.",
    )
    again = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label="Password again",
    )

    def __init__(self, *args: Any, found: Found, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email, self.known_words = found.invitation.email, found.words
        if found.by_sign_on:
            del self.fields["password"], self.fields["again"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("password") != given.get("again"):
            self.add_error("again", "The two are not the same.")
        elif given.get("password"):
            person = User(email=self.email, full_name=given.get("full_name", ""))
            person.known_words = self.known_words  # type: ignore[attr-defined]
            try:
                validate_password(given["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


@method_decorator(transaction.non_atomic_requests, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class Accept(View):
    """For a new person a form; one with an account signs in first and then agrees."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = _found(token)
        return self._page(request, found, self._form(None, found) if found else None)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        found = _found(token)
        if found is None:
            return self._page(request, None, None)
        if found.account is not None:
            if not found.account.is_active or found.account != request.user:
                return self._page(request, found, None)
            return self._accepted(request, found, found.account, {})
        form = self._form(request.POST, found)
        if not form.is_valid():
            return self._page(request, found, form)
        return self._accepted(request, found, None, form.cleaned_data)

    def _form(self, data: Any, found: Found) -> AcceptForm:
        first = {"full_name": found.invitation.full_name}
        return AcceptForm(data, initial=first, found=found)

    def _accepted(
        self, request: HttpRequest, found: Found, account: User | None, given: dict[str, Any]
    ) -> HttpResponse:
        name, password = given.get("full_name", ""), given.get("password")
        try:
            accept(found.invitation, account=account, full_name=name, password=password)
        except (NotInvited, IntegrityError):
            return self._page(request, None, None)
        if account is not None:
            return redirect("organizations")
        return render(request, "web/account/accepted.html", {"by_sign_on": found.by_sign_on})

    def _page(self, request: HttpRequest, found: Found | None, form: Any) -> HttpResponse:
        context: dict[str, Any] = {
            "form": form,
            "itself": bool(found and found.account == request.user),
        }
        if found:
            context |= {"invitation": found.invitation, "account": found.account}
            context["by_sign_on"] = found.by_sign_on
        status = 200 if found and not (form and form.errors) else 400 if found else 404
        return render(request, "web/account/invitation.html", context, status=status)


def _found(token: str) -> Found | None:
    try:
        return find(token)
    except NotInvited:
        return None

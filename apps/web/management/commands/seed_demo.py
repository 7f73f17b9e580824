"""Fills the demo: organizations, people, ECGs. Run again, it completes what is missing."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core.drain import wake
from apps.core.scope import organization_scope
from apps.reports.figures.hourly import count_hourly
from apps.web.demo import cases
from apps.web.demo.arrive import bring_in, bring_in_extras, is_settled
from apps.web.demo.orders import place_orders
from apps.web.demo.organizations import (
    LAKESIDE,
    MERCY,
    PASSWORD,
    STAFF,
    ae_title,
    provision,
    provision_staff,
)
from apps.web.demo.priors import sign_priors
from apps.web.demo.questions import answer_one
from apps.web.demo.sign_on import READER, provision_sign_on

PATIENCE_S = 90.0


class Command(BaseCommand):
    help = "Make the demo's organizations, users and ECGs, and print the logins."

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demo installation: nothing was changed.")
        mercy, lakeside = provision(MERCY), provision(LAKESIDE)
        provision_staff()
        provision_sign_on(mercy)
        now = timezone.now()
        bring_in(MERCY, mercy, cases.MERCY, now)
        bring_in_extras(MERCY, mercy, cases.MERCY[-1])
        place_orders(mercy)
        bring_in(LAKESIDE, lakeside, cases.LAKESIDE, now)
        wake()
        self._wait_for(mercy.pk, lakeside.pk)
        sign_priors(MERCY, mercy, cases.MERCY)
        # A copy that disagrees comes once its ECG is held, so that each start asks the same.
        bring_in(MERCY, mercy, cases.QUESTIONS, now)
        wake()
        self._wait_for(mercy.pk)
        answer_one(MERCY, mercy)
        # The sweeper counted before there was anything, and counts again in an hour.
        count_hourly()
        self._logins()

    def _wait_for(self, *organizations: int) -> None:
        """Priors are signed once their reports are open; the workers open them."""
        until = time.monotonic() + PATIENCE_S
        for organization_id in organizations:
            with organization_scope(organization_id):
                while not is_settled():
                    if time.monotonic() > until:
                        self.stderr.write("The ECGs are still in work; priors stay unsigned.")
                        return
                    time.sleep(0.2)

    def _logins(self) -> None:
        self.stdout.write(f"Sign in with the password “{PASSWORD}” as:")
        for demo in (MERCY, LAKESIDE):
            for login in demo.logins:
                self.stdout.write(f"  {login.email:<30}{login.role:<15}{demo.wanted.name}")
        if settings.DEMO_IDP_PORT:
            self.stdout.write(f"  {READER[0]:<30}{'reader':<15}no password: single sign-on")
        for login in STAFF:
            self.stdout.write(f"  {login.email:<30}{login.role:<15}the platform, /admin/")
        titles = " and ".join(ae_title(demo) for demo in (MERCY, LAKESIDE))
        where = f"{settings.DICOM_ADDRESS}:{settings.DICOM_PORT}"
        self.stdout.write(f"  {where:<30}DICOM, called {titles}")
        if settings.DEMO_HL7_PORT:
            where = f"127.0.0.1:{settings.DEMO_HL7_PORT}"
            self.stdout.write(f"  {where:<30}HL7 (MLLP), orders of {MERCY.wanted.name}")

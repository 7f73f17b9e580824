"""Views of the worklist that people saved, their own and those of the organization."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from apps.audit import actions as audit
from apps.reports.models import SavedView
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

MOST = 5


class TooMany(Exception):
    """A person has as many views as there are keys for."""


def views_of(person: User) -> list[SavedView]:
    """Their own and the shared ones, in the order in which they were saved."""
    return list(views_for(person)[:MOST])


def views_for(person: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(owner=person) | Q(is_shared=True), removed_at=None)


@transaction.atomic
def save_view(
    organization_id: int,
    owner: User,
    *,
    name: str,
    query: str = "",
    search: str = "",
    is_shared: bool,
) -> SavedView:
    """Filters of the worklist, or a search in words of our own.

    Raises TooMany, ValueError for a name of nothing.
    """
    name = " ".join(name.split())[:40]
    if not name:
        raise ValueError("a view has a name")
    if len(views_of(owner)) >= MOST:
        raise TooMany
    view = SavedView.objects.create(
        organization_id=organization_id,
        name=name,
        query=query,
        search=search,
        owner=owner,
        is_shared=is_shared,
    )
    audit.record("reports.view.saved", view, actor=owner, kind="shared" if is_shared else "own")
    return view


@transaction.atomic
def remove_view(public_id: uuid.UUID, owner: User, now: dt.datetime) -> bool:
    """Whether there was one of this owner's to take away."""
    view = SavedView.objects.filter(public_id=public_id, owner=owner, removed_at=None).first()
    if view is None:
        return False
    view.removed_at = now
    view.save(update_fields=["removed_at"])
    audit.record("reports.view.removed", view, actor=owner)
    return True


def get_search_to_open(active: Active, person: User, public_id: uuid.UUID) -> SavedView:
    """A saved search of theirs or of everybody. Raises PermissionDenied, Http404."""
    permit(active, "view_recordings")
    found = views_for(person).exclude(search="").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found

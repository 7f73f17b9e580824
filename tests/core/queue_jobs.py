"""Jobs that succeed and fail on purpose; what they did is in `worked`."""

from __future__ import annotations

import time

from django.db import connection, transaction

from apps.core import leases
from apps.core.errors import PermanentError, RetryableError, UnavailableError
from apps.ingestion.models import Ingress

worked: list[int] = []
poison: set[int] = set()
SECRET = "Bloggs, Jo 1944-02-01"


def succeed(lease: leases.Lease) -> None:
    worked.append(lease.id)
    with transaction.atomic():
        leases.finish(lease)


def crash(lease: leases.Lease) -> None:
    worked.append(lease.id)
    raise ValueError(SECRET)


def succeed_unless_poison(lease: leases.Lease) -> None:
    (crash if lease.id in poison else succeed)(lease)


def give_up(lease: leases.Lease) -> None:
    worked.append(lease.id)
    raise PermanentError("adapter-unknown")


def try_later(lease: leases.Lease) -> None:
    worked.append(lease.id)
    raise RetryableError("provider-busy")


def wait_for_storage(lease: leases.Lease) -> None:
    worked.append(lease.id)
    raise UnavailableError("storage-unavailable")


def write_then_crash(lease: leases.Lease) -> None:
    with transaction.atomic():
        Ingress.objects.filter(pk=lease.id).update(filename="half")
        leases.finish(lease)
        raise ValueError(SECRET)


def lose_the_lease_then_write(lease: leases.Lease) -> None:
    """As if the machine slept: the sweeper gave the row away meanwhile."""
    worked.append(lease.id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ingestion_ingress SET lease_token = gen_random_uuid()")
    with transaction.atomic():
        Ingress.objects.filter(pk=lease.id).update(filename="late")
        leases.finish(lease)


def lose_the_connection(lease: leases.Lease) -> None:
    worked.append(lease.id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def take_its_time(lease: leases.Lease) -> None:
    """Longer than a time slice of the drain."""
    time.sleep(0.05)
    succeed(lease)

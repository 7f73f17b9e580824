"""What holds after every fault, whatever it was: asked of both organizations each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from apps.audit.verify import verify_chain
from apps.billing.models import Charge, Meter
from apps.core.drain import leased_models
from apps.core.leases import Leased
from apps.ecg.models import Recording
from apps.inference.models import InferenceRun
from apps.ingestion.models import Ingress, RecordingArrival
from apps.integrations.models import Delivery
from apps.reports.models import ReportVersion
from apps.tenants.models import Organization
from apps.tenants.reconcile import reconcile
from tests.factories import inside
from tests.faults.world import World

ENDED = {state.value for state in Leased.State} - {"received", "processing"}

Check = Callable[[World, Organization], Iterator[str]]


def violated(world: World) -> list[str]:
    """Every invariant that does not hold, with what was found."""
    return [
        f"{name} {organization.slug}: {fault}"
        for organization in world.organizations
        for name, check in CHECKS.items()
        for fault in check(world, organization)
    ]


def acknowledged_files_have_an_end(world: World, organization: Organization) -> Iterator[str]:
    with inside(organization):
        states = dict(Ingress.objects.values_list("pk", "state"))
    for pk in world.acknowledged.get(organization.pk, ()):
        if pk not in states:
            yield f"acknowledged file {pk} is gone"
    yield from (f"file {pk} is {state}" for pk, state in states.items() if state not in ENDED)


def one_recording_of_each_signal(_world: World, organization: Organization) -> Iterator[str]:
    with inside(organization):
        signals = Counter(Recording.objects.values_list("canonical_hash", flat=True))
        hashes = Ingress.objects.exclude(recording=None).values_list("sha256", "recording_id")
        recordings = Counter(sha256 for sha256, _ in set(hashes))
        arrivals = RecordingArrival.objects.count()
        linked = Ingress.objects.exclude(recording=None).count()
    yield from (f"{count} recordings of one signal" for count in signals.values() if count > 1)
    yield from (f"{count} recordings of one file" for count in recordings.values() if count > 1)
    if arrivals != linked:
        yield f"{linked} linked files, {arrivals} arrivals"


def one_charge_for_each_billable_event(_world: World, organization: Organization) -> Iterator[str]:
    with inside(organization):
        charged = Counter(Charge.objects.values_list("meter", flat=True))
        runs = InferenceRun.objects.filter(status=InferenceRun.Status.SUCCEEDED).count()
        read = ReportVersion.objects.filter(number=1).count()
    if charged[Meter.INFERENCE] != runs:
        yield f"{runs} accepted runs, {charged[Meter.INFERENCE]} charges"
    if charged[Meter.REPORT] != read:
        yield f"{read} signed reports, {charged[Meter.REPORT]} charges"


def one_effect_of_each_kind(world: World, organization: Organization) -> Iterator[str]:
    """A message may come again under its name; each version has one name, and each name came."""
    with inside(organization):
        runs = Counter(InferenceRun.objects.values_list("recording", "algorithm_version"))
        sent = list(Delivery.objects.values_list("report_version", "control_id"))
        signed = set(ReportVersion.objects.values_list("pk", flat=True))
    yield from (f"{count} runs of one algorithm" for count in runs.values() if count > 1)
    heard = world.heard.get(organization.pk)
    if heard is None:
        return
    messages = Counter(version for version, _ in sent)
    yield from (f"{count} messages of one version" for count in messages.values() if count > 1)
    if set(messages) != signed:
        yield f"{len(signed)} signed versions, messages of {len(messages)}"
    if set(heard) != {control_id for _, control_id in sent}:
        yield f"{len(sent)} messages, {len(set(heard))} heard"


def stored_bytes_are_those_of_the_rows(_world: World, organization: Organization) -> Iterator[str]:
    for code, key in reconcile(organization.pk, deep=True).faults:
        yield f"{code} {key}"


def the_trail_verifies(_world: World, organization: Organization) -> Iterator[str]:
    found = verify_chain(organization.pk)
    if found.failure:
        yield found.failure


def nothing_is_in_work_past_its_lease(_world: World, organization: Organization) -> Iterator[str]:
    with inside(organization):
        for model in leased_models():
            if model.objects.filter(state=Leased.State.PROCESSING).exists():
                yield f"{model._meta.db_table} is in work"


def nothing_of_another_organization(world: World, organization: Organization) -> Iterator[str]:
    with inside(organization):
        kept = set(Ingress.objects.values_list("sha256", flat=True))
        foreign = Ingress.objects.exclude(organization=organization).count()
    strangers = kept - world.offered.get(organization.pk, set())
    if strangers or foreign:
        yield f"{len(strangers)} files that it never was offered, {foreign} foreign rows"


CHECKS: dict[str, Check] = {
    "I1": acknowledged_files_have_an_end,
    "I2": one_recording_of_each_signal,
    "I3": one_charge_for_each_billable_event,
    "I4": one_effect_of_each_kind,
    "I5": stored_bytes_are_those_of_the_rows,
    "I6": the_trail_verifies,
    "I7": nothing_is_in_work_past_its_lease,
    "I8": nothing_of_another_organization,
}

"""Each kind of person at each page: list, row, add."""

from __future__ import annotations

import pytest

from apps.audit.models import Alarm, AuditCount
from apps.billing.models import Price
from apps.inference.models import Algorithm, AlgorithmVersion
from apps.ingestion.models import (
    ExperimentalFormat,
    ProcessingRules,
    ShareSource,
    VendorProfile,
)
from apps.integrations.models import AlarmChannel, Destination, FetchHost
from apps.reports.models import AlgorithmAlert, EscalationStep, OwnStatement
from apps.tenants.models import (
    ApiClient,
    ApiKey,
    ApplicationEntity,
    ClientCertificate,
    DataKey,
    DicomPeer,
    Hl7Listener,
    IdentityProvider,
    Invitation,
    Membership,
    Organization,
    PlatformRole,
    RateLimit,
    SigningKey,
    Site,
    StorageLocation,
    StorageMove,
    User,
)
from tests.admin.people import entered, models, page, platform_staff, row_of, signed_in
from tests.database import committed
from tests.factories import inside, make_user
from tests.isolation.rows import named

CONFIGURATION = {
    *(Alarm, AlarmChannel, Algorithm, AlgorithmVersion, ApiClient, ApiKey, DataKey),
    *(Destination, IdentityProvider, Membership, Organization, Price, RateLimit, Site),
    *(StorageLocation, StorageMove, ApplicationEntity, Hl7Listener, ShareSource, DicomPeer),
    FetchHost,
    ProcessingRules,
    *(SigningKey, ClientCertificate),
    *(AlgorithmAlert, EscalationStep, OwnStatement),
}
COUNTED = {AuditCount}
ADDED_INSIDE = {
    *(AlarmChannel, ApiClient, Destination, IdentityProvider, Invitation, Price, Site),
    *(AlgorithmAlert, EscalationStep, OwnStatement),
    *(
        ApplicationEntity,
        DicomPeer,
        ExperimentalFormat,
        FetchHost,
        Hl7Listener,
        ShareSource,
        VendorProfile,
    ),
    *(SigningKey, ClientCertificate),
}
ADDED_ON_PLATFORM = {Organization, RateLimit, StorageLocation}
OF_PLATFORM = {PlatformRole}
OF_ORGANIZATIONS = [model for model in models() if model not in OF_PLATFORM]

pytestmark = committed


def statuses(client, model, row):
    addresses = [page(model), page(model, "change", row), page(model, "add")]
    return [client.get(address).status_code for address in addresses]


@pytest.mark.parametrize("model", models(), ids=named)
def test_an_administrator_sees_the_own_organization(model, mercy, admin_user):
    row = row_of(model, mercy)
    may = 403 if model in OF_PLATFORM else 200
    expected = [may, may, 200 if model in ADDED_INSIDE else 403]
    assert statuses(signed_in(admin_user), model, row) == expected


@pytest.mark.parametrize("model", models(), ids=named)
def test_an_operator_sees_configuration_only(model, mercy):
    row = row_of(model, mercy)
    may = 200 if model in CONFIGURATION | {User} else 403
    expected = [may, may, 200 if model in ADDED_ON_PLATFORM else 403]
    assert statuses(signed_in(platform_staff()), model, row) == expected


@pytest.mark.parametrize("model", models(), ids=named)
def test_a_superuser_sees_no_more(model, mercy):
    row = row_of(model, mercy)
    staff = signed_in(platform_staff(is_superuser=True))
    may = 200 if model in CONFIGURATION | {User} | OF_PLATFORM else 403
    assert statuses(staff, model, row) == [may, may, 200 if model in OF_PLATFORM else 403]


@pytest.mark.parametrize("model", models(), ids=named)
def test_platform_staff_inside_read_and_add_nothing(model, mercy):
    row = row_of(model, mercy)
    may = 403 if model in OF_PLATFORM else 200
    assert statuses(entered(mercy), model, row) == [may, may, 403]


@pytest.mark.parametrize("role", ["", "operator", "support", "security", "superuser"])
def test_no_platform_role_sees_a_clinical_row_from_outside(role, mercy):
    staff = platform_staff(role, is_superuser=role == "superuser")
    client, seen = signed_in(staff), CONFIGURATION | COUNTED | OF_PLATFORM | {User}
    clinical = set(models()) - seen
    assert len(clinical) == 26
    for model in clinical:
        row = row_of(model, mercy)
        pages = [page(model), *(page(model, kind, row) for kind in ("change", "history", "delete"))]
        assert {client.get(address).status_code for address in pages} == {403}, model


@pytest.mark.parametrize("model", models(), ids=named)
@pytest.mark.parametrize("role", ["reader", "trainee", "researcher", "labeler"])
def test_other_roles_are_refused(model, role, mercy):
    client = signed_in(make_user(mercy, role))
    assert statuses(client, model, row_of(model, mercy)) == [403, 403, 403]


@pytest.mark.parametrize("model", models(), ids=named)
def test_strangers_are_sent_to_sign_in(model, mercy, client):
    row = row_of(model, mercy)
    assert statuses(client, model, row) == [302, 302, 302]
    assert client.get(page(model)).url == f"/sign-in?next={page(model)}"


@pytest.mark.parametrize("model", OF_ORGANIZATIONS, ids=named)
def test_a_row_of_elsewhere_is_like_no_row(model, mercy, lakeside, admin_user):
    foreign, own = row_of(model, lakeside), row_of(model, mercy)
    client = signed_in(admin_user)
    for kind in ("change", "history"):
        answers = [client.get(page(model, kind, key)) for key in (foreign, 10**9, own)]
        assert [answer.status_code for answer in answers] == [404, 404, 200]
    posted = [client.post(page(model, "change", key), {}) for key in (foreign, 10**9)]
    assert {answer.status_code for answer in posted} in ({403}, {404})


@pytest.mark.parametrize("model", OF_ORGANIZATIONS, ids=named)
def test_a_list_holds_only_rows_of_here(model, mercy, lakeside, admin_user):
    foreign, own = row_of(model, lakeside), row_of(model, mercy)
    listed = signed_in(admin_user).get(page(model)).context["cl"].result_list
    keys = {row.pk for row in listed}
    assert own.pk in keys
    assert foreign.pk not in keys


@pytest.mark.parametrize("model", models(), ids=named)
def test_nothing_is_deleted(model, mercy, admin_user):
    row = row_of(model, mercy)
    client = signed_in(admin_user)
    assert client.post(page(model, "delete", row), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(page(model), chosen)
    with inside(mercy):
        assert model._base_manager.filter(pk=row.pk).exists()


def test_a_deactivated_member_is_refused(mercy, admin_user):
    client = signed_in(admin_user)
    assert client.get("/admin/").status_code == 200
    with inside(mercy):
        Membership.objects.filter(user=admin_user).update(is_active=False)
    assert client.get("/admin/").status_code == 403


def test_staff_who_are_members_do_not_administer_the_platform(mercy, reader):
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    assert signed_in(reader).get("/admin/").status_code == 403


def test_pages_of_libraries_are_not_registered():
    assert all(model.__module__.startswith("apps.") for model in models())


def test_the_admins_own_sign_in_leads_to_the_products(client):
    assert client.get("/admin/login/?next=/admin/").url == "/sign-in?next=/admin/"
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302

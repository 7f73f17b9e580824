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
from tests.each import check_each, labels_of, parts_of
from tests.factories import inside, make_user

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
# Pages are read and nothing is deleted: models share the people that ask for them.
PARTS = parts_of(models(), 6)
OF_ORGANIZATIONS = parts_of([model for model in models() if model not in OF_PLATFORM], 6)

each_model = pytest.mark.parametrize("part", PARTS, ids=labels_of(PARTS))
each_of_organizations = pytest.mark.parametrize(
    "part", OF_ORGANIZATIONS, ids=labels_of(OF_ORGANIZATIONS)
)

pytestmark = committed


def statuses(client, model, row):
    addresses = [page(model), page(model, "change", row), page(model, "add")]
    return [client.get(address).status_code for address in addresses]


def asking(client, place, expected):
    """Whether a model's list, row and new row answer that client as expected."""

    def ask(model):
        assert statuses(client, model, row_of(model, place)) == expected(model)

    return ask


@each_model
def test_an_administrator_sees_the_own_organization(part, mercy, admin_user):
    def expected(model):
        may = 403 if model in OF_PLATFORM else 200
        return [may, may, 200 if model in ADDED_INSIDE else 403]

    check_each(part, asking(signed_in(admin_user), mercy, expected))


@each_model
def test_an_operator_sees_configuration_only(part, mercy):
    def expected(model):
        may = 200 if model in CONFIGURATION | {User} else 403
        return [may, may, 200 if model in ADDED_ON_PLATFORM else 403]

    check_each(part, asking(signed_in(platform_staff()), mercy, expected))


@each_model
def test_a_superuser_sees_no_more(part, mercy):
    def expected(model):
        may = 200 if model in CONFIGURATION | {User} | OF_PLATFORM else 403
        return [may, may, 200 if model in OF_PLATFORM else 403]

    check_each(part, asking(signed_in(platform_staff(is_superuser=True)), mercy, expected))


@each_model
def test_platform_staff_inside_read_and_add_nothing(part, mercy):
    def expected(model):
        may = 403 if model in OF_PLATFORM else 200
        return [may, may, 403]

    check_each(part, asking(entered(mercy), mercy, expected))


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


@each_model
@pytest.mark.parametrize("role", ["reader", "trainee", "researcher", "labeler"])
def test_other_roles_are_refused(part, role, mercy):
    client = signed_in(make_user(mercy, role))
    check_each(part, asking(client, mercy, lambda _model: [403, 403, 403]))


@each_model
def test_strangers_are_sent_to_sign_in(part, mercy, client):
    def ask(model):
        assert statuses(client, model, row_of(model, mercy)) == [302, 302, 302]
        assert client.get(page(model)).url == f"/sign-in?next={page(model)}"

    check_each(part, ask)


@each_of_organizations
def test_a_row_of_elsewhere_is_like_no_row(part, mercy, lakeside, admin_user):
    client = signed_in(admin_user)

    def ask(model):
        foreign, own = row_of(model, lakeside), row_of(model, mercy)
        for kind in ("change", "history"):
            answers = [client.get(page(model, kind, key)) for key in (foreign, 10**9, own)]
            assert [answer.status_code for answer in answers] == [404, 404, 200]
        posted = [client.post(page(model, "change", key), {}) for key in (foreign, 10**9)]
        assert {answer.status_code for answer in posted} in ({403}, {404})

    check_each(part, ask)


@each_of_organizations
def test_a_list_holds_only_rows_of_here(part, mercy, lakeside, admin_user):
    client = signed_in(admin_user)

    def ask(model):
        foreign, own = row_of(model, lakeside), row_of(model, mercy)
        keys = {row.pk for row in client.get(page(model)).context["cl"].result_list}
        assert own.pk in keys
        assert foreign.pk not in keys

    check_each(part, ask)


@each_model
def test_nothing_is_deleted(part, mercy, admin_user):
    client = signed_in(admin_user)

    def ask(model):
        row = row_of(model, mercy)
        assert client.post(page(model, "delete", row), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(page(model), chosen)
        with inside(mercy):
            assert model._base_manager.filter(pk=row.pk).exists()

    check_each(part, ask)


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

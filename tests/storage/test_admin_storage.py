"""Platform staff set, test and move storage; nobody ever sees a secret again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.blobs.s3 import S3Engine
from apps.tenants.model_storage import StorageLocation, StorageMove
from apps.tenants.secrets import get_secret
from apps.tenants.storage_check import check_location
from tests.admin.people import events, field_names, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside
from tests.storage.locations import bucket_location, folder_location, placed, some_bucket

pytestmark = committed

SECRET = "never to be shown"


@pytest.fixture
def staff():
    return signed_in(platform_staff())


def given(organization, wanted, **changes):
    names = (*("kind", "root", "endpoint", "bucket", "prefix", "region"), "signing_region")
    fields = {name: getattr(wanted, name) for name in names}
    fields |= {"access_key_id": wanted.access_key_id, "secret_key": wanted.secret_key}
    return fields | {"organization": organization.pk} | changes


def tool(location, name):
    return reverse(f"admin:tenants_storagelocation_{name}", args=[location.pk])


def words_of(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_bucket_is_added_and_its_secret_never_shown(staff, mercy, admin_user):
    sent = given(mercy, some_bucket(secret_key=SECRET))
    answer = staff.post(page(StorageLocation, "add"), sent, follow=True)
    assert "Test it, then move" in words_of(answer)[0]
    with inside(mercy):
        location = StorageLocation.objects.get()
    for client in (staff, signed_in(admin_user)):
        shown = client.get(page(StorageLocation, "change", location))
        assert SECRET.encode() not in shown.content
        assert "sealed_secret" not in field_names(shown)
        assert location.bucket in shown.content.decode()
    assert SECRET not in "".join(event.details for event in events(mercy))
    assert events(mercy, "tenants.storage.set")[0].actor.is_staff


def test_a_form_that_comes_back_does_not_carry_the_secret(staff, mercy):
    sent = given(mercy, some_bucket(secret_key=SECRET), region="us")
    answer = staff.post(page(StorageLocation, "add"), sent)
    assert answer.status_code == 200
    assert "region" in str(answer.context["form"].non_field_errors())
    assert SECRET.encode() not in answer.content


def test_another_organizations_bucket_is_refused_and_the_holder_named_to_staff(
    staff, mercy, lakeside
):
    placed(lakeside, some_bucket())
    answer = staff.post(page(StorageLocation, "add"), given(mercy, some_bucket()))
    assert "This bucket is Lakeside&#x27;s (lakeside)." in answer.content.decode()
    (refused,) = events(mercy, "tenants.storage.refused")
    assert "bucket-taken" in refused.details
    assert "lakeside" not in refused.details
    with inside(mercy):
        assert not StorageLocation.objects.exists()


def test_the_organizations_own_administrator_sees_and_changes_nothing_else(
    mercy, lakeside, admin_user, client_of
):
    mine = placed(mercy, some_bucket()).location
    theirs = placed(lakeside, some_bucket("two-bucket")).location
    client = client_of(admin_user)
    rows = client.get(page(StorageLocation)).content.decode()
    assert mine.bucket in rows
    assert theirs.bucket not in rows
    assert client.get(page(StorageLocation, "change", theirs)).status_code == 404
    assert client.get(page(StorageLocation, "add")).status_code == 403
    for name in ("test", "secret", "move"):
        assert client.post(tool(mine, name)).status_code == 403
        assert (
            tool(mine, name)
            not in client.get(page(StorageLocation, "change", mine)).content.decode()
        )


@pytest.mark.parametrize("name", ["test", "secret", "move"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_of_an_organization_reaches_the_tools(
    mercy, lakeside, client_of, admin_user, reader, technician, stranger, name, method
):
    """Own, another's and none are answered alike, whatever the role."""
    own = placed(mercy, some_bucket()).location
    other = placed(lakeside, some_bucket("two-bucket")).location
    addresses = [tool(own, name), tool(other, name), tool(own, name).replace(str(own.pk), "0")]
    for person in (admin_user, reader, technician, stranger):
        client = client_of(person)
        found = [getattr(client, method)(address).status_code for address in addresses]
        assert found == [403, 403, 403], person
    assert [getattr(Client(), method)(one).status_code for one in addresses] == [302, 302, 302]
    assert getattr(signed_in(platform_staff()), method)(addresses[2]).status_code == 404
    assert [event.code for event in events(mercy)].count("tenants.storage.moving") == 0


def test_the_credential_is_replaced(staff, mercy):
    location = placed(mercy, some_bucket()).location
    sent = {"access_key_id": "NEW", "secret_key": "new secret"}
    assert staff.post(tool(location, "secret"), sent).status_code == 302
    with inside(mercy):
        kept = StorageLocation.objects.get()
    assert kept.access_key_id == "NEW"
    with inside(mercy):
        assert get_secret(kept, "sealed_secret") == "new secret"
    assert events(mercy, "tenants.storage.rekeyed")


def test_a_move_is_begun_and_the_command_named(staff, mercy, tmp_path):
    location = placed(mercy, folder_location(tmp_path / "own")).location
    answer = staff.post(tool(location, "move"), follow=True)
    assert "manage.py move_storage --organization mercy" in words_of(answer)[0]
    with inside(mercy):
        move = StorageMove.objects.select_related("target", "source", "begun_by").get()
    assert (move.target, move.source, move.state) == (location, None, "copying")
    assert move.begun_by.is_staff
    listed = staff.get(page(StorageMove)).content.decode()
    assert str(move.public_id) in listed


def test_a_second_move_is_refused_with_the_reason(staff, mercy, tmp_path):
    first, second = (
        placed(mercy, folder_location(tmp_path / name)).location for name in ("one", "two")
    )
    staff.post(tool(first, "move"))
    answer = staff.post(tool(second, "move"))
    assert "another move is open" in answer.content.decode()
    assert events(mercy, "tenants.storage.refused")


def test_a_bucket_that_does_all_it_must_passes(staff, mercy, ceph):
    location = placed(mercy, bucket_location(ceph.new_bucket())).location
    said = words_of(staff.post(tool(location, "test"), follow=True))
    assert said[-1] == "The location can be used."
    assert "It reaches no other bucket." in said
    assert len(said) == 7
    assert '"right"' in events(mercy, "tenants.storage.tested")[0].details


def test_the_test_leaves_nothing_behind(mercy, ceph):
    bucket = ceph.new_bucket()
    check_location(placed(mercy, bucket_location(bucket)).location)
    assert list(S3Engine(bucket).entries("")) == []


def test_a_wrong_secret_is_said_and_nothing_further_is_tried(mercy, ceph):
    bucket = ceph.new_bucket()
    location = placed(mercy, bucket_location(bucket, secret_key="wrong")).location
    (finding,) = check_location(location)
    assert not finding.is_right
    assert finding.words.startswith("It cannot list its objects: the gateway refuses")


def test_a_bucket_that_may_only_be_read_is_found_out(mercy, ceph):
    bucket = ceph.new_bucket()
    writer = S3Engine(bucket)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        f'"Action":"s3:PutObject","Resource":"arn:aws:s3:::{bucket.name}/*"}}]}}'
    )
    writer.client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
    *right, last = check_location(placed(mercy, bucket_location(bucket)).location)
    assert [finding.is_right for finding in right] == [True]
    assert last.words.startswith("It cannot write an object")


def test_a_credential_that_opens_another_bucket_too_is_found_out(mercy, ceph):
    bucket, other = ceph.new_bucket(), ceph.new_bucket()
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
        f'"Principal":{{"AWS":["arn:aws:iam:::user/{bucket.name}"]}},'
        f'"Action":"s3:ListBucket","Resource":"arn:aws:s3:::{other.name}"}}]}}'
    )
    S3Engine(other).client.put_bucket_policy(Bucket=other.name, Policy=policy)
    location = placed(mercy, bucket_location(bucket)).location
    assert check_location(location)[-1].is_right  # nobody has told of the other bucket
    S3Engine(bucket).client.create_bucket(Bucket=f"{bucket.name}-2")
    last = check_location(location)[-1]
    assert (last.is_right, last.words.startswith("It reaches 1 other")) == (False, True)


def test_a_bucket_of_another_organization_that_opens_is_found_out(mercy, lakeside, ceph):
    bucket, other = ceph.new_bucket(), ceph.new_bucket()
    placed(lakeside, bucket_location(other))
    location = placed(mercy, bucket_location(bucket)).location
    assert check_location(location)[-1].is_right
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
        f'"Principal":{{"AWS":["arn:aws:iam:::user/{bucket.name}"]}},'
        f'"Action":"s3:ListBucket","Resource":"arn:aws:s3:::{other.name}"}}]}}'
    )
    S3Engine(other).client.put_bucket_policy(Bucket=other.name, Policy=policy)
    last = check_location(location)[-1]
    assert last.words == "It reaches 1 other buckets: narrow the credential."


def test_a_gateway_that_is_away_is_said(mercy, settings):
    settings.STORAGE_TIMEOUT_SECONDS = 0.2
    wanted = some_bucket(endpoint="http://127.0.0.1:9")
    (finding,) = check_location(placed(mercy, wanted).location)
    assert "does not answer" in finding.words


def test_a_folder_that_others_may_enter_is_found_out(mercy, tmp_path):
    root = tmp_path / "own"
    root.mkdir(mode=0o700)
    location = placed(mercy, folder_location(root)).location
    assert all(finding.is_right for finding in check_location(location))
    root.chmod(0o755)
    assert not check_location(location)[-1].is_right

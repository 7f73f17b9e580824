"""On pages: back to the technician, versions beside one another, who is easily mixed up."""

import re

from tests.database import committed
from tests.factories import PASSWORD, make_patient, make_recording
from tests.reports.signing import amend_recording, sign_recording
from tests.web.pages import account_of, mrn_of, report_of
from tests.web.test_worklist import listed

pytestmark = committed


def test_an_inadequate_recording_leaves_the_list_and_is_before_the_technician(
    client_of, reader, technician, recording
):
    client, address = client_of(reader), f"/reports/{report_of(recording).public_id}/repeat"
    client.post(address, {"reason": "Arm leads reversed"})
    assert listed(client.get("/worklist")) == []
    assert "Arm leads reversed" in client_of(technician).get("/arrivals").content.decode()
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    assert "Technically inadequate, to be repeated" in page
    assert 'id="text"' not in page
    client.post(address, {"do": "reopen"})
    assert listed(client.get("/worklist")) == [str(recording.public_id)]


def test_an_amendment_is_shown_word_by_word_with_its_reason(client_of, reader, recording):
    sign_recording(recording, reader, "No bundle branch block.")
    amend_recording(recording, reader, "Left bundle branch block.", "Overlooked")
    address = f"/reports/{report_of(recording).public_id}/versions"
    page = client_of(reader).get(address).content.decode()
    assert "removed: </span>No</del>" in page
    assert "added: </span>Left</ins>" in page
    assert "Reason: Overlooked" in page


def signing(client, recording, **given):
    address = f"/reports/{report_of(recording).public_id}/sign"
    page = client.get(address).content.decode()
    shown = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in
             ("revision", "viewed")}  # fmt: skip
    proof = {"username": account_of(client), "password": PASSWORD}
    return page, client.post(address, shown | proof | given)


def test_the_end_of_the_mrn_is_asked_for_only_where_a_mix_up_is_likely(client_of, reader, mercy):
    anna, anne, paul = (
        make_recording(mercy, patient=make_patient(mercy, family_name=family, given_name=given))
        for family, given in (("Smith", "Anna"), ("Smith", "Anne"), ("Jones", "Paul"))
    )
    client = client_of(reader)
    for row in (anna, paul):
        draft = f"/reports/{report_of(row).public_id}/draft"
        client.post(draft, {"text": "Normal ECG.", "revision": "1"})
    page, refused = signing(client, anna, digits="xx")
    assert "similar name" in page
    assert refused.status_code == 400
    assert "Nothing was signed" in refused.content.decode()
    assert signing(client, anna, digits=mrn_of(anna)[-3:])[1].status_code == 302
    page, signed = signing(client, paul)
    assert "similar name" not in page
    assert signed.status_code == 302
    assert report_of(anne).status == "draft"

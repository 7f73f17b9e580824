"""Critical results on pages: the pill, the list's first rows, acknowledging."""

import re

from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_recording
from tests.web.pages import mrn_of, report_of
from tests.web.test_worklist import listed

pytestmark = committed


def raise_on(client, recording, text="Pause of 4 s"):
    client.post(f"/reports/{report_of(recording).public_id}/critical", {"text": text})


def test_a_result_raised_by_hand_is_in_the_pill_and_first_on_the_list(
    client_of, reader, technician, mercy, recording
):
    make_recording(mercy, priority="urgent")
    client = client_of(reader)
    assert "No critical" in client.get("/critical/pill").content.decode()
    raise_on(client_of(technician), recording)
    assert "1 critical" in client.get("/critical/pill").content.decode()
    page = client.get("/worklist")
    assert listed(page)[0] == str(recording.public_id)
    assert "tag-critical" in page.content.decode()


def test_it_is_listed_with_two_identifiers_until_somebody_was_told(client_of, reader, recording):
    client = client_of(reader)
    raise_on(client, recording)
    page = client.get("/critical").content.decode()
    assert mrn_of(recording) in page
    address = re.search(r'action="(/critical/[^"]+)"', page)[1]
    refused = client.post(address, {"whom": "", "how": "telephone"})
    assert refused.status_code == 400
    client.post(address, {"whom": "Sister Marsh", "how": "in_person"})
    assert (
        "No open critical results. That does not mean" in client.get("/critical").content.decode()
    )
    done = client.get("/critical?acknowledged=1").content.decode()
    assert "told Sister Marsh, in person" in done
    assert client.post(address, {"whom": "Again", "how": "page"}).status_code == 409


def test_its_times_are_of_its_place_and_its_clock_needs_no_script(client_of, reader, mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Chicago", time_zone="America/Chicago")
    recording, client = make_recording(mercy, site=site), client_of(reader)
    raise_on(client, recording)
    page = client.get("/critical").content.decode()
    assert re.search(r"Raised \d\d-\w{3}-\d{4} \d\d:\d\d:\d\d C[SD]T by", page)
    for address in ("/critical/pill", "/critical", f"/recordings/{recording.public_id}"):
        shown = client.get(address).content.decode()
        assert re.search(r'data-format="clock">00:0\d</time>', shown), address


def test_results_of_another_organization_are_nowhere(client_of, reader, stranger, recording):
    raise_on(client_of(reader), recording)
    page = client_of(reader).get("/critical").content.decode()
    address = re.search(r'action="(/critical/[^"]+)"', page)[1]
    client = client_of(stranger)
    assert "No open critical results" in client.get("/critical").content.decode()
    assert client.post(address, {"whom": "Me", "how": "page"}).status_code == 404

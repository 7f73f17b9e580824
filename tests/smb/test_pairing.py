"""A document beside an ECG under its name is found from either."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ingestion.model_share_file import ShareFile, Sidecar
from apps.ingestion.models import Ingress
from apps.ingestion.smb.pairing import beside
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def names_beside(source, name):
    with inside(source.organization):
        arrival = Ingress.objects.get(filename=name)
        return [other.filename for other in beside(arrival)]


@pytest.mark.parametrize("mode", ["leave", "move"])
@pytest.mark.parametrize("first", ["A1.DCM", "a1.pdf"])
def test_a_document_belongs_to_the_ecg_of_its_name_whichever_came_first(
    source, folder, look, first, mode
):
    contents = {"A1.DCM": ecg_file(), "a1.pdf": PDF}
    for name in sorted(contents, key=lambda name: name != first):
        (folder / name).write_bytes(contents[name])
        look(archive=mode)
    assert names_beside(source, "A1.DCM") == ["a1.pdf"]
    assert names_beside(source, "a1.pdf") == ["A1.DCM"]


def test_names_of_other_stems_and_folders_are_no_pair(source, folder, look):
    (folder / "ward").mkdir()
    (folder / "A1.dcm").write_bytes(ecg_file())
    (folder / "A2.pdf").write_bytes(PDF)
    (folder / "ward" / "A1.pdf").write_bytes(PDF + b"\n")
    assert look().taken == 3
    with inside(source.organization):
        assert not Sidecar.objects.exists()


def test_what_lay_there_long_before_belongs_to_an_earlier_ecg(source, folder, look):
    (folder / "A1.pdf").write_bytes(PDF)
    look()
    with inside(source.organization):
        long_ago = ShareFile.objects.get().first_seen_at - dt.timedelta(hours=2)
        ShareFile.objects.update(first_seen_at=long_ago)
    (folder / "A1.dcm").write_bytes(ecg_file())
    look()
    assert names_beside(source, "A1.dcm") == []

"""An identifier or a name that no record could hold is refused, never cut."""

from __future__ import annotations

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.aecg.writer import write_aecg
from apps.ecg.formats.canonical import PatientIdentity, Refused
from apps.ecg.formats.muse.writer import write_muse
from tests.formats.ecgs import ecg, edited, file


@pytest.mark.parametrize(
    ("field", "longest"),
    [("identifier", 64), ("assigning_authority", 64), ("family_name", 200), ("given_name", 200)],
)
def test_an_overlong_identity_is_refused(field, longest):
    def sent(length: int) -> bytes:
        return write_aecg(ecg(patient=PatientIdentity(**{field: "7" * length})))

    assert getattr(decode(sent(longest)).patient, field) == "7" * longest
    with pytest.raises(Refused) as refused:
        decode(sent(longest + 1))
    assert refused.value.code == "text-too-long"
    assert refused.value.field == field.replace("_", " ").replace(
        "identifier", "patient identifier"
    )


def test_an_overlong_accession_number_is_refused_in_every_format():
    def change(dataset):
        dataset.AccessionNumber = "A" * 65

    for data in (write_muse(ecg(accession_number="A" * 65)), edited(file(), change)):
        with pytest.raises(Refused) as refused:
            decode(data)
        assert (refused.value.code, refused.value.field) == ("text-too-long", "accession number")

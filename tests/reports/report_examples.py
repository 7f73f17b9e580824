"""Report contents for the printing tests."""

import datetime as dt
from dataclasses import replace

import pypdfium2

from apps.reports.pdf import render
from apps.reports.pdf.content import (
    Acquisition,
    AlgorithmResult,
    Beat,
    Border,
    Event,
    MeasurementRow,
    Patient,
    ReportContent,
    SignatureBlock,
    StatementRow,
    Status,
)
from tests.ecg.waveforms import flat, with_pulse

PATIENT = Patient(
    family_name="ŁUKASIŃSKI-Ólafsdóttir",
    given_name="Ægir",
    name_prefix="Dr",
    born_on=dt.date(1952, 3, 14),
    age="74 y",
    sex="F",
    mrn="004417882",
    assigning_authority="Mercy MRN",
    nhs_number="9434765919",
)

DRAFT = ReportContent(
    organization="Mercy Health",
    site="London, A&E Resus 2",
    patient=PATIENT,
    acquisition=Acquisition(
        acquired="12-Aug-2026 09:14:05 BST (UTC+01:00)",
        device="ELI 250, serial 1234",
        electrode_system="Standard 12-lead",
        filters="0.05–150 Hz, notch off",
        accession_number="A-260-88141",
        order_number="ORD-7712",
    ),
    rhythm=with_pulse(with_pulse(flat(), "I", 500, 501), "I", 1000, 1001),
    status=Status.UNCONFIRMED,
    report_id="3f2b8c1e-55aa-4f0e-9c39-0a1f2c3d4e5f",
    version=1,
    trace_id="7f3c9d20b1",
    measurements=(
        MeasurementRow("Heart rate", "71", "/min", "mean RR", "measure 1.0"),
        MeasurementRow(
            "PR interval", "214", "ms", "global", "measure 1.0", "H", "188", "14-Feb-2025", "+26"
        ),
        MeasurementRow("QTc Fridericia", "", "ms"),
    ),
    statements=(StatementRow("Sinus rhythm", "device ELI 250"),),
    algorithm_results=(
        AlgorithmResult("Rule reading", "1.0.0", "Sinus rhythm", "Adults at rest", "Not for paced"),
    ),
)

SIGNED = replace(
    DRAFT,
    status=Status.FINAL,
    version=2,
    content_hash="sha256:" + "ab12" * 16,
    interpretation="Sinus rhythm. First degree AV block.",
    signature=SignatureBlock(
        "Dr Amara Okafor", "12-Aug-2026 09:41:07 BST (UTC+01:00)", "Review and approval"
    ),
    comparison="Compared with the ECG of 14-Feb-2025 16:02 GMT; this one is of 12-Aug-2026.",
    history=(
        Event(1, "Signed", "12-Aug-2026 09:30:00 BST", "Dr Amara Okafor"),
        Event(2, "Amended", "12-Aug-2026 09:41:07 BST", "Dr Amara Okafor", "PR corrected"),
    ),
    beat=Beat(flat(1.2, kind="median"), 450.0, (Border(-160.0), Border(60.0, 72.0))),
)


def pages_of(content: ReportContent) -> list[str]:
    """Text of every page as an independent reader extracts it, line ends as spaces."""
    return texts_of(render(content))


def texts_of(printed: bytes) -> list[str]:
    """The same of a PDF that is there already."""
    with pypdfium2.PdfDocument(printed) as pdf:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
    return [" ".join(text.replace("\xa0", " ").split()) for text in texts]

"""A file that can be kept: described, its colours stated, nothing in it from elsewhere."""

import io
import re

import pytest
from defusedxml import ElementTree
from PIL import ImageCms

from apps.reports.pdf import render
from apps.reports.pdf.archive import colour_profile
from apps.reports.pdf.raster import NoSuchPageError, page_png
from tests.reports.report_examples import SIGNED

PNG = b"\x89PNG\r\n\x1a\n"


def test_its_metadata_is_xmp_that_says_what_the_document_says_and_no_patient():
    packet = re.search(rb"<\?xpacket begin.*?\?>(.*?)<\?xpacket end", render(SIGNED), re.DOTALL)[1]
    told = " ".join(ElementTree.fromstring(packet).itertext())
    assert f"ECG report {SIGNED.report_id} version 2" in told
    for secret in ("UKASI", "004417882", "1952"):
        assert secret not in told


def test_its_colours_are_stated_by_a_profile_that_a_library_opens():
    assert b"/OutputIntents" in render(SIGNED)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(colour_profile())).profile
    assert (profile.xcolor_space, profile.connection_space) == ("RGB ", "XYZ ")
    assert profile.red_primary[1][:2] == pytest.approx((0.648, 0.331), abs=0.01)


def test_it_refers_to_nothing_outside_itself():
    data = render(SIGNED)
    for name in (b"/F (", b"/URI", b"/GoToR", b"/RichMedia", b"/Annots", b"/AcroForm", b"/Encrypt"):
        assert name not in data


def test_its_pages_can_be_looked_at_as_pictures():
    pdf = render(SIGNED)
    pages = [page_png(pdf, number) for number in (1, 2)]
    assert all(page.startswith(PNG) for page in pages)
    assert pages[0] != pages[1]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_page_that_is_not_there_is_refused(number):
    with pytest.raises(NoSuchPageError):
        page_png(render(SIGNED), number)

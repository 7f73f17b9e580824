"""What a browser must fetch before a study stands: few requests, and light ones."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from tests.database import committed

pytestmark = committed

REQUESTS, LARGEST_KB = 8, 120
STATIC = re.compile(r'(?:href|src)="/static/([^"#]+)')


def test_the_study_page_is_at_most_eight_requests_and_120_kb(client_of, reader, recording):
    page = client_of(reader).get(f"/recordings/{recording.public_id}").content
    files = set(STATIC.findall(page.decode()))
    assert len(files) >= 4
    assert 2 + len(files) <= REQUESTS, files  # the page and its waveform are requests too
    bodies = [Path(finders.find(name)).read_bytes() for name in files]
    assert len(page) + sum(len(gzip.compress(body)) for body in bodies) <= LARGEST_KB * 1000

"""The upload page where the organization has a bucket: the file goes there past the application."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.database import committed
from tests.flows.conftest import chromium  # noqa: F401 - a fixture
from tests.flows.running import running_platform
from tests.flows.visitor import Visitor
from tests.storage.locations import bucket_location, use

pytestmark = [
    *(committed, pytest.mark.browser, pytest.mark.slow),
    pytest.mark.skipif(not os.environ.get("SAMENESS_EXAMPLES"), reason="one of make sameness"),
]

MEGABYTE = 1 << 20
# What one answer or form of the application may need; a part is eighty times as long.
A_LITTLE = 64 << 10
SECRETS = ("quillfeather",)


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "quillfeather.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + os.urandom(7 * MEGABYTE))
    return path


@pytest.fixture
def bucket(mercy, s3):
    use(mercy, bucket_location(s3.bucket))
    return s3


@pytest.fixture
def visitor(technician, bucket, chromium, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("EINTHOVEN_UPLOAD_PART_MB", "5")
    email = technician.email
    with running_platform(tmp_path / "platform") as platform:
        found = Visitor(chromium, platform.url, SECRETS)
        found.sign_in(email)
        yield found
        found.leave()
        assert not [word for word in SECRETS if word in platform.logged()]


def test_the_files_bytes_go_to_the_bucket_and_not_through_the_application(visitor, video, bucket):
    page, sent = visitor.page, []

    def note(asked):
        sent.append((asked.method, urlsplit(asked.url).netloc, len(asked.post_data_buffer or b"")))

    page.on("request", note)
    visitor.go("/upload")
    page.set_input_files("#id_file", str(video))
    row = page.locator("ul[aria-label=Files] .file")
    expect(row).to_contain_text("Document", timeout=60_000)
    there, own = urlsplit(bucket.bucket.endpoint).netloc, urlsplit(visitor.url).netloc
    assert [host for method, host, _ in sent if method == "PUT"] == [there] * 2
    assert max(length for _, host, length in sent if host == own) < A_LITTLE
    kept = [key.split("/")[-2] for key in bucket.keys("")]
    assert kept.count("raw") == 1
    assert "staging" not in kept

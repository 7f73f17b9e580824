"""Parts that go straight to a bucket: an address is good for what it was signed for, only."""

from __future__ import annotations

import hashlib
import secrets
import urllib.error
import urllib.request

import pytest

from apps.core.blobs.direct import DirectUploads, Gone

FIRST, LAST = b"a" * (5 << 20), b"the rest"
KEY = f"org/1/staging/{'0' * 32}"


@pytest.fixture
def direct(s3):
    return DirectUploads(s3)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def put(address, data, method="PUT", **headers):
    """The gateway's answer to a sender that knows nothing but the address and its headers."""
    given = {**address.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    request = urllib.request.Request(address.url, data, given, method=method)
    request.add_unredirected_header("Content-type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def address_of(direct, upload, number, data, seconds=900):
    return direct.address(KEY, upload, number, size=len(data), sha256=sha256(data), seconds=seconds)


def test_parts_sent_in_any_order_become_one_object(direct, s3):
    upload = direct.begin(KEY)
    for number, data in ((2, LAST), (1, FIRST)):
        assert put(address_of(direct, upload, number, data), data) == 200
    parts = direct.parts(KEY, upload)
    assert [(part.number, part.size) for part in parts] == [(1, len(FIRST)), (2, len(LAST))]
    direct.complete(KEY, upload, parts)
    assert b"".join(s3.read(KEY)) == FIRST + LAST
    with pytest.raises(Gone):
        direct.parts(KEY, upload)


def test_an_address_takes_its_content_number_and_method_and_nothing_else(direct):
    upload = direct.begin(KEY)
    address = address_of(direct, upload, 1, LAST)
    assert put(address, LAST.upper()) in (400, 403)  # other bytes of the same length
    assert put(address, LAST[:-1]) in (400, 403)
    other = type(address)(address.url, address.headers | {"x-amz-content-sha256": sha256(b"x")})
    assert put(other, b"x") == 403
    elsewhere = address.url.replace("partNumber=1", "partNumber=2")
    assert put(type(address)(elsewhere, address.headers), LAST) == 403
    assert put(address, LAST, method="POST") in (403, 405)
    assert direct.parts(KEY, upload) == []
    assert put(address, LAST) == 200


def test_an_address_ends_by_itself(direct):
    upload = direct.begin(KEY)
    late = address_of(direct, upload, 1, LAST, seconds=-1)
    assert put(late, LAST) == 403
    assert "X-Amz-Expires=900" in address_of(direct, upload, 1, LAST).url


def test_an_upload_that_was_ended_is_gone(direct):
    upload = direct.begin(KEY)
    address = address_of(direct, upload, 1, LAST)
    direct.abort(KEY, upload)
    direct.abort(KEY, upload)
    assert put(address, LAST) == 404
    with pytest.raises(Gone):
        direct.parts(KEY, upload)


def test_pages_may_send_there_once_the_bucket_says_so(direct):
    origin = f"https://{secrets.token_hex(4)}.example"
    assert direct.allow_pages_of(origin)
    assert direct.allow_pages_of(origin)
    asked = urllib.request.Request(
        address_of(direct, direct.begin(KEY), 1, LAST).url,
        method="OPTIONS",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "x-amz-content-sha256",
        },
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == origin

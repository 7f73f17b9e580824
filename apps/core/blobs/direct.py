"""Uploads in parts that go from their sender to a bucket, past the application.

An address is good for one part, one method, one length and one content for a quarter of an hour:
all of them are in its signature, and the gateway refuses what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from apps.core.blobs.s3 import S3Engine, translated
from apps.core.errors import RetryableError

METHOD = "PUT"
CONTENT_HASH = "x-amz-content-sha256"


class Gone(Exception):
    """The bucket knows no such upload: it was completed, ended or swept."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part that lies in the bucket."""

    number: int
    size: int
    tag: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where one part is sent, and the headers that must come along as they are."""

    url: str
    headers: dict[str, str]


class _SignedContent(S3SigV4QueryAuth):
    """Signs the hash of the body as well, which presigning by the library leaves open."""

    def payload(self, unsigned: Any) -> str:
        return str(unsigned.headers[CONTENT_HASH])


class DirectUploads:
    """Of one bucket. Keys are as the engine's."""

    def __init__(self, engine: S3Engine) -> None:
        self._engine, self._bucket = engine, engine.bucket

    def begin(self, key: str) -> str:
        """The bucket's own name of a new upload. Raises RetryableError."""
        with translated():
            answer = self._engine.client.create_multipart_upload(**self._at(key))
        return str(answer["UploadId"])

    def address(
        self, key: str, upload: str, number: int, *, size: int, sha256: str, seconds: int
    ) -> Address:
        """Signed here: the bucket is not asked."""
        headers = {CONTENT_HASH: sha256}
        request = AWSRequest(
            METHOD,
            self._url(key, partNumber=str(number), uploadId=upload),
            headers={**headers, "content-length": str(size)},
        )
        credentials = Credentials(self._bucket.access_key_id, self._bucket.secret_key)
        _SignedContent(credentials, "s3", self._bucket.region, expires=seconds).add_auth(request)
        return Address(str(request.url), headers)

    def parts(self, key: str, upload: str) -> list[Part]:
        """Raises Gone, RetryableError."""
        try:
            with translated():
                pages = self._engine.client.get_paginator("list_parts")
                rows = [
                    row
                    for page in pages.paginate(**self._at(key), UploadId=upload)
                    for row in page.get("Parts", ())
                ]
        except FileNotFoundError:
            raise Gone from None
        return [Part(row["PartNumber"], row["Size"], row["ETag"]) for row in rows]

    def complete(self, key: str, upload: str, parts: Iterable[Part]) -> None:
        """One object of the parts, in their order. Raises Gone, RetryableError."""
        named = [{"PartNumber": part.number, "ETag": part.tag} for part in parts]
        try:
            with translated():
                self._engine.client.complete_multipart_upload(
                    **self._at(key), UploadId=upload, MultipartUpload={"Parts": named}
                )
        except FileNotFoundError:
            raise Gone from None

    def abort(self, key: str, upload: str) -> None:
        """Nothing is left of it. Raises RetryableError."""
        with suppress(FileNotFoundError), translated():
            self._engine.client.abort_multipart_upload(**self._at(key), UploadId=upload)

    @property
    def origin(self) -> str:
        """What a page's content policy must allow, and nothing wider."""
        parts = urlsplit(self._engine.client.meta.endpoint_url)
        return f"{parts.scheme}://{parts.netloc}"

    def allow_pages_of(self, origin: str) -> bool:
        """Let scripts of that origin send here; False where the credential may not say so."""
        try:
            with translated():
                rules = self._rules()
                if not any(origin in rule.get("AllowedOrigins", ()) for rule in rules):
                    self._engine.client.put_bucket_cors(
                        Bucket=self._bucket.name,
                        CORSConfiguration={"CORSRules": [*rules, _rule(origin)]},
                    )
        except (RetryableError, FileNotFoundError):
            return False
        return True

    def _rules(self) -> list[Any]:
        try:
            with translated():
                found = self._engine.client.get_bucket_cors(Bucket=self._bucket.name)
        except FileNotFoundError:
            return []
        return list(found["CORSRules"])

    def _at(self, key: str) -> dict[str, str]:
        return self._engine.at(key)

    def _url(self, key: str, **query: str) -> str:
        path = quote(f"/{self._bucket.name}/{self._engine.at(key)['Key']}")
        return f"{self.origin}{path}?{urlencode(query)}"


def _rule(origin: str) -> dict[str, Any]:
    return {
        "AllowedOrigins": [origin],
        "AllowedMethods": [METHOD],
        "AllowedHeaders": [CONTENT_HASH, "content-type"],
        "MaxAgeSeconds": 600,
    }

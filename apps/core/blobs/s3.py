"""Blobs in a bucket, by the S3 protocol: the only module that speaks to it.

A key is given by a conditional PUT, the one request that servers of the protocol agree to refuse
for a key that is there; conditional copies and multipart uploads are not known to all of them.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from storages.backends.s3 import S3Storage

from apps.core.blobs.store import CHUNK, TEMPORARY, Corrupt, Entry, is_temporary
from apps.core.errors import RetryableError, UnavailableError

# A part of an upload of several; the protocol allows none below 5 MiB but the last.
PART = 8 << 20
CONNECT_S = 3
ATTEMPTS = 2
SHA256 = "sealed-sha256"
REFUSED = "storage-refused"

MISSING = {"NoSuchKey", "NoSuchUpload", "NoSuchCORSConfiguration", "404"}
TAKEN = {"PreconditionFailed", "412"}
DENIED = {"AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "NoSuchBucket", "403"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where to and as whom. `region` is the server's own word for it, part of every signature."""

    endpoint: str
    name: str
    prefix: str
    region: str
    access_key_id: str
    secret_key: str = field(repr=False)
    timeout_s: float = 10


class S3Engine:
    """Keys are object names below the bucket's prefix; so are temporary names."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._base = f"{bucket.prefix.strip('/')}/".lstrip("/")
        self._storage, self._made_in = _storage(bucket), os.getpid()

    def write(self, prefix: str, chunks: Iterable[bytes]) -> str:
        name = f"{prefix}/{TEMPORARY}/{uuid.uuid4().hex}"
        parts = _parts(chunks)
        first = next(parts)
        with translated():
            if len(first) < PART:
                known = {SHA256: hashlib.sha256(first).hexdigest()}
                self.client.put_object(
                    **self.at(name), Body=first, ContentMD5=_md5(first), Metadata=known
                )
            else:
                self._write_parts(name, first, parts)
        return name

    def promote(self, temporary: str, key: str) -> bool:
        with SpooledTemporaryFile(PART) as copy, translated():
            sha256, md5 = _fill(copy, self.read(temporary))
            is_new = self._put_new(key, copy, sha256, md5)
        # One that stays is swept when it is old.
        with suppress(RetryableError):
            self.delete(temporary)
        return is_new

    def replace(self, temporary: str, key: str) -> None:
        """Readers see the old object or the new one: a PUT is one step."""
        with SpooledTemporaryFile(PART) as copy, translated():
            sha256, md5 = _fill(copy, self.read(temporary))
            self._put(key, copy, sha256, md5)
        with suppress(RetryableError):
            self.delete(temporary)

    def read(self, key: str) -> Iterator[bytes]:
        with translated():
            found = self.client.get_object(**self.at(key))
            wanted, digest = found["Metadata"].get(SHA256), hashlib.sha256()
            with closing(found["Body"]) as body:
                for chunk in body.iter_chunks(CHUNK):
                    digest.update(chunk)
                    yield chunk
        if wanted is not None and digest.hexdigest() != wanted:
            raise Corrupt

    def exists(self, key: str) -> bool:
        """By listing: the answer to HEAD does not tell a missing key from a missing bucket."""
        with translated():
            found = self.client.list_objects_v2(
                Bucket=self.bucket.name, Prefix=self._base + key, MaxKeys=1
            )
        return any(row["Key"] == self._base + key for row in found.get("Contents", ()))

    def entries(self, prefix: str) -> Iterator[Entry]:
        for row in self._listed("list_objects_v2", "Contents", Prefix=self._base + prefix):
            key = row["Key"].removeprefix(self._base)
            yield Entry(key, row["Size"], row["LastModified"].timestamp())

    def keys(self, prefix: str) -> Iterator[str]:
        inside = f"{prefix.rstrip('/')}/" if prefix else ""
        return (entry.key for entry in self.entries(inside) if not is_temporary(entry.key))

    def delete(self, key: str) -> None:
        with translated():
            self.client.delete_object(**self.at(key))

    def sweep_temporary(self, older_than_s: float) -> int:
        limit = time.time() - older_than_s
        return self._sweep_objects(limit) + self._sweep_uploads(limit)

    def buckets(self) -> list[str]:
        """Those the credential is shown; none where it may not ask."""
        try:
            with translated():
                found = self.client.list_buckets()
        except RetryableError as error:
            if error.code == REFUSED:
                return []
            raise
        return [row["Name"] for row in found.get("Buckets", ())]

    def reaches(self, name: str) -> bool:
        """Whether the credential opens a bucket of that name."""
        try:
            with translated():
                self.client.list_objects_v2(Bucket=name, MaxKeys=1)
        except RetryableError as error:
            if error.code == REFUSED:
                return False
            raise
        return True

    @property
    def client(self) -> Any:
        """Each thread's own; a forked process must not share its parent's connections."""
        if self._made_in != os.getpid():
            self._storage, self._made_in = _storage(self.bucket), os.getpid()
        return self._storage.connection.meta.client

    def at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket.name, "Key": self._base + key}

    def _put_new(self, key: str, body: IO[bytes], sha256: str, md5: str) -> bool:
        try:
            self._put(key, body, sha256, md5, IfNoneMatch="*")
        except ClientError as error:
            if _code(error) in TAKEN:
                return False
            raise
        return True

    def _put(self, key: str, body: IO[bytes], sha256: str, md5: str, **condition: str) -> None:
        self.client.put_object(
            **self.at(key), Body=body, ContentMD5=md5, Metadata={SHA256: sha256}, **condition
        )

    def _write_parts(self, name: str, first: bytes, rest: Iterator[bytes]) -> None:
        upload = self.at(name)
        upload["UploadId"] = self.client.create_multipart_upload(**upload)["UploadId"]
        try:
            sent = [self._send(upload, 1, first)]
            sent += [self._send(upload, number, part) for number, part in enumerate(rest, 2)]
            self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
        except BaseException:
            self.client.abort_multipart_upload(**upload)
            raise

    def _send(self, upload: dict[str, str], number: int, part: bytes) -> dict[str, Any]:
        answer = self.client.upload_part(
            **upload, PartNumber=number, Body=part, ContentMD5=_md5(part)
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _listed(self, request: str, rows: str, **fields: Any) -> Iterator[Any]:
        with translated():
            pages = self.client.get_paginator(request)
            for page in pages.paginate(Bucket=self.bucket.name, **fields):
                yield from page.get(rows, ())

    def _sweep_objects(self, limit: float) -> int:
        removed = 0
        below = self._base + "org/"
        for folder in self._listed(
            "list_objects_v2", "CommonPrefixes", Prefix=below, Delimiter="/"
        ):
            prefix = f"{folder['Prefix'].removeprefix(self._base)}{TEMPORARY}/"
            for entry in self.entries(prefix):
                if entry.modified_at < limit:
                    self.delete(entry.key)
                    removed += 1
        return removed

    def _sweep_uploads(self, limit: float) -> int:
        moment = dt.datetime.fromtimestamp(limit, dt.UTC)
        old = [
            row
            for row in self._listed("list_multipart_uploads", "Uploads", Prefix=self._base)
            if row["Initiated"] < moment
        ]
        for row in old:
            with translated():
                self.client.abort_multipart_upload(
                    Bucket=self.bucket.name, Key=row["Key"], UploadId=row["UploadId"]
                )
        return len(old)


def _storage(bucket: Bucket) -> Any:
    """Only what is named here is used: no key, token or profile of the machine's environment."""
    return S3Storage(
        access_key=bucket.access_key_id,
        secret_key=bucket.secret_key,
        security_token=None,
        session_profile=None,
        bucket_name=bucket.name,
        endpoint_url=bucket.endpoint or None,
        region_name=bucket.region,
        default_acl=None,
        file_overwrite=False,
        # The server proves every body by its signed hash, on TLS as well.
        client_config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            connect_timeout=min(CONNECT_S, bucket.timeout_s),
            read_timeout=bucket.timeout_s,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raises FileNotFoundError, UnavailableError without the library's text, which names keys."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
    except (BotoCoreError, HTTPClientError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        code = ""
    else:
        return
    if code in MISSING:
        raise FileNotFoundError from None
    raise UnavailableError(REFUSED if code in DENIED else "storage-unavailable") from None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of PART bytes, the last one shorter; one empty piece of an empty stream."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    yield bytes(waiting)


def _fill(copy: IO[bytes], chunks: Iterable[bytes]) -> tuple[str, str]:
    """SHA-256 in hex and MD5 as the protocol's header has it; the copy is rewound."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for chunk in chunks:
        sha256.update(chunk)
        md5.update(chunk)
        copy.write(chunk)
    copy.seek(0)
    return sha256.hexdigest(), base64.b64encode(md5.digest()).decode()


def _md5(data: bytes) -> str:
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()

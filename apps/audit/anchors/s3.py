"""Anchors in a bucket with object lock: until the day given, nobody removes or replaces them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3Anchors:
    """The bucket is made with object lock, and so with versions.

    A name that was written again has a second version, which counts for nothing: the first one
    is read, also where a delete marker hides it.
    """

    def __init__(self, client: Any, bucket: str, prefix: str, retain_days: int) -> None:
        self.client, self.bucket = client, bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.retain_days = retain_days

    def put(self, name: str, data: bytes) -> bool:
        """Some servers heed no condition where there are versions: the list of them decides."""
        if self._of(name):
            return False
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=self.retain_days)
        try:
            put = self.client.put_object(
                Bucket=self.bucket,
                Key=self.prefix + name,
                Body=data,
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:
                return False
            raise OSError("anchors cannot be written") from None
        except BotoCoreError:
            raise OSError("anchors cannot be written") from None
        return bool(put["VersionId"] == self._of(name)[-1]["VersionId"])

    def names(self) -> list[str]:
        keys = {version["Key"] for version in self._versions(self.prefix)}
        return sorted(key[len(self.prefix) :] for key in keys if key.endswith(".json"))

    def read(self, name: str) -> bytes:
        written = self._of(name)
        if not written:
            raise FileNotFoundError(name)
        first = {"Key": written[-1]["Key"], "VersionId": written[-1]["VersionId"]}
        try:
            answer = self.client.get_object(Bucket=self.bucket, **first)
            return bytes(answer["Body"].read())
        except (ClientError, BotoCoreError):
            raise OSError("anchors cannot be read") from None

    def _of(self, name: str) -> list[dict[str, Any]]:
        """Its versions, newest first, as the protocol lists them."""
        key = self.prefix + name
        return [version for version in self._versions(key) if version["Key"] == key]

    def _versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self.client.get_paginator("list_object_versions")
        try:
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                yield from page.get("Versions", ())
        except (ClientError, BotoCoreError):
            raise OSError("anchors cannot be listed") from None


def s3_client(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """Without a key the machine's own role is used."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=key_id or None,
        aws_secret_access_key=secret or None,
        config=Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}),
    )

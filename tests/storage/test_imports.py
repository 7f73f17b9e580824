"""One module speaks to object gateways."""

from __future__ import annotations

import ast
from pathlib import Path

APPS = Path(__file__).resolve().parents[2] / "apps"
SPEAKERS = {"boto3", "botocore", "s3transfer", "storages"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_only_buckets_and_anchors_speak_s3():
    found = {
        path.relative_to(APPS).as_posix()
        for path in APPS.rglob("*.py")
        if SPEAKERS & set(imported(path))
    }
    assert found == {"audit/anchors/s3.py", "core/blobs/direct.py", "core/blobs/s3.py"}

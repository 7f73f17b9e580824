"""The folder of real files: EINTHOVEN_CORPUS, by default ../shared/data beside the repository."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("EINTHOVEN_CORPUS") or ROOT.parent / "shared" / "data")
REQUIRED = os.environ.get("CI") == "true"


def corpus_files(subfolder: str) -> list[Path]:
    """The files of one folder, sorted; empty where there is no corpus and none is required."""
    folder = FOLDER / subfolder
    if folder.is_dir():
        return sorted(path for path in folder.iterdir() if path.is_file())
    if REQUIRED or FOLDER.is_dir():
        raise FileNotFoundError(f"corpus folder {folder} is missing")
    warnings.warn(f"NO CORPUS: {folder} is missing, its files are not tested", stacklevel=2)
    return []


def corpus_params(subfolder: str) -> list[object]:
    """One pytest parameter per file; a loudly skipped one without a corpus."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = corpus_files(subfolder)
    if files:
        return [pytest.param(path, id=path.name) for path in files]
    reason = f"NO CORPUS at {FOLDER}: set EINTHOVEN_CORPUS to test real {subfolder} files"
    return [pytest.param(None, id="no-corpus", marks=pytest.mark.skip(reason=reason))]

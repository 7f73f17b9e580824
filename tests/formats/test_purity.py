"""Decoders need neither Django nor a database, and start fast enough to be forked."""

from __future__ import annotations

import subprocess
import sys

from apps.ecg.formats.sandbox import ROOT

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import apps.ecg.formats.sandbox_server, apps.ecg.formats.packing, apps.ecg.formats.export
import apps.ecg.formats.dicom.writer, apps.ecg.formats.muse.writer
import apps.ecg.formats.philips.writer, apps.ecg.formats.aecg.writer
print([m for m in sys.modules if m.split(".")[0] in ("django", "psycopg", "scipy")])
"""


def test_formats_import_no_django():
    script = SCRIPT.format(root=str(ROOT))
    run = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr

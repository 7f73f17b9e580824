"""What was accepted in parts and lies in staging is not left behind by an export."""

from __future__ import annotations

import pytest

from apps.web.offboarding.export import NotWhole, write_export
from apps.web.offboarding.folder import Folder
from tests.database import committed
from tests.factories import make_ingress

pytestmark = committed


def test_while_a_file_is_in_staging_nothing_is_exported(mercy, tmp_path):
    make_ingress(mercy, sha256="")
    with pytest.raises(NotWhole, match="1 files sent in parts"):
        write_export(mercy.pk, Folder(tmp_path / "out"))

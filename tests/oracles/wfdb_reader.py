"""The WFDB package, whose import warns about a library under it."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

rdrecord = wfdb.rdrecord

"""Limb leads of a compressed file: stored as what is left of a prediction from I and II."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

Rows = dict[str, NDArray[np.int64]]
PREDICTED = ("III", "aVR", "aVL", "aVF")


def restore(rows: Rows, *, field: str) -> None:
    """Turns residuals into leads, in place. Raises Refused where a lead they need is absent."""
    _exchange(rows, field, to_leads=True)


def predict(rows: Rows) -> None:
    """Turns leads into residuals, in place."""
    _exchange(rows, "", to_leads=False)


def _exchange(rows: Rows, field: str, *, to_leads: bool) -> None:
    """lead = prediction − residual, so the same step goes both ways.

    III comes first when restoring and last when predicting: aVL and aVF are predicted from it.
    """
    wanted = [name for name in PREDICTED if name in rows]
    needed = {"I", "II", "III"} if {"aVL", "aVF"} & set(wanted) else {"I", "II"}
    if wanted and not needed <= set(rows):
        raise Refused(
            "limb-leads", "Limb leads cannot be restored without I, II, III.", field=field
        )
    for name in wanted if to_leads else reversed(wanted):
        rows[name] = _prediction(name, rows) - rows[name]


def _prediction(name: str, rows: Rows) -> NDArray[np.int64]:
    one, two = rows["I"], rows["II"]
    if name == "III":
        return two - one
    if name == "aVR":
        return -((one + two) >> 1)
    return (one - rows["III"]) >> 1 if name == "aVL" else (two + rows["III"]) >> 1

"""Measurement and synthesis of ECG signals; pure numpy and scipy, nothing of Django.

scipy is loaded when `measure` is first asked for, not when a result type is imported.
"""

from typing import TYPE_CHECKING, Any

from apps.ecg.signal.results import ALGORITHM, VERSION, Measured

if TYPE_CHECKING:
    from apps.ecg.signal.measurement import measure

__all__ = ["ALGORITHM", "VERSION", "Measured", "measure"]


def __getattr__(name: str) -> Any:
    if name != "measure":
        raise AttributeError(name)
    from apps.ecg.signal.measurement import measure

    return measure

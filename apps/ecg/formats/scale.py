"""The scales this form can hold exactly."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from .canonical import Refused
from .warnings import Warnings

MIN_NV_PER_LSB = Decimal("0.001")
MAX_NV_PER_LSB = Decimal(10) ** 9
MAX_OFFSET_NV = Decimal(10) ** 10
_DIGITS = Context(prec=18)


def mantissa_exponent(value: Decimal) -> tuple[int, int]:
    """value = mantissa × 10^exponent with the shortest mantissa."""
    sign, digits, exponent = value.normalize().as_tuple()
    mantissa = int("".join(map(str, digits)))
    return (-mantissa if sign else mantissa), int(exponent)


def is_exact(value: Decimal) -> bool:
    """True where mantissa and exponent fit the packed form (18 digits are always enough)."""
    return len(value.normalize().as_tuple().digits) <= 18


def check_scale(nv_per_lsb: Decimal, offset_nv: Decimal, *, field: str) -> None:
    """Raises Refused for a scale that is no ECG's, or that cannot be kept exactly."""
    if not MIN_NV_PER_LSB <= nv_per_lsb <= MAX_NV_PER_LSB or abs(offset_nv) > MAX_OFFSET_NV:
        raise Refused("implausible-scale", "The scale is not that of an ECG.", field=field)
    if not (is_exact(nv_per_lsb) and is_exact(offset_nv)):
        raise Refused("inexact-scale", "The scale has too many digits.", field=field)


def check_rate(rate_hz: Decimal | None, *, field: str) -> Decimal:
    """A sampling rate in whole millihertz. Raises Refused."""
    if rate_hz is None or not 0 < rate_hz <= 1_000_000 or (rate_hz * 1000) % 1:
        raise Refused("unknown-rate", "The sampling rate is missing or impossible.", field=field)
    return rate_hz


def exact_rate(step_s: Decimal) -> Decimal | None:
    """One over the time between samples, where that is a whole number of millihertz."""
    rate = 1 / step_s if step_s > 0 else Decimal(0)
    return rate if rate * step_s == 1 and not rate * 1000 % 1 else None


def rounded_rate(step_s: Decimal) -> Decimal | None:
    """The whole rate in Hz whose step, rounded to as many places, is this one.

    None where there is no such rate, and where there are two.
    """
    if not 0 < step_s < 1:
        return None
    near = int(1 / step_s)
    rates = [Decimal(rate) for rate in range(max(near - 1, 1), near + 3)]
    found = [rate for rate in rates if (1 / rate).quantize(step_s) == step_s]
    return found[0] if len(found) == 1 else None


def nearest_decimal(value: Fraction) -> Decimal:
    """The decimal of 18 digits nearest to a fraction; equal to it wherever that is possible."""
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def decimal_scale(
    nv_per_lsb: Fraction, offset_nv: Fraction, warnings: Warnings, *, field: str
) -> tuple[Decimal, Decimal]:
    """A scale given as a division. Raises Refused for one that is no ECG's.

    Where the division does not end, 18 digits are kept, with a warning: over 32-bit counts
    that is less than a millionth of a nanovolt.
    """
    scale, offset = nearest_decimal(nv_per_lsb), nearest_decimal(offset_nv)
    check_scale(scale, offset, field=field)
    if (Fraction(scale), Fraction(offset)) != (nv_per_lsb, offset_nv):
        warnings.add("scale-rounded", "The scale does not end as a decimal; 18 digits are kept.")
    return scale, offset

"""Print floats as Go's strconv does."""

from __future__ import annotations

import math


def shortest(value: float, verb: str, precision: int = -1) -> str:
    """Print by %e, %f or %g; precision -1 is as many digits as identify the number."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    if precision >= 0:
        return f"{value:.{precision}{verb}}"
    sign, digits, exponent = _digits(value)
    if verb == "e" or (verb == "g" and not -4 <= exponent < 6):
        return sign + _scientific(digits, exponent)
    return sign + _plain(digits, exponent)


def json_float(value: float) -> str:
    """Print as Go's JSON encoder: an exponent only below 1e-6 and from 1e21, without a leading zero in it."""
    sign, digits, exponent = _digits(value)
    if value == 0 or -6 <= exponent < 21:
        return sign + _plain(digits, exponent)
    return (sign + _scientific(digits, exponent)).replace("e-0", "e-")


def _digits(value: float) -> tuple[str, str, int]:
    """Split a number into its sign, its significant digits and the power of ten of the first of them."""
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits)) if digits else 0
    return ("-" if math.copysign(1, value) < 0 else ""), digits.rstrip("0") or "0", exponent


def _scientific(digits: str, exponent: int) -> str:
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    return whole + ("." + digits[exponent + 1 :] if len(digits) > exponent + 1 else "")

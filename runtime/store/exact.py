"""Functions that SQLite lacks: exact numbers beyond 64 bits, exact sums, zones.

In: values as SQLite passes them. Out: `FUNCTIONS` and `AGGREGATES`, named `fl_…`, all deterministic, used
only by `runtime.store.translation`; `functions.py` makes them known to a connection.

A number travels as an integer scaled by a power of ten that the translation knows; when it does not
fit 64 bits it is the same integer as TEXT ("wide"). Python's integers make every step exact; where
the language rounds (34 significant digits, half up) `fit` rounds the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runtime.store.widths import LARGEST, narrow

Wide = int | str | None

PRECISION = 34  # significant digits of the language's decimals
TOP = 41  # a number has at most 41 digits before the point …
BOTTOM = 73  # … and none below 10^-73 (Emin - precision + 1)
QUOTIENT_SCALE = 10  # division rounds to ten places
SHIFT = 30  # an exact sum adds the upper and the lower bits apart


def half_up(number: int, divisor: int) -> int:
    """`number / divisor` rounded to a whole number, halves away from zero; `divisor` is positive."""
    quotient = (2 * abs(number) + divisor) // (2 * divisor)
    return quotient if number >= 0 else -quotient


def fit(number: int, scale: int) -> int | None:
    """`number`·10^-scale as the decimal context holds it, at `min(scale, BOTTOM)`; None: too large."""
    digits = len(str(abs(number)))
    drop = max(digits - PRECISION, scale - BOTTOM)
    if drop > 0:
        number = half_up(number, 10**drop) * 10**drop
    if abs(number) >= 10 ** (TOP + scale):
        return None
    return number // 10 ** (scale - BOTTOM) if scale > BOTTOM else number


def _fitted(number: int, scale: int) -> Wide:
    kept = fit(number, scale)
    return None if kept is None else narrow(kept)


def multiply(left: Wide, right: Wide) -> Wide:
    if left is None or right is None:
        return None
    return narrow(int(left) * int(right))


def multiply_fit(left: Wide, right: Wide, scale: int) -> Wide:
    if left is None or right is None:
        return None
    return _fitted(int(left) * int(right), scale)


def add(left: Wide, left_factor: Wide, right: Wide, right_factor: Wide) -> Wide:
    """The sum at a common scale; the factors (perhaps negative) bring both sides there."""
    if left is None or right is None:
        return None
    return narrow(int(left) * int(left_factor or 0) + int(right) * int(right_factor or 0))


def add_fit(left: Wide, left_factor: Wide, right: Wide, right_factor: Wide, scale: int) -> Wide:
    if left is None or right is None:
        return None
    return _fitted(int(left) * int(left_factor or 0) + int(right) * int(right_factor or 0), scale)


def divide(left: Wide, right: Wide, shift: int) -> Wide:
    """left / right, rounded half up to ten places; `shift` = 10 + right's scale - left's."""
    if left is None or right is None:
        return None
    over, under = int(left), int(right)
    if under == 0:
        return None
    if under < 0:
        over, under = -over, -under
    quotient = half_up(over * 10**shift, under) if shift >= 0 else half_up(over, under * 10**-shift)
    return narrow(quotient) if abs(quotient) < 10**PRECISION else None


def compare(left: Wide, left_factor: Wide, right: Wide, right_factor: Wide) -> int | None:
    """-1, 0 or 1; blank when a side is."""
    if left is None or right is None:
        return None
    over, under = int(left) * int(left_factor or 0), int(right) * int(right_factor or 0)
    return (over > under) - (over < under)


def fitted(number: Wide, scale: int) -> Wide:
    return None if number is None else _fitted(int(number), scale)


def modulo(left: Wide, left_factor: Wide, right: Wide, right_factor: Wide) -> Wide:
    """The remainder with the divisor's sign, at the common scale; blank when divided by zero."""
    if left is None or right is None or int(right) == 0:
        return None
    return narrow(int(left) * int(left_factor or 0) % (int(right) * int(right_factor or 0)))


def absolute(number: Wide) -> Wide:
    return None if number is None else narrow(abs(int(number)))


def clamp(number: Wide) -> int | None:
    """As near as 64 bits come: for counts, which are compared with small bounds next."""
    return None if number is None else max(-LARGEST, min(LARGEST, int(number)))


def rounded(number: Wide, scale: int, places: int, mode: str) -> Wide:
    """At `places` decimals, as an integer of that scale (of scale 0 for negative places)."""
    if number is None:
        return None
    value, unit = int(number), 10 ** (scale - places)
    if mode == "half":
        kept = half_up(value, unit)
    elif mode == "floor":
        kept = value // unit
    else:
        whole, rest = divmod(abs(value), unit)
        kept = (whole + (1 if rest and mode == "up" else 0)) * (-1 if value < 0 else 1)
    return narrow(kept * 10**-places if places < 0 else kept)


def join(upper: int | None, lower: int | None, rest: Wide = None) -> Wide:
    """The exact sum from the sums of upper and lower bits, and of what was wide."""
    if upper is None and rest is None:
        return None
    return narrow(((upper or 0) << SHIFT) + (lower or 0) + int(rest or 0))


def key(number: Wide) -> str | None:
    """Text that sorts by code point as the wide numbers sort."""
    if number is None:
        return None
    value = int(number)
    digits = str(abs(value))
    if value >= 0:
        return f"1{len(digits):04d}{digits}"
    return f"0{9999 - len(digits):04d}" + "".join(chr(105 - ord(one)) for one in digits)


class ExactSum:
    """Aggregate: the exact sum of wide numbers; blank over nothing."""

    def __init__(self) -> None:
        self.total: int | None = None

    def step(self, number: Wide) -> None:
        if number is not None:
            self.total = (self.total or 0) + int(number)

    def finalize(self) -> Wide:
        return None if self.total is None else narrow(self.total)


class _Extreme:
    """Aggregate: the least or greatest of wide numbers."""

    sign = 1

    def __init__(self) -> None:
        self.best: int | None = None

    def step(self, number: Wide) -> None:
        if number is None:
            return
        value = int(number)
        if self.best is None or (value - self.best) * self.sign > 0:
            self.best = value

    def finalize(self) -> Wide:
        return None if self.best is None else narrow(self.best)


class ExactMax(_Extreme):
    sign = 1


class ExactMin(_Extreme):
    sign = -1


FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("fl_mul", 2, multiply),
    ("fl_mul_fit", 3, multiply_fit),
    ("fl_add", 4, add),
    ("fl_add_fit", 5, add_fit),
    ("fl_div", 3, divide),
    ("fl_cmp", 4, compare),
    ("fl_fit", 2, fitted),
    ("fl_mod", 4, modulo),
    ("fl_abs", 1, absolute),
    ("fl_clamp", 1, clamp),
    ("fl_round", 4, rounded),
    ("fl_join", 2, join),
    ("fl_join", 3, join),
    ("fl_key", 1, key),
)
AGGREGATES: tuple[tuple[str, int, type[Any]], ...] = (
    ("fl_sum", 1, ExactSum),
    ("fl_max", 1, ExactMax),
    ("fl_min", 1, ExactMin),
)

"""How many digits a number can have: the static bounds (`Kind.digits`, `Kind.scale`) of results.

In: kinds of arguments. Out: the kind of the result. Used by the type rules in `functions/`; the SQL
translation stores numbers as scaled integers on SQLite and leaves them when 18 digits do not do.
`digits` counts all digits, `scale` those after the point. Bounds hold when stored values keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from expressions.evaluation import DIVISION_PLACES
from expressions.kinds import Kind, number

WIDEST = 99  # "more than any column or context holds": bounds stop growing here
LIST_DIGITS = 4  # a list has at most 10,000 items
ROW_DIGITS = 9


def whole_digits(kind: Kind) -> int:
    return kind.digits - kind.scale


def bounded(whole: int, scale: int) -> Kind:
    scale = min(max(scale, 0), WIDEST)
    return number(min(max(whole, 0) + scale, WIDEST), scale)


def union(kinds: Iterable[Kind]) -> Kind:
    """A number that may be any of these."""
    found = tuple(kinds)
    return bounded(max(map(whole_digits, found), default=1), max((one.scale for one in found), default=0))


def added(kinds: Iterable[Kind]) -> Kind:
    found = tuple(kinds)
    wide = union(found)
    return bounded(whole_digits(wide) + len(str(max(len(found) - 1, 1))), wide.scale)


def multiplied(kinds: Iterable[Kind]) -> Kind:
    found = tuple(kinds)
    return bounded(sum(map(whole_digits, found)), sum(one.scale for one in found))


def divided(dividend: Kind, divisor: Kind) -> Kind:
    return bounded(whole_digits(dividend) + divisor.scale + 1, DIVISION_PLACES)


def rounded(kind: Kind, places: int | None) -> Kind:
    """After rounding to `places` (None: not known before running)."""
    scale = kind.scale if places is None else min(kind.scale, max(places, 0))
    return bounded(whole_digits(kind) + 1, scale)


def literal(value: Decimal | int) -> Kind:
    """The exact bounds of a constant."""
    _, digits, exponent = Decimal(value).as_tuple()
    places = -int(exponent)
    return bounded(max(len(digits) - places, 1), places)

"""Counts and positions: the whole part of a number as an SQL integer, within bounds.

In: a translated number. Out: `as_integer`. Called by the operators on texts and dates, which count with it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, case, cast, func, literal, null

from runtime.store.translation.context import Context
from runtime.store.translation.parts import Part, Shape, Sql


def as_integer(context: Context, part: Part, least: int, most: int) -> Part:
    """The whole part of a number, kept between two bounds, as an SQL integer: counts and positions."""
    if isinstance(part.constant, bool) or not part.is_constant or part.constant is None:
        units = context.numbers.units(part)
        if context.is_sqlite:
            value: Sql = func.max(least, func.min(most, units), type_=BigInteger())
        else:
            value = cast(func.greatest(least, func.least(most, units)), BigInteger())
            value = case((part.value.is_not(null()), value)) if part.is_nullable else value
        shape = Shape(0, max(abs(least), abs(most)))
        return Part(value, part.kind, shape, part.is_nullable, part.error, size=part.size + 3)
    whole = max(least, min(most, int(part.constant)))  # type: ignore[call-overload]
    return Part(literal(whole, BigInteger()), part.kind, Shape(0, abs(whole)), False, part.error, whole)

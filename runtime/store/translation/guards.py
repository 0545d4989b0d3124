"""Sums and products that need no rounding: how PostgreSQL stays plain when 34 digits might not do.

In: columns with their bounds, and what is made of them by + - *. Out: `Plain`: the expression without
any rounding inside, and a cheap condition on its columns under which that is right. Every column that
stays a few digits below what its type could hold leaves every step within 34 digits; the condition asks
for just that, and only rows with numbers beyond it pay for rounding step by step. Used by `numeric.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, and_, func, literal

from runtime.store.exact import PRECISION
from runtime.store.translation.parts import Shape, Sql

MOST_LEAVES = 6
Bounds = Callable[[int], tuple[Shape, int]]  # digits given up → (bounds of the result, greatest step)


@dataclass(frozen=True, slots=True)
class Plain:
    """An unrounded expression over a few columns."""

    value: Sql
    leaves: tuple[tuple[Sql, Shape], ...]
    bounds: Bounds

    def guard(self) -> ColumnElement[bool] | None:
        """When it is right; None when no number of digits given up would make it so."""
        for less in range(1, 15):
            if self.bounds(less)[1] < 10**PRECISION:
                return and_(*(_below(value, shape, less) for value, shape in self.leaves))
        return None


def _below(value: Sql, shape: Shape, less: int) -> ColumnElement[bool]:
    most = Decimal(shape.limit + 1) / Decimal(10) ** (less + shape.scale)
    return func.abs(value) < literal(most, Numeric())


def leaf(value: Sql, shape: Shape) -> Plain:
    def bounds(less: int) -> tuple[Shape, int]:
        limit = shape.limit // 10**less
        return Shape(shape.scale, limit), limit

    return Plain(value, ((value, shape),), bounds)


def fixed(value: Sql, shape: Shape) -> Plain:
    """A constant."""
    return Plain(value, (), lambda _less: (shape, shape.limit))


def sum_of(value: Sql, left: Plain, right: Plain) -> Plain | None:
    def bounds(less: int) -> tuple[Shape, int]:
        (one, worst), (other, more) = left.bounds(less), right.bounds(less)
        scale = max(one.scale, other.scale)
        limit = one.at(scale).limit + other.at(scale).limit
        return Shape(scale, limit), max(worst, more, limit)

    return _joined(value, left, right, bounds)


def product_of(value: Sql, left: Plain, right: Plain) -> Plain | None:
    def bounds(less: int) -> tuple[Shape, int]:
        (one, worst), (other, more) = left.bounds(less), right.bounds(less)
        limit = one.limit * other.limit
        return Shape(one.scale + other.scale, limit), max(worst, more, limit)

    return _joined(value, left, right, bounds)


def _joined(value: Sql, left: Plain, right: Plain, bounds: Bounds) -> Plain | None:
    leaves = (*left.leaves, *(one for one in right.leaves if one not in left.leaves))
    return Plain(value, leaves, bounds) if len(leaves) <= MOST_LEAVES else None

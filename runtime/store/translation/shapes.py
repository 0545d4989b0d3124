"""How large numbers can become: the bounds of sums, products and rounded numbers.

In: `Shape`s of operands. Out: `Outcome`: the result's shape, and whether the decimal context may
round or refuse it. Used by the two kinds of arithmetic (`scaled`, `numeric`). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from runtime.store.exact import BOTTOM, PRECISION, TOP
from runtime.store.translation.parts import Shape


@dataclass(frozen=True, slots=True)
class Outcome:
    """`exact_scale` is that of the unrounded result, `shape` that of the result as it is kept."""

    shape: Shape
    exact_scale: int
    may_round: bool = False
    may_overflow: bool = False


def outcome(scale: int, limit: int) -> Outcome:
    """What the context (34 digits, below 10^41, not below 10^-73) makes of such a number."""
    may_round = limit >= 10**PRECISION or scale > BOTTOM
    may_overflow = limit >= 10 ** (TOP + scale)
    kept = min(scale, BOTTOM)
    limit = min(limit, 10 ** (TOP + scale) - 1)
    if may_round:
        limit = 2 * (limit // 10 ** (scale - kept) + 1)
    return Outcome(Shape(kept, limit), scale, may_round or may_overflow, may_overflow)


def added(left: Shape, right: Shape) -> Outcome:
    scale = max(left.scale, right.scale)
    return outcome(scale, left.at(scale).limit + right.at(scale).limit)


def multiplied(left: Shape, right: Shape) -> Outcome:
    return outcome(left.scale + right.scale, left.limit * right.limit)


def union(*shapes: Shape) -> Shape:
    """The common shape of numbers that may be any of these."""
    scale = max(shape.scale for shape in shapes)
    return Shape(scale, max(shape.at(scale).limit for shape in shapes))


def literal(value: Decimal | int) -> tuple[Shape, int]:
    """The exact shape of a constant, and its scaled integer."""
    _, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        raise TypeError(f"not a finite number: {value}")
    scale = max(-exponent, 0)
    unscaled = int("".join(map(str, digits))) * 10 ** max(exponent, 0)
    while scale > 0 and unscaled % 10 == 0:
        unscaled, scale = unscaled // 10, scale - 1
    return Shape(scale, unscaled), -unscaled if value < 0 else unscaled

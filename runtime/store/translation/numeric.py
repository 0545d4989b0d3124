"""Arithmetic on PostgreSQL: NUMERIC, which is exact; only division, powers and 34 digits need care.

In: number `Part`s. Out: `Part`s without their operands' errors. The counterpart of `scaled.py`, with the
same methods. Shapes are kept here too: they tell when the language's context (34 digits) may round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from expressions.kinds import MAX_DIGITS, Kind, number
from runtime.store.exact import BOTTOM, PRECISION, QUOTIENT_SCALE, TOP
from runtime.store.translation import shapes
from runtime.store.translation.binding import once, once_each
from runtime.store.translation.guards import Plain, fixed, leaf, product_of, sum_of
from runtime.store.translation.parts import CHEAP, RELATIONS, TURNED, Part, Shape, Sql, no_result

NUMBER_TYPE: TypeEngine[Any] = Numeric()
_GUARD = Decimal(0).scaleb(-60)  # as an addend it makes a division keep 60 places: no rounding twice
_POWER_GUARD = Decimal(0).scaleb(-46)


def bound(value: int | Decimal) -> Sql:
    return literal(Decimal(value), Numeric())


def constant(value: int | Decimal | None, kind: Kind | None = None) -> Part:
    if value is None:
        return Part(cast(null(), Numeric()), kind or number(1, 0), Shape(0, 0), constant=None)
    shape, _ = shapes.literal(value)
    return Part(bound(value), kind or number(1, 0), shape, is_nullable=False, constant=value)


def _fit(value: Sql, size: int, scale: int) -> Sql:
    """Rounded to 34 significant digits as the decimal context does; NULL beyond its exponents.

    Nearly every number is small enough not to need it, and found so by one comparison."""
    small = Decimal(10) ** (PRECISION - scale)
    if scale > BOTTOM:
        return _rounded_fit(value, size)
    return once(
        value, size, lambda one: case((func.abs(one) < bound(small), one), else_=_rounded_fit(one, 1))
    )


def _rounded_fit(value: Sql, size: int) -> Sql:

    def rounded(one: Sql) -> ColumnElement[Any]:
        digits = func.ltrim(func.replace(cast(func.trim_scale(func.abs(one)), Text()), ".", ""), "0")
        places = func.scale(func.trim_scale(one)) - (func.length(digits) - PRECISION)
        kept = case(
            (func.length(digits) > PRECISION, func.round(one, func.least(places, BOTTOM))),
            else_=func.round(one, BOTTOM),
        )
        return case((func.abs(kept) < bound(Decimal(10) ** TOP), kept))

    return once(value, size, rounded)


class NumericArithmetic:
    """The arithmetic of NUMERIC."""

    constant = staticmethod(constant)

    @staticmethod
    def best(part: Part) -> Sql:
        """The value; without any rounding for rows whose numbers are not too long."""
        if not isinstance(part.plain, Plain):
            return part.value
        guard = part.plain.guard()
        return part.value if guard is None else case((guard, part.plain.value), else_=part.value)

    def column(self, column: Sql, kind: Kind, scale: int, *, is_nullable: bool) -> Part:
        value = type_coerce(column, Numeric())
        digits = min(kind.digits or MAX_DIGITS, MAX_DIGITS)  # only decides who is asked about 34 digits
        shape = Shape.digits(max(digits, scale), scale)
        return Part(value, kind, shape, is_nullable, is_column=True)

    def integer(self, value: Sql, kind: Kind, limit: int, *, is_nullable: bool = True, size: int = 2) -> Part:
        return Part(cast(value, Numeric()), kind, Shape(0, limit), is_nullable, size=size)

    def _settled(
        self, value: Sql, kind: Kind, outcome: shapes.Outcome, operands: Sequence[Part], plain: Plain | None
    ) -> Part:
        size = 1 + sum(part.size for part in operands)
        is_nullable = any(part.is_nullable for part in operands)
        error = None
        if outcome.may_round:
            value, size = _fit(value, size, outcome.exact_scale), 2 * size + 20
        if outcome.may_overflow:
            error = no_result(value, size, operands)
        kept = plain if outcome.may_round or any(part.plain is not None for part in operands) else None
        return Part(
            value, kind, outcome.shape, is_nullable or error is not None, error, size=size, plain=kept
        )

    def add(self, left: Part, right: Part, kind: Kind, sign: int = 1) -> Part:
        value = left.value + right.value if sign > 0 else left.value - right.value
        over, under = _plain_of(left), _plain_of(right)
        plain = None
        if over is not None and under is not None:
            whole = over.value + under.value if sign > 0 else over.value - under.value
            plain = sum_of(whole, over, under)
        return self._settled(value, kind, shapes.added(left.number, right.number), (left, right), plain)

    def multiply(self, left: Part, right: Part, kind: Kind) -> Part:
        over, under = _plain_of(left), _plain_of(right)
        plain = None
        if over is not None and under is not None:
            plain = product_of(over.value * under.value, over, under)
        outcome = shapes.multiplied(left.number, right.number)
        found = self._settled(left.value * right.value, kind, outcome, (left, right), plain)
        is_product = all(
            one.is_product or (one.number.is_exact and one.plain is None) for one in (left, right)
        )
        return replace(found, is_product=is_product)

    def fitted(self, part: Part) -> Part:
        """As the decimal context holds it: for sums, which may have grown beyond 34 digits."""
        outcome = shapes.outcome(part.number.scale, part.number.limit)
        if not outcome.may_round:
            return part
        value = _fit(part.value, 1, outcome.exact_scale)  # never in a subquery: it is an aggregate
        error = (
            no_result(value, part.size + 20, [replace(part, is_nullable=True)])
            if outcome.may_overflow
            else None
        )
        return replace(
            part, value=value, shape=outcome.shape, error=error, is_nullable=True, size=part.size + 20
        )

    def negate(self, part: Part, kind: Kind) -> Part:
        plain = part.plain
        if isinstance(plain, Plain):
            plain = replace(plain, value=-plain.value)
        return Part(-part.value, kind, part.number, part.is_nullable, size=part.size + 1, plain=plain)

    def divide(self, left: Part, right: Part, kind: Kind) -> Part:
        is_divided = right.is_constant and right.constant not in (0, None)
        under = self.best(right)
        divisor = under if is_divided else func.nullif(under, 0, type_=Numeric())
        size = 3 + left.size + right.size
        guard = bound(_GUARD) if _needs_guard(right) else None
        dividend = self.best(left) if guard is None else self.best(left) + guard
        value: Sql = func.round(dividend.op("/", precedence=8)(divisor), QUOTIENT_SCALE, type_=Numeric())
        shift = QUOTIENT_SCALE + right.number.scale - left.number.scale
        limit = left.number.limit * 10 ** max(shift, 0) + 1
        error = None
        if limit >= 10**PRECISION:
            limit = 10**PRECISION - 1
            most = bound(Decimal(10) ** (PRECISION - QUOTIENT_SCALE))
            value = once(value, size, lambda one: case((func.abs(one) < most, one)))
            error = no_result(value, size, (left, right), lambda: right.value != 0)
        is_nullable = left.is_nullable or right.is_nullable or not is_divided or error is not None
        return Part(value, kind, Shape(QUOTIENT_SCALE, limit), is_nullable, error, size=size)

    def modulo(self, left: Part, right: Part, kind: Kind) -> Part:
        def floored(pair: list[Sql]) -> ColumnElement[Any]:
            over, under = pair
            rest = func.mod(over, func.nullif(under, 0), type_=Numeric())
            is_turned = and_(rest != 0, (rest < 0) != (under < 0))
            return case((is_turned, rest + under), else_=rest)

        value = once_each([(self.best(left), left.size), (self.best(right), right.size)], floored)
        scale = max(left.number.scale, right.number.scale)
        return Part(
            value, kind, Shape(scale, right.number.at(scale).limit), size=8 + 3 * (left.size + right.size)
        )

    def power(self, left: Part, right: Part, kind: Kind) -> Part:
        """Where the result surely stays below 10^24; the rest is for the operator to flag."""

        def raised(pair: list[Sql]) -> ColumnElement[Any]:
            base, exponent = pair
            magnitude = func.abs(base)
            is_whole = exponent == func.trunc(exponent)
            # log10 to 16 digits is enough to keep away from what NUMERIC cannot hold
            size = exponent * func.log(func.nullif(magnitude, 0))
            is_fit = and_(size < 25, or_whole(base, is_whole))
            power = func.power(base + bound(_POWER_GUARD), exponent, type_=Numeric())
            small = case((size < -12, bound(0)), else_=func.round(power, QUOTIENT_SCALE))
            is_even = func.mod(exponent, 2) == 0
            found = case(
                (and_(exponent == 0, base.is_not(null())), bound(1)),
                (and_(base == 0, exponent > 0), bound(0)),
                (and_(magnitude == 1, is_whole), case((is_even, bound(1)), else_=base)),
                (is_fit, small),
            )
            most = bound(Decimal(10) ** (PRECISION - QUOTIENT_SCALE))
            return once(found, 99, lambda one: case((func.abs(one) < most, one)))

        def or_whole(base: Sql, is_whole: ColumnElement[bool]) -> ColumnElement[bool]:
            return case((base > 0, True), else_=is_whole)

        value = once_each([(self.best(left), 99), (self.best(right), 99)], raised)
        error = no_result(value, 60 + left.size + right.size, (left, right))
        return Part(
            value,
            kind,
            Shape(QUOTIENT_SCALE, 10**PRECISION - 1),
            True,
            error,
            size=60 + left.size + right.size,
        )

    def absolute(self, part: Part, kind: Kind) -> Part:
        return Part(
            func.abs(self.best(part), type_=Numeric()),
            kind,
            part.number,
            part.is_nullable,
            size=part.size + 1,
        )

    def round(self, part: Part, places: int, mode: str, kind: Kind) -> Part:
        shape = part.number
        drop = shape.scale - places
        if drop <= 0:
            return replace(part, kind=kind, error=None, is_column=False)
        kept = max(places, 0)
        limit = (shape.limit // 10**drop + 1) * 10 ** (kept - places)
        value = _round(self.best(part), places, mode, part.size)
        return Part(value, kind, Shape(kept, limit), part.is_nullable, size=part.size + 2)

    def round_by(self, part: Part, places: Part, mode: str, kind: Kind) -> Part:
        shape = part.number

        def rounded(pair: list[Sql]) -> ColumnElement[Any]:
            one, count = pair
            whole = func.trunc(count)
            inside = case((func.abs(whole) <= 30, cast(whole, Integer())))
            found = _round_mode(one, inside, mode)
            fits = func.abs(found) < func.power(bound(10), PRECISION - inside)
            return once(case((fits, found)), 99, lambda kept: kept)

        value = once_each([(self.best(part), part.size), (self.best(places), places.size)], rounded)
        limit = 10 * shape.limit + 10 ** (30 + shape.scale)
        error = no_result(value, 10 + 4 * (part.size + places.size), (part, places))
        return Part(
            value, kind, Shape(shape.scale, limit), True, error, size=10 + 4 * (part.size + places.size)
        )

    def compare(self, operator: str, left: Part, right: Part) -> ColumnElement[bool]:
        if left.is_constant and not right.is_constant:
            return self.compare(TURNED.get(operator, operator), right, left)
        plain = left.plain
        if isinstance(plain, Plain) and left.is_product and _is_below_rounding(right.constant, left.number):
            return RELATIONS[operator](plain.value, right.value)
        return RELATIONS[operator](self.best(left), self.best(right))

    def is_zero(self, part: Part) -> ColumnElement[bool]:
        return self.best(part) == 0

    def text(self, part: Part) -> Sql:
        return cast(func.trim_scale(self.best(part), type_=Numeric()), Text())

    def shared(self, parts: Sequence[Part]) -> tuple[list[Sql], Shape]:
        return [self.best(part) for part in parts], shapes.union(*(part.number for part in parts))

    def units(self, part: Part, places: int = 0) -> Sql:
        """The whole number of units of 10^-places, cut towards zero (NUMERIC)."""
        value = self.best(part) * bound(Decimal(10) ** places) if places else self.best(part)
        return value if part.number.scale <= places else func.trunc(value, type_=Numeric())

    def order(self, part: Part) -> Sql:
        return self.best(part)


def _plain_of(part: Part) -> Plain | None:
    """The part as the beginning of a sum or product without rounding."""
    if isinstance(part.plain, Plain):
        return part.plain
    if part.is_constant and part.constant is not None:
        return fixed(part.value, part.number)
    is_simple = part.number.is_exact and part.size <= CHEAP and part.error is None and not part.is_constant
    return leaf(part.value, part.number) if is_simple else None


def _is_below_rounding(value: object, shape: Shape) -> bool:
    """A product so long that it is rounded is far beyond such a constant, rounded or not."""
    if not isinstance(value, int | Decimal):
        return False
    return bool(abs(Decimal(value)) < Decimal(10) ** (PRECISION - 1 - min(shape.scale, BOTTOM)))


def _needs_guard(right: Part) -> bool:
    """Whether PostgreSQL's own precision (16 digits at least) could round a half the wrong way."""
    return not (right.is_constant and _divides_evenly(right.constant))


def _divides_evenly(value: object) -> bool:
    """Powers of ten: the quotient is the dividend with its point moved."""
    return isinstance(value, (int, Decimal)) and any(value == 10**k for k in range(QUOTIENT_SCALE + 1))


def _round(value: Sql, places: int, mode: str, size: int) -> Sql:
    if mode in ("up", "floor"):
        return once(value, size, lambda one: _round_mode(one, literal(places, Integer()), mode))
    return _round_mode(value, literal(places, Integer()), mode)


def _round_mode(value: Sql, places: Sql, mode: str) -> Sql:
    if mode == "half":
        return func.round(value, places, type_=Numeric())
    if mode == "down":
        return func.trunc(value, places, type_=Numeric())
    if mode == "floor":
        return func.floor(value, type_=Numeric())
    cut = func.trunc(value, places, type_=Numeric())
    return case(
        (cut == value, cut), else_=cut + func.sign(value) * func.power(bound(10), -places, type_=Numeric())
    )

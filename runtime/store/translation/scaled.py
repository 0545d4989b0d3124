"""Arithmetic on SQLite: scaled integers, in plain SQL while 64 bits do, else by exact functions.

In: number `Part`s. Out: `Part`s without their operands' errors (the operators add those). Used by
`numbers.py` and whoever computes. See `exact.py` for what travels, `numeric.py` for PostgreSQL's side.

SQLite makes a REAL of an integer result beyond 64 bits, and REAL stays REAL through + - *. So plain SQL
is right exactly when it did not come out REAL: `best` asks for that and pays for the exact functions
only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, case, func, literal, null, type_coerce
from sqlalchemy.types import TypeEngine

from expressions.kinds import MAX_DIGITS, Kind, number
from runtime.store.exact import PRECISION, QUOTIENT_SCALE
from runtime.store.translation import shapes
from runtime.store.translation.parts import (
    CHEAP,
    RELATIONS,
    TURNED,
    Flag,
    Part,
    Relation,
    Shape,
    Sql,
    no_result,
)
from runtime.store.widths import LARGEST

MOST_NATIVE = 24  # plain SQL of at most so many nodes is tried before the exact functions
_LENIENT = LARGEST - LARGEST // 1000  # what an overflowing product is surely beyond
NUMBER_TYPE: TypeEngine[Any] = BigInteger()


def whole(value: int) -> Sql:
    """A whole number as a bound value, TEXT when it does not fit."""
    return literal(value, BigInteger()) if abs(value) <= LARGEST else literal(str(value), Text())


def call(name: str, *arguments: Sql | int) -> Sql:
    """One of our registered functions."""
    bound = [whole(one) if isinstance(one, int) else one for one in arguments]
    made: Sql = getattr(func, name)(*bound, type_=BigInteger())
    return made


def constant(value: int | Decimal | None, kind: Kind | None = None) -> Part:
    if value is None:
        return Part(type_coerce(null(), BigInteger()), kind or number(1, 0), Shape(0, 0), constant=None)
    shape, unscaled = shapes.literal(value)
    return Part(
        whole(unscaled), kind or number(1, 0), shape, is_nullable=False, constant=value,
        native=whole(unscaled) if shape.is_narrow else None,
    )  # fmt: skip


def _scaled_constant(part: Part, scale: int) -> int:
    value = part.constant
    if not isinstance(value, (int, Decimal)):
        raise TypeError(f"not a constant number: {value!r}")
    shape, unscaled = shapes.literal(value)
    return int(unscaled * 10 ** (scale - shape.scale))


def native_of(part: Part) -> Sql | None:
    return part.value if part.number.is_narrow else part.native


def best(part: Part) -> Sql:
    """The value, by plain SQL where that is right."""
    if part.number.is_narrow or part.native is None or part.is_constant:
        return part.value
    return case((func.typeof(part.native) == "real", part.value), else_=part.native)


def times(value: Sql, factor: int) -> Sql:
    return value if factor == 1 else value * whole(factor)


def _kept_native(native: Sql, size: int, outcome: shapes.Outcome) -> Sql | None:
    is_same_scale = outcome.exact_scale == outcome.shape.scale
    return native if size <= MOST_NATIVE and is_same_scale else None  # else 34 digits were not enough


def _overflow(value: Sql, operands: Sequence[Part]) -> Flag:
    """Too large for the language's numbers: no result although there were operands."""
    return no_result(value, 2 + sum(part.size for part in operands), operands)


class Scaled:
    """The arithmetic of scaled integers."""

    constant = staticmethod(constant)
    best = staticmethod(best)

    def column(self, column: Sql, kind: Kind, scale: int, *, is_nullable: bool) -> Part:
        value = type_coerce(column, BigInteger())
        return Part(value, kind, Shape.digits(MAX_DIGITS, scale), is_nullable, is_column=True)

    def integer(self, value: Sql, kind: Kind, limit: int, *, is_nullable: bool = True, size: int = 2) -> Part:
        """A whole number that SQL made (a length, a year, a count)."""
        return Part(value, kind, Shape(0, limit), is_nullable, size=size)

    def add(self, left: Part, right: Part, kind: Kind, sign: int = 1) -> Part:
        outcome = shapes.added(left.number, right.number)
        scale = outcome.exact_scale
        factors = (10 ** (scale - left.number.scale), sign * 10 ** (scale - right.number.scale))
        size = 1 + left.size + right.size
        is_nullable = left.is_nullable or right.is_nullable
        over, under = native_of(left), native_of(right)
        native = None
        if over is not None and under is not None:
            first = times(over, factors[0])
            second = times(under, abs(factors[1]))
            native = first + second if sign > 0 else first - second
            if outcome.shape.is_narrow:
                return Part(native, kind, outcome.shape, is_nullable, size=size)
            native = _kept_native(native, size, outcome)
        operands = (best(left), factors[0], best(right), factors[1])
        if native is not None:
            operands = (left.value, factors[0], right.value, factors[1])
        value = call("fl_add_fit", *operands, scale) if outcome.may_round else call("fl_add", *operands)
        error = _overflow(value, (left, right)) if outcome.may_overflow else None
        is_nullable = is_nullable or error is not None
        return Part(value, kind, outcome.shape, is_nullable, error, size=size, native=native)

    def multiply(self, left: Part, right: Part, kind: Kind) -> Part:
        outcome = shapes.multiplied(left.number, right.number)
        size = 1 + left.size + right.size
        is_nullable = left.is_nullable or right.is_nullable
        over, under = native_of(left), native_of(right)
        native = None
        if over is not None and under is not None:
            native = over * under
            if outcome.shape.is_narrow and left.number.is_narrow and right.number.is_narrow:
                return Part(native, kind, outcome.shape, is_nullable, size=size)
            native = _kept_native(native, size, outcome)
        is_plain = native is not None
        operands = (left.value, right.value) if is_plain else (best(left), best(right))
        if outcome.may_round:
            value = call("fl_mul_fit", *operands, outcome.exact_scale)
        else:
            value = call("fl_mul", *operands)
        error = _overflow(value, (left, right)) if outcome.may_overflow else None
        is_product = is_plain and all(one.number.is_narrow or one.is_product for one in (left, right))
        return Part(
            value, kind, outcome.shape, is_nullable or error is not None, error,
            size=size, native=native, is_product=is_product,
        )  # fmt: skip

    def fitted(self, part: Part) -> Part:
        """As the decimal context holds it: for sums, which may have grown beyond 34 digits."""
        outcome = shapes.outcome(part.number.scale, part.number.limit)
        if not outcome.may_round:
            return part
        value = call("fl_fit", part.value, outcome.exact_scale)
        error = _overflow(value, [replace(part, is_nullable=True)]) if outcome.may_overflow else None
        return replace(part, value=value, shape=outcome.shape, native=None, error=error, is_nullable=True)

    def negate(self, part: Part, kind: Kind) -> Part:
        if part.number.is_narrow:
            return Part(-part.value, kind, part.number, part.is_nullable, size=part.size + 1)
        native = None if part.native is None else -part.native
        value = call("fl_mul", part.value if native is not None else best(part), -1)
        return Part(
            value,
            kind,
            part.number,
            part.is_nullable,
            size=part.size + 1,
            native=native,
            is_product=part.is_product,
        )

    def divide(self, left: Part, right: Part, kind: Kind) -> Part:
        """Division by zero is blank here; the operator adds the error."""
        is_nullable = left.is_nullable or right.is_nullable
        size = 1 + left.size + right.size
        moved = self._moved_point(left, right, kind)
        if moved is not None:
            return moved
        shift = QUOTIENT_SCALE + right.number.scale - left.number.scale
        limit = left.number.limit * 10 ** max(shift, 0) + 1
        value = call("fl_div", best(left), best(right), shift)
        native = _plain_quotient(left, right, shift)
        error = None
        if limit >= 10**PRECISION:
            limit = 10**PRECISION - 1
            error = no_result(value, size, (left, right), lambda: self.compare("ne", right, self.constant(0)))
        is_divided = right.is_constant and right.constant != 0
        return Part(
            value,
            kind,
            Shape(QUOTIENT_SCALE, limit),
            is_nullable or not is_divided or error is not None,
            error,
            size=size,
            native=native,
        )

    def _moved_point(self, left: Part, right: Part, kind: Kind) -> Part | None:
        """Division by 10, 100 …: the same integer with a larger scale."""
        divisor = right.constant
        if not isinstance(divisor, (int, Decimal)) or isinstance(divisor, bool):
            return None
        places = next((k for k in range(1, 11) if divisor == 10**k), 0)
        scale = left.number.scale + places
        if not places or scale > QUOTIENT_SCALE:
            return None
        shape = Shape(scale, left.number.limit)
        return Part(
            left.value,
            kind,
            shape,
            left.is_nullable,
            size=left.size,
            native=left.native,
            is_product=left.is_product,
        )

    def modulo(self, left: Part, right: Part, kind: Kind) -> Part:
        scale = max(left.number.scale, right.number.scale)
        factors = (10 ** (scale - left.number.scale), 10 ** (scale - right.number.scale))
        value = call("fl_mod", best(left), factors[0], best(right), factors[1])
        return Part(value, kind, Shape(scale, right.number.at(scale).limit), size=1 + left.size + right.size)

    def power(self, left: Part, right: Part, kind: Kind) -> Part:
        value = call("fl_pow", best(left), left.number.scale, best(right), right.number.scale)
        error = no_result(value, 1 + left.size + right.size, (left, right))
        return Part(
            value,
            kind,
            Shape(QUOTIENT_SCALE, 10**PRECISION - 1),
            True,
            error,
            size=1 + left.size + right.size,
        )

    def absolute(self, part: Part, kind: Kind) -> Part:
        if part.number.is_narrow:
            value: Sql = func.abs(part.value, type_=BigInteger())
        else:
            value = call("fl_abs", best(part))
        return Part(value, kind, part.number, part.is_nullable, size=part.size + 1)

    def round(self, part: Part, places: int, mode: str, kind: Kind) -> Part:
        """`mode`: half, up (away from zero), down (towards zero), floor. Constant places."""
        shape = part.number
        drop = shape.scale - places
        if drop <= 0:
            return Part(
                part.value,
                kind,
                shape,
                part.is_nullable,
                size=part.size,
                native=part.native,
                is_product=part.is_product,
            )
        kept_scale = max(places, 0)
        unit = 10**drop
        limit = (shape.limit // unit + 1) * 10 ** (kept_scale - places)
        size = part.size + 2
        if shape.limit + unit <= LARGEST and kept_scale == places and (part.is_cheap or mode == "down"):
            value = _plain_round(part.value, unit, mode)
            size = part.size * 2 + 4
        elif part.native is not None and part.size <= CHEAP + 4 and kept_scale == places:
            value = call("fl_round", part.value, shape.scale, places, literal(mode, Text()))
            native = _plain_round(part.native, unit, mode)
            return Part(value, kind, Shape(kept_scale, limit), part.is_nullable, size=3 * size, native=native)
        else:
            value = call("fl_round", best(part), shape.scale, places, literal(mode, Text()))
        return Part(value, kind, Shape(kept_scale, limit), part.is_nullable, size=size)

    def round_by(self, part: Part, places: Part, mode: str, kind: Kind) -> Part:
        """Rounding to places that differ from row to row; not to be done is blank."""
        shape = part.number
        value = call(
            "fl_round_by", best(part), shape.scale, best(places), places.number.scale, literal(mode, Text())
        )
        limit = 10 * shape.limit + 10 ** (30 + shape.scale)
        error = no_result(value, part.size + places.size + 2, (part, places))
        return Part(value, kind, Shape(shape.scale, limit), True, error, size=part.size + places.size + 2)

    def compare(self, operator: str, left: Part, right: Part) -> ColumnElement[bool]:
        """NULL when a side is. A constant is scaled to the other side, which stays bare for indexes."""
        if right.is_constant and not left.is_constant:
            return self._compare_constant(operator, left, right)
        if left.is_constant and not right.is_constant:
            return self._compare_constant(TURNED.get(operator, operator), right, left)
        scale = max(left.number.scale, right.number.scale)
        factors = (10 ** (scale - left.number.scale), 10 ** (scale - right.number.scale))
        is_narrow = all(one.number.at(scale).is_narrow for one in (left, right))
        relation: Relation = RELATIONS[operator]
        if is_narrow:
            return relation(times(left.value, factors[0]), times(right.value, factors[1]))
        exact = relation(call("fl_cmp", left.value, factors[0], right.value, factors[1]), 0)
        over, under = native_of(left), native_of(right)
        if over is None or under is None or left.size + right.size > MOST_NATIVE:
            return relation(call("fl_cmp", best(left), factors[0], best(right), factors[1]), 0)
        over, under = times(over, factors[0]), times(under, factors[1])
        return case((func.typeof(over - under) == "real", exact), else_=relation(over, under))

    def _compare_constant(self, operator: str, part: Part, fixed: Part) -> ColumnElement[bool]:
        value = fixed.constant
        if value is None:
            return literal(None, Boolean())
        shape, unscaled = shapes.literal(value)  # type: ignore[arg-type]
        drop = shape.scale - part.number.scale
        bound = unscaled * 10**-drop if drop <= 0 else unscaled // 10**drop
        if drop > 0:  # more places than the column has: between two of its values
            if operator in ("eq", "ne"):
                is_there = part.value.is_not(null())
                answer = literal(operator == "ne")
                return case((is_there, answer)) if part.is_nullable else answer
            operator = {"lt": "le", "ge": "gt"}.get(operator, operator)
        relation: Relation = RELATIONS[operator]
        if part.number.is_narrow:
            beyond = min(part.number.limit + 1, LARGEST)
            return relation(part.value, whole(max(-beyond, min(beyond, bound))))
        if part.native is not None and part.is_product and abs(bound) <= _LENIENT:
            return relation(part.native, whole(bound))
        if part.native is not None and abs(bound) <= _LENIENT:
            exact = relation(call("fl_cmp", part.value, 1, whole(bound), 1), 0)
            return case(
                (func.typeof(part.native) == "real", exact), else_=relation(part.native, whole(bound))
            )
        return relation(call("fl_cmp", best(part), 1, whole(bound), 1), 0)

    def is_zero(self, part: Part) -> ColumnElement[bool]:
        return self.compare("eq", part, self.constant(0))

    def text(self, part: Part) -> Sql:
        """As `&` writes it."""
        return func.fl_text(best(part), literal(part.number.scale, BigInteger()), type_=Text())

    def shared(self, parts: Sequence[Part]) -> tuple[list[Sql], Shape]:
        """The values brought to one scale: branches of one result, members of one list."""
        shape = shapes.union(*(part.number for part in parts))
        return [self._at(part, shape.scale) for part in parts], shape

    def _at(self, part: Part, scale: int) -> Sql:
        if part.is_constant:
            return null() if part.constant is None else whole(_scaled_constant(part, scale))
        factor = 10 ** (scale - part.number.scale)
        if factor == 1:
            return best(part)
        if part.number.at(scale).is_narrow:
            return times(part.value, factor)
        return call("fl_mul", best(part), factor)

    def units(self, part: Part, places: int = 0) -> Sql:
        """The whole number of units of 10^-places, cut towards zero, kept inside 64 bits."""
        moved = self.round(part, places, "down", part.kind)
        value = self._at(moved, places)
        if moved.number.at(places).is_narrow:
            return value
        return call("fl_clamp", value)

    def order(self, part: Part) -> Sql:
        """What to sort by."""
        return part.value if part.number.is_narrow else func.fl_key(best(part), type_=Text())


def _plain_quotient(left: Part, right: Part, shift: int) -> Sql | None:
    """Half up in integers. A dividend that is too long for it comes out REAL, and so does the quotient."""
    is_simple = left.number.is_narrow and right.number.is_narrow and left.size + right.size <= CHEAP
    if shift < 0 or not is_simple:
        return None
    over, under = left.value, right.value
    doubled = func.abs(times(over, 10**shift)) * 2 + func.abs(under)
    quotient = doubled.op("/", precedence=8)(func.abs(under) * 2)
    return case(((over < 0) != (under < 0), -quotient), else_=quotient)


def _plain_round(value: Sql, unit: int, mode: str) -> Sql:
    if mode == "down":
        return value.op("/", precedence=8)(whole(unit))
    if mode == "floor":
        return case(
            (value < 0, (value - whole(unit - 1)).op("/", precedence=8)(whole(unit))),
            else_=value.op("/", precedence=8)(whole(unit)),
        )
    more = unit // 2 if mode == "half" else unit - 1
    return case(
        (value < 0, (value - whole(more)).op("/", precedence=8)(whole(unit))),
        else_=(value + whole(more)).op("/", precedence=8)(whole(unit)),
    )

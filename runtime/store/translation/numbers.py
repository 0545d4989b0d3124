"""Numbers: + - * / % ^ and rounding.

In: calls with numeric arguments. Out: `OPERATORS`. What differs between the engines is in `scaled.py`
and `numeric.py`; here are the language's rules: a blank operand makes a blank, division by zero is an
error, `+` and `-` of dates are `dates.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import BigInteger, and_, case, func, literal, null

from expressions.kinds import Kind
from expressions.nodes import Call
from runtime.store.exact import PRECISION
from runtime.store.translation import dates
from runtime.store.translation.context import Context, Operator, blank_part
from runtime.store.translation.parts import Flag, Part, all_present, any_failed

MOST_PLACES = 30


def with_errors(result: Part, operands: list[Part], *own: Flag | None) -> Part:
    """The result of a strict operator: blank with its operands, failed with them or by itself."""
    return result.also_failed(*(part.error for part in operands), *own)


def blank_operand(context: Context, kind: Kind, operands: list[Part]) -> Part | None:
    """Blank when an operand is the constant BLANK."""
    if any(part.is_blank_constant for part in operands):
        return blank_part(context, kind, any_failed(part.error for part in operands))
    return None


def add(context: Context, node: Call) -> Part:
    if node.kind.name in ("date", "datetime"):
        return dates.plus(context, node, 1)
    return _fold(context, node, lambda a, b: context.numbers.add(a, b, node.kind))


def subtract(context: Context, node: Call) -> Part:
    if node.kind.name in ("date", "datetime"):
        return dates.plus(context, node, -1)
    if node.arguments[0].kind.name in ("date", "datetime"):
        return dates.difference(context, node)
    return _fold(context, node, lambda a, b: context.numbers.add(a, b, node.kind, -1))


def multiply(context: Context, node: Call) -> Part:
    return _fold(context, node, lambda a, b: context.numbers.multiply(a, b, node.kind))


def _fold(context: Context, node: Call, combine: Callable[[Part, Part], Part]) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    if blank is not None:
        return blank
    result = operands[0]
    flags = [part.error for part in operands]
    for operand in operands[1:]:
        result = combine(replace(result, error=None), operand)
        flags.append(result.error)
    return replace(result, error=any_failed(flags), kind=node.kind)


def divide(context: Context, node: Call) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    if blank is not None:
        return blank
    left, right = operands
    result = context.numbers.divide(left, right, node.kind)
    return with_errors(result, operands, _by_zero(context, left, right))


def _by_zero(context: Context, left: Part, right: Part) -> Flag | None:
    if right.is_constant and right.constant:
        return None
    size = left.size + 2 * right.size + 4
    is_zero = context.numbers.is_zero
    return Flag(lambda: and_(all_present((left, right)), func.coalesce(is_zero(right), literal(False))), size)


def modulo(context: Context, node: Call) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    if blank is not None:
        return blank
    left, right = operands
    result = context.numbers.modulo(left, right, node.kind)
    return with_errors(result, operands, _by_zero(context, left, right))


def power(context: Context, node: Call) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    if blank is not None:
        return blank
    left, right = operands
    return with_errors(context.numbers.power(left, right, node.kind), operands)


def negate(context: Context, node: Call) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    return blank or with_errors(context.numbers.negate(operands[0], node.kind), operands)


def absolute(context: Context, node: Call) -> Part:
    operands = context.numbers_of(node.arguments)
    blank = blank_operand(context, node.kind, operands)
    return blank or with_errors(context.numbers.absolute(operands[0], node.kind), operands)


def sign(context: Context, node: Call) -> Part:
    (one,) = context.numbers_of(node.arguments)
    numbers, zero = context.numbers, context.numbers.constant(0)
    is_less, is_more = numbers.compare("lt", one, zero), numbers.compare("gt", one, zero)
    whole = BigInteger()
    found = case((is_less, literal(-1, whole)), (is_more, literal(1, whole)), else_=literal(0, whole))
    if one.is_nullable:
        found = case((one.value.is_not(null()), found))
    result = numbers.integer(found, node.kind, 1, is_nullable=one.is_nullable, size=3 * one.size + 5)
    return with_errors(result, [one])


def rounding(mode: str) -> Operator:
    def rounded(context: Context, node: Call) -> Part:
        operands = context.numbers_of(node.arguments)
        blank = blank_operand(context, node.kind, operands)
        if blank is not None:
            return blank
        places = context.numbers.constant(0) if len(operands) < 2 else operands[1]
        if places.is_constant and abs(int(places.constant)) <= MOST_PLACES:  # type: ignore[call-overload]
            result = _rounded(context, operands[0], int(places.constant), mode, node.kind)  # type: ignore[call-overload]
        else:
            result = context.numbers.round_by(operands[0], places, mode, node.kind)
        return with_errors(result, operands)

    return rounded


def _rounded(context: Context, one: Part, places: int, mode: str, kind: Kind) -> Part:
    """A number with more than 34 digits at that many places is refused, as by the context."""
    if mode == "floor" or places <= one.number.scale or one.number.at(places).limit < 10**PRECISION:
        return context.numbers.round(one, places, mode, kind)
    return context.numbers.round_by(one, context.numbers.constant(places), mode, kind)


OPERATORS: Mapping[str, Operator] = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "div": divide,
    "mod": modulo,
    "MOD": modulo,
    "pow": power,
    "neg": negate,
    "ABS": absolute,
    "SIGN": sign,
    "INT": rounding("floor"),
    "TRUNC": rounding("down"),
    "ROUND": rounding("half"),
    "ROUNDUP": rounding("up"),
    "ROUNDDOWN": rounding("down"),
}

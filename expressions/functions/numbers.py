"""Numbers: rounding and remainders, exact and half away from zero.

In: `int` or `Decimal`, never blank. Out: `ENTRIES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Decimal

from expressions import bounds
from expressions.evaluation import CONTEXT, Number, fail, modulo, round_to, whole
from expressions.functions.entry import Example, Function, Parameter, always, constant_int, like
from expressions.functions.operators import rest_kind
from expressions.kinds import Kind, number
from expressions.nodes import Node

MOST_PLACES = 30


def round_half_up(value: Number, places: Number = 0) -> Decimal:
    return round_to(value, whole(places))


def round_up(value: Number, places: Number = 0) -> Decimal:
    """Away from zero."""
    return _rounded(value, whole(places), ROUND_UP)


def round_down(value: Number, places: Number = 0) -> Decimal:
    """Towards zero."""
    return _rounded(value, whole(places), ROUND_DOWN)


def floor(value: Number) -> Decimal:
    return Decimal(value).to_integral_value(ROUND_FLOOR)


def absolute(value: Number) -> Number:
    return -value if value < 0 else value


def sign(value: Number) -> int:
    return (value > 0) - (value < 0)


def _rounded(value: Number, places: int, rounding: str) -> Decimal:
    if abs(places) > MOST_PLACES:
        fail("#NUM!")
    found = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=rounding, context=CONTEXT)
    return found if places >= 0 else CONTEXT.quantize(found, Decimal(1))


def _rounded_kind(arguments: Sequence[Node]) -> Kind:
    return bounds.rounded(arguments[0].kind, constant_int(arguments, 1, 0))


def _whole_kind(arguments: Sequence[Node]) -> Kind:
    return bounds.rounded(arguments[0].kind, 0)


_NUMBER = Parameter("number", "数字", "number")
_PLACES = Parameter("places", "位数", "number", is_optional=True, default="0")

ENTRIES = (
    Function(
        "ABS",
        "绝对值",
        "number",
        (_NUMBER,),
        like(0),
        "去掉负号",
        "Without the sign",
        (Example("ABS(-2.5)", "2.5"),),
        python=absolute,
    ),
    Function(
        "SIGN",
        "正负号",
        "number",
        (_NUMBER,),
        always(number(1, 0)),
        "正数 1，零 0，负数 -1",
        "1 for positive, 0 for zero, -1 for negative",
        (Example("SIGN(-3)", "-1"), Example("SIGN(0)", "0")),
        python=sign,
    ),
    Function(
        "INT",
        "取整",
        "number",
        (_NUMBER,),
        _whole_kind,
        "不大于它的最大整数",
        "The greatest whole number not above it",
        (Example("INT(2.7)", "2"), Example("INT(-2.5)", "-3")),
        python=floor,
        aliases=("向下取整",),
    ),
    Function(
        "TRUNC",
        "截尾",
        "number",
        (_NUMBER, _PLACES),
        _rounded_kind,
        "向零截去多余小数",
        "Cuts off towards zero",
        (Example("TRUNC(-2.7)", "-2"), Example("TRUNC(2.789, 2)", "2.78")),
        python=round_down,
        may_fail=True,
    ),
    Function(
        "ROUND",
        "四舍五入",
        "number",
        (_NUMBER, _PLACES),
        _rounded_kind,
        "四舍五入，0.5 总是远离零；负位数表示整十、整百",
        "Rounds half away from zero; negative places round to tens, hundreds …",
        (
            Example("ROUND(3.456, 2)", "3.46"),
            Example("ROUND(-2.5)", "-3"),
            Example("ROUND(1234, -2)", "1200"),
            Example("ROUND(1.005, 2)", "1.01"),
        ),
        python=round_half_up,
        may_fail=True,
    ),
    Function(
        "ROUNDUP",
        "向上舍入",
        "number",
        (_NUMBER, _PLACES),
        _rounded_kind,
        "向远离零的方向舍入",
        "Rounds away from zero",
        (Example("ROUNDUP(2.1)", "3"), Example("ROUNDUP(-2.11, 1)", "-2.2")),
        python=round_up,
        may_fail=True,
    ),
    Function(
        "ROUNDDOWN",
        "向下舍入",
        "number",
        (_NUMBER, _PLACES),
        _rounded_kind,
        "向零的方向舍入",
        "Rounds towards zero",
        (Example("ROUNDDOWN(2.9)", "2"), Example("ROUNDDOWN(-2.19, 1)", "-2.1")),
        python=round_down,
        may_fail=True,
    ),
    Function(
        "MOD",
        "求余",
        "number",
        (_NUMBER, Parameter("divisor", "除数", "number")),
        rest_kind,
        "余数，符号随除数",
        "The remainder, with the divisor's sign",
        (Example("MOD(7, 3)", "1"), Example("MOD(-7, 3)", "2"), Example("MOD(1, 0)", "#DIV/0!")),
        python=modulo,
        may_fail=True,
    ),
)

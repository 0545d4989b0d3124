"""The operators, by their canonical names, and the conversions that the checker puts in.

In: kinds of operands. Out: `ENTRIES`. The compiler writes operators inline; `python` is set only where
a rule needs more than Python's own operator.

`add`, `mul`, `concat`, `and`, `or` take two or more operands (left fold). `add` and `sub` also mean
date + number = date, date − date = days (number), datetime + number = datetime (days of 24 hours) and
datetime − datetime = days rounded to ten places. `in` is (item, list).
"""

from __future__ import annotations

from collections.abc import Sequence

from expressions import bounds
from expressions.evaluation import divide, local_date, modulo, power
from expressions.functions import texts
from expressions.functions.entry import Function, Parameter, always
from expressions.kinds import BOOL, DATE, TEXT, Kind, list_of, number
from expressions.nodes import Node

DAYS_BETWEEN = number(7, 0)  # from year 1 to year 9999


def _sum_kind(arguments: Sequence[Node]) -> Kind:
    for one in arguments:
        if one.kind.name in ("date", "datetime"):
            return one.kind
    return bounds.added(one.kind for one in arguments)


def _difference_kind(arguments: Sequence[Node]) -> Kind:
    left, right = arguments[0].kind, arguments[1].kind
    if left.name == "date" and right.name == "date":
        return DAYS_BETWEEN
    if left.name == "datetime" and right.name == "datetime":
        return number(17, 10)
    return left if left.name in ("date", "datetime") else bounds.added((left, right))


def _product_kind(arguments: Sequence[Node]) -> Kind:
    return bounds.multiplied(one.kind for one in arguments)


def _quotient_kind(arguments: Sequence[Node]) -> Kind:
    return bounds.divided(arguments[0].kind, arguments[1].kind)


def rest_kind(arguments: Sequence[Node]) -> Kind:
    left, right = arguments[0].kind, arguments[1].kind
    return bounds.bounded(bounds.whole_digits(right), max(left.scale, right.scale))


def _label_kind(arguments: Sequence[Node]) -> Kind:
    return list_of(TEXT) if arguments[0].kind.is_list else TEXT


_A, _B = Parameter("a", "甲", "number"), Parameter("b", "乙", "number")
_X, _Y = Parameter("x", "甲", "same"), Parameter("y", "乙", "same")
_P, _Q = Parameter("p", "甲", "bool"), Parameter("q", "乙", "bool", is_repeated=True)


def _compare(name: str, zh: str, en: str) -> Function:
    blanks = "own" if name in ("eq", "ne") else "pass"
    return Function(name, "", "operator", (_X, _Y), always(BOOL), zh, en, blanks=blanks)  # type: ignore[arg-type]


ENTRIES = (
    Function(
        "or",
        "或",
        "operator",
        (_P, _Q),
        always(BOOL),
        "任一成立；空算不成立",
        "Any holds; blank counts as false",
        blanks="own",
    ),
    Function(
        "and",
        "且",
        "operator",
        (_P, _Q),
        always(BOOL),
        "全部成立；空算不成立",
        "All hold; blank counts as false",
        blanks="own",
    ),
    Function(
        "not",
        "非",
        "operator",
        (_P,),
        always(BOOL),
        "不成立；空算不成立，结果为真",
        "Does not hold; of a blank it is true",
        blanks="own",
    ),
    _compare("eq", "等于；空等于空", "Equal; blank equals blank"),
    _compare("ne", "不等于；空与有值不等", "Not equal; blank differs from any value"),
    _compare("lt", "小于；有空则为空", "Less; blank when either is blank"),
    _compare("le", "小于或等于", "Less or equal"),
    _compare("gt", "大于", "Greater"),
    _compare("ge", "大于或等于", "Greater or equal"),
    Function(
        "in",
        "属于",
        "operator",
        (_X, Parameter("list", "列表", "list")),
        always(BOOL),
        "是列表中的一项；空不属于任何列表",
        "Is one of the list; a blank never is",
        shape="member",
        blanks="own",
    ),
    Function(
        "concat",
        "",
        "operator",
        (Parameter("a", "甲", "shown"), Parameter("b", "乙", "shown", is_repeated=True)),
        always(TEXT),
        "连接文本；空当作没有",
        "Joins texts; blank adds nothing",
        blanks="own",
        may_fail=True,
        may_be_blank=True,
    ),
    Function(
        "add",
        "",
        "operator",
        (_A, Parameter("b", "乙", "number", is_repeated=True)),
        _sum_kind,
        "相加；日期加天数",
        "Adds; a date plus days",
    ),
    Function(
        "sub",
        "",
        "operator",
        (_A, _B),
        _difference_kind,
        "相减；两个日期相减得天数",
        "Subtracts; two dates give days",
    ),
    Function(
        "mul",
        "",
        "operator",
        (_A, Parameter("b", "乙", "number", is_repeated=True)),
        _product_kind,
        "相乘",
        "Multiplies",
    ),
    Function(
        "div",
        "",
        "operator",
        (_A, _B),
        _quotient_kind,
        "相除，四舍五入到 10 位小数",
        "Divides, rounded half up to 10 decimal places",
        python=divide,
        may_fail=True,
    ),
    Function(
        "mod",
        "",
        "operator",
        (_A, _B),
        rest_kind,
        "余数，符号随除数",
        "Remainder, with the divisor's sign",
        python=modulo,
        may_fail=True,
    ),
    Function(
        "pow",
        "",
        "operator",
        (_A, _B),
        always(bounds.bounded(41, 10)),
        "乘方，四舍五入到 10 位小数",
        "Power, rounded half up to 10 decimal places",
        python=power,
        may_fail=True,
    ),
    Function("neg", "", "operator", (_A,), lambda arguments: arguments[0].kind, "取负", "Negates"),
    Function(
        "LABEL",
        "",
        "internal",
        (Parameter("option", "选项", "any"),),
        _label_kind,
        "选项的名称，按使用者的语言",
        "An option's label in Env.language",
        is_internal=True,
    ),
    Function(
        "TODATE",
        "",
        "internal",
        (Parameter("moment", "时间", "moment"),),
        always(DATE),
        "时间在企业时区的日期",
        "The calendar day of an instant in Env.zone",
        python=local_date,
        takes_env=True,
        is_internal=True,
    ),
    Function(
        "ASTEXT",
        "",
        "internal",
        (Parameter("value", "值", "scalar"),),
        always(TEXT),
        "值的文本形式",
        "A number, date, datetime or yes/no as `&` writes it",
        python=texts.as_text,
        takes_env=True,
        is_internal=True,
    ),
)

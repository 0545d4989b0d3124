"""Aggregates: one value of many. They become `Aggregate` nodes, never calls.

In: kinds of items. Out: `ENTRIES`. Blanks are skipped: SUM and COUNT of nothing are 0; AVERAGE, MIN
and MAX of nothing are blank. COUNT and COUNTA both count values that are not blank (Excel's COUNT
counts numbers only). COUNTDISTINCT(x) is COUNT(DISTINCT x): function COUNT with `is_distinct`.
"""

from __future__ import annotations

from collections.abc import Sequence

from expressions import bounds
from expressions.evaluation import DIVISION_PLACES
from expressions.functions.entry import Example, Function, Parameter, always
from expressions.kinds import Kind, number
from expressions.nodes import Items, Node

_VALUES = (Parameter("values", "值", "numbers", is_repeated=True),)
_ORDERED = (Parameter("values", "值", "list", is_repeated=True),)
_ANY = (Parameter("values", "值", "list", is_optional=True, is_repeated=True),)


def _item(arguments: Sequence[Node]) -> Kind:
    kind = arguments[0].kind
    return kind.item if kind.is_list and kind.item else kind


def _growth(arguments: Sequence[Node]) -> int:
    node = arguments[0]
    if isinstance(node, Items) and not any(one.kind.is_list for one in node.items):
        return len(str(len(node.items)))
    return bounds.LIST_DIGITS if node.kind.is_list else bounds.ROW_DIGITS


def _sum_kind(arguments: Sequence[Node]) -> Kind:
    item = _item(arguments)
    return bounds.bounded(bounds.whole_digits(item) + _growth(arguments), item.scale)


def _average_kind(arguments: Sequence[Node]) -> Kind:
    return bounds.bounded(bounds.whole_digits(_item(arguments)) + 1, DIVISION_PLACES)


COUNT_KIND = number(bounds.ROW_DIGITS, 0)

ENTRIES = (
    Function(
        "SUM",
        "求和",
        "aggregate",
        _VALUES,
        _sum_kind,
        "各值之和，跳过空；没有值为 0",
        "The sum, skipping blanks; of nothing it is 0",
        (Example("SUM(1, 2, BLANK)", "3"), Example("SUM([1.5, 2.5])", "4")),
        shape="aggregate",
        blanks="own",
    ),
    Function(
        "AVERAGE",
        "平均值",
        "aggregate",
        _VALUES,
        _average_kind,
        "平均数，跳过空；没有值为空；四舍五入到 10 位小数",
        "The mean, skipping blanks, rounded half up to 10 places; of nothing it is blank",
        (Example("AVERAGE(1, 2, BLANK)", "1.5"), Example("AVERAGE(BLANK)", "BLANK")),
        aliases=("AVG", "平均"),
        shape="aggregate",
        blanks="own",
        may_be_blank=True,
    ),
    Function(
        "MIN",
        "最小值",
        "aggregate",
        _ORDERED,
        _item,
        "最小或最早的值，跳过空",
        "The least or earliest, skipping blanks",
        (
            Example("MIN(3, 1, 2)", "1"),
            Example("MIN(#2024-02-29#, #2024-01-31#)", "#2024-01-31#"),
            Example("MIN(BLANK)", "BLANK"),
        ),
        aliases=("最小",),
        shape="aggregate",
        blanks="own",
        may_be_blank=True,
    ),
    Function(
        "MAX",
        "最大值",
        "aggregate",
        _ORDERED,
        _item,
        "最大或最晚的值，跳过空",
        "The greatest or latest, skipping blanks",
        (Example("MAX(3, 1, 2)", "3"), Example("MAX(BLANK, 1)", "1")),
        aliases=("最大",),
        shape="aggregate",
        blanks="own",
        may_be_blank=True,
    ),
    Function(
        "COUNT",
        "计数",
        "aggregate",
        _ANY,
        always(COUNT_KIND),
        "不为空的个数；COUNT() 数记录；COUNT(DISTINCT x) 数不同的值",
        "How many are not blank; COUNT() counts records; COUNT(DISTINCT x) counts different values",
        (Example("COUNT(1, BLANK, 3)", "2"), Example("COUNT(DISTINCT [1, 1, 2])", "2")),
        shape="aggregate",
        blanks="own",
    ),
    Function(
        "COUNTA",
        "非空计数",
        "aggregate",
        _ORDERED,
        always(COUNT_KIND),
        "不为空的个数",
        "How many are not blank",
        (Example('COUNTA("a", "", "b")', "2"),),
        shape="aggregate",
        blanks="own",
    ),
    Function(
        "COUNTDISTINCT",
        "去重计数",
        "aggregate",
        _ORDERED,
        always(COUNT_KIND),
        "不同的值的个数，跳过空",
        "How many different values, skipping blanks",
        (Example('COUNTDISTINCT(["a", "b", "a"])', "2"),),
        shape="aggregate",
        blanks="own",
    ),
)

"""Logic: conditions, choices between values, blanks and errors.

In: kinds of arguments. Out: `ENTRIES`. Nearly all are lazy, so the compiler writes them inline
(`expressions/compiling/`); what an unchosen branch would do (an error, say) never happens.
"""

from __future__ import annotations

from collections.abc import Sequence

from expressions import bounds
from expressions.functions.entry import Example, Function, Parameter, always
from expressions.kinds import BOOL, NULL, Kind
from expressions.nodes import Node


def common_kind(nodes: Sequence[Node]) -> Kind:
    """The kind of a value that is one of these; the checker has brought them to one name before."""
    kinds = [one.kind for one in nodes if one.kind.name != "null"]
    if not kinds:
        return NULL
    if all(one.is_number for one in kinds):
        return bounds.union(kinds)
    return kinds[0]


def _if_kind(arguments: Sequence[Node]) -> Kind:
    return common_kind(arguments[1:])


def _ifs_kind(arguments: Sequence[Node]) -> Kind:
    return common_kind(branches_of_ifs(arguments))


def _switch_kind(arguments: Sequence[Node]) -> Kind:
    return common_kind(branches_of_switch(arguments))


def branches_of_ifs(arguments: Sequence[Node]) -> list[Node]:
    """The results of IFS(condition, result, …[, else])."""
    results = list(arguments[1::2])
    return [*results, arguments[-1]] if len(arguments) % 2 else results


def branches_of_switch(arguments: Sequence[Node]) -> list[Node]:
    """The results of SWITCH(value, case, result, …[, else])."""
    results = list(arguments[2::2])
    return [*results, arguments[-1]] if len(arguments) % 2 == 0 else results


_CONDITION = Parameter("condition", "条件", "bool")
_MORE = Parameter("condition", "条件", "bool", is_optional=True, is_repeated=True)
_VALUE = Parameter("value", "值", "any")

ENTRIES = (
    Function(
        "IF",
        "如果",
        "logic",
        (
            _CONDITION,
            Parameter("then", "成立时", "same"),
            Parameter("otherwise", "否则", "same", is_optional=True),
        ),
        _if_kind,
        "条件成立取前者，否则取后者；条件为空算不成立",
        "The first value when the condition holds, else the second; a blank condition does not hold",
        (
            Example('IF(2 > 1, "a", "b")', '"a"'),
            Example("IF(BLANK, 1, 2)", "2"),
            Example("IF(FALSE, 1)", "BLANK"),
        ),
        shape="if",
        blanks="own",
    ),
    Function(
        "IFS",
        "多条件",
        "logic",
        (_CONDITION, Parameter("value", "值", "same", is_repeated=True)),
        _ifs_kind,
        "取第一个成立条件后面的值；末尾单独一个值是“否则”；都不成立为空",
        "The value after the first condition that holds; a last single value is the else; blank if none",
        (
            Example('IFS(1 > 2, "a", 2 > 1, "b")', '"b"'),
            Example('IFS(1 > 2, "a", "z")', '"z"'),
            Example("IFS(FALSE, 1)", "BLANK"),
        ),
        shape="ifs",
        blanks="own",
    ),
    Function(
        "SWITCH",
        "匹配",
        "logic",
        (_VALUE, Parameter("case", "情形", "same"), Parameter("result", "结果", "same", is_repeated=True)),
        _switch_kind,
        "与各情形比较，取相等那个后面的结果；末尾单独一个值是“否则”；空与空相等",
        "Compares with each case and gives the result after the equal one; a last single value is the else; "
        "blank matches blank",
        (
            Example('SWITCH(2, 1, "a", 2, "b", "z")', '"b"'),
            Example('SWITCH(9, 1, "a", "z")', '"z"'),
            Example('SWITCH(BLANK, 1, "a", BLANK, "none")', '"none"'),
        ),
        shape="switch",
        blanks="own",
    ),
    Function(
        "AND",
        "全部成立",
        "logic",
        (_CONDITION, _MORE),
        always(BOOL),
        "全部条件成立；空算不成立",
        "True when all hold; blank counts as false; stops at the first that does not hold",
        (Example("AND(1 < 2, 2 < 3)", "TRUE"), Example("AND(TRUE, BLANK)", "FALSE")),
        aliases=("且", "并且"),
        blanks="own",
    ),
    Function(
        "OR",
        "任一成立",
        "logic",
        (_CONDITION, _MORE),
        always(BOOL),
        "任一条件成立；空算不成立",
        "True when any holds; blank counts as false; stops at the first that holds",
        (Example("OR(1 > 2, 2 < 3)", "TRUE"), Example("OR(FALSE, BLANK)", "FALSE")),
        aliases=("或", "或者"),
        blanks="own",
    ),
    Function(
        "XOR",
        "异或",
        "logic",
        (_CONDITION, _MORE),
        always(BOOL),
        "成立的条件个数为奇数",
        "True when an odd number of conditions hold; blank counts as false",
        (Example("XOR(TRUE, FALSE)", "TRUE"), Example("XOR(TRUE, TRUE)", "FALSE")),
        blanks="own",
    ),
    Function(
        "COALESCE",
        "取首个非空",
        "logic",
        (Parameter("value", "值", "same", is_repeated=True),),
        common_kind,
        "第一个不为空的值",
        "The first value that is not blank",
        (
            Example("COALESCE(BLANK, 2, 3)", "2"),
            Example('COALESCE("", "x")', '"x"'),
            Example("COALESCE(BLANK, 0)", "0"),
        ),
        aliases=("BLANKVALUE",),
        blanks="own",
    ),
    Function(
        "ISEMPTY",
        "为空",
        "logic",
        (_VALUE,),
        always(BOOL),
        "没有值、空文本或空列表；0 和“否”不是空",
        "True for no value, empty text and an empty list; 0 and FALSE are not empty",
        (Example('ISEMPTY("")', "TRUE"), Example("ISEMPTY(0)", "FALSE"), Example("ISEMPTY(FALSE)", "FALSE")),
        aliases=("ISBLANK", "是空"),
        shape="emptiness",
        blanks="own",
    ),
    Function(
        "ISNOTEMPTY",
        "不为空",
        "logic",
        (_VALUE,),
        always(BOOL),
        "有值",
        "True when there is a value",
        (Example('ISNOTEMPTY("a")', "TRUE"), Example("ISNOTEMPTY(BLANK)", "FALSE")),
        aliases=("非空",),
        shape="emptiness",
        blanks="own",
    ),
    Function(
        "IFERROR",
        "出错则",
        "logic",
        (Parameter("value", "值", "same"), Parameter("fallback", "出错时", "same")),
        common_kind,
        "算不出来时取后者；空不是错误",
        "The second value when the first is an error; blank is no error",
        (Example("IFERROR(1 / 0, 7)", "7"), Example("IFERROR(6 / 3, 7)", "2")),
        blanks="own",
    ),
    Function(
        "ISERROR",
        "是错误",
        "logic",
        (_VALUE,),
        always(BOOL),
        "算不出来时为真",
        "True when the value is an error",
        (Example("ISERROR(1 / 0)", "TRUE"), Example("ISERROR(1)", "FALSE")),
        blanks="own",
    ),
    Function(
        "BETWEEN",
        "介于",
        "logic",
        (
            Parameter("value", "值", "same"),
            Parameter("low", "下限", "same"),
            Parameter("high", "上限", "same"),
        ),
        always(BOOL),
        "在上下限之间，含两端；有空则为空",
        "Inside the limits, both included; blank when any is blank",
        (
            Example("BETWEEN(2, 1, 2)", "TRUE"),
            Example("BETWEEN(3, 1, 2)", "FALSE"),
            Example("BETWEEN(BLANK, 1, 2)", "BLANK"),
        ),
        shape="between",
    ),
    Function(
        "INLIST",
        "包含于",
        "logic",
        (Parameter("value", "值", "same"), Parameter("list", "列表", "list")),
        always(BOOL),
        "是列表中的一项；空不属于任何列表",
        "Is one of the list; a blank never is",
        (Example('INLIST("a", ["a", "b"])', "TRUE"), Example("INLIST(3, [1, 2])", "FALSE")),
        shape="member",
        blanks="own",
    ),
)

"""A slow interpreter of checked nodes, written from the language's page and not from the compiler.

In: a node, a row, an environment. Out: a value, an `ErrorValue` or None. Used by tests only: what it
and the compiler disagree about is a mistake in one of them. Functions that compute one value from
values are the registry's own; everything about blanks, errors, laziness and lists is said again here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from expressions.evaluation import CONTEXT, Env, ErrorValue, Failure, divide
from expressions.functions import REGISTRY
from expressions.functions import dates
from expressions.functions.texts import as_text, join
from expressions.names import option_label
from expressions.nodes import Aggregate, Call, Const, Field, Follow, Items, Lines, Node, Parent, Setting

Row = Mapping[str, Any]


@dataclass(frozen=True)
class At:
    """The row at hand and the one around it."""

    row: Row
    above: At | None


def interpret(node: Node, row: Row, env: Env, rows: Iterable[Row] = ()) -> Any:
    with localcontext(CONTEXT):
        found = _Interpreter(env, list(rows)).value(node, At(row, At(env.parent or {}, None)))
    return tuple(found) if isinstance(found, list) else found


def _blank(value: Any) -> Any:
    return None if value is None or (isinstance(value, (str, tuple, list)) and not value) else value


class _Interpreter:
    def __init__(self, env: Env, rows: list[Row]) -> None:
        self.env = env
        self.rows = rows

    def value(self, node: Node, at: At) -> Any:
        try:
            return getattr(self, type(node).__name__.lower())(node, at)
        except Failure as failure:
            return failure.value
        except ArithmeticError:
            return ErrorValue("#NUM!")

    # --- leaves ---

    def const(self, node: Const, at: At) -> Any:
        return node.value

    def field(self, node: Field, at: At) -> Any:
        return _blank(at.row.get(node.field))

    def parent(self, node: Parent, at: At) -> Any:
        assert at.above is not None
        return self.value(node.body, at.above)

    def follow(self, node: Follow, at: At) -> Any:
        link = self.value(node.link, at)
        row = self.env.related.get(node.form, {}).get(link)
        return self.value(node.body, At(row, None)) if row is not None else None

    def setting(self, node: Setting, at: At) -> Any:
        value = self.env.settings.get(node.form, {}).get(node.field)
        if node.column is not None:
            return [line.get(node.column) for line in value or ()]
        return _blank(value)

    def lines(self, node: Lines, at: At) -> Any:
        found = [self.value(node.body, At(line, at)) for line in at.row.get(node.subform) or ()]
        return next((one for one in found if isinstance(one, ErrorValue)), found)

    def items(self, node: Items, at: At) -> Any:
        found: list[Any] = []
        for one in node.items:
            value = self.value(one, at)
            if isinstance(value, ErrorValue):
                return value
            found.extend(value or () if one.kind.is_list else [value])
        return found

    # --- aggregates ---

    def aggregate(self, node: Aggregate, at: At) -> Any:
        if node.over == "rows":
            around = at.above
            values = [True if node.argument is None else self.value(node.argument, At(row, around)) for row in self.rows]
            failed = next((one for one in values if isinstance(one, ErrorValue)), None)
            if failed is not None:
                return failed
        else:
            assert node.argument is not None
            values = self.value(node.argument, at)
            if isinstance(values, ErrorValue):
                return values
        there = [one for one in values or () if _blank(one) is not None]
        return _AGGREGATES[node.function](set(there) if node.is_distinct else there)

    # --- calls ---

    def call(self, node: Call, at: At) -> Any:
        lazy = _LAZY.get(node.function)
        if lazy is not None:
            return lazy(self, node, at)
        values = [self.value(one, at) for one in node.arguments]
        failed = next((one for one in values if isinstance(one, ErrorValue)), None)
        if failed is not None:
            return failed
        strict = _STRICT.get(node.function)
        if strict is not None:
            return _blank(strict(self, node, values))
        entry = REGISTRY[node.function]
        if entry.blanks == "pass" and any(_blank(one) is None for one in values):
            return None
        if node.function in _OPERATORS:
            return _OPERATORS[node.function](node, values)
        assert entry.python is not None
        return _blank(entry.python(*([self.env] if entry.takes_env else []), *values))


def _if(self: _Interpreter, node: Call, at: At) -> Any:
    condition = self.value(node.arguments[0], at)
    if isinstance(condition, ErrorValue):
        return condition
    if condition is True:
        return self.value(node.arguments[1], at)
    return self.value(node.arguments[2], at) if len(node.arguments) > 2 else None


def _ifs(self: _Interpreter, node: Call, at: At) -> Any:
    arguments = list(node.arguments)
    while len(arguments) > 1:
        condition = self.value(arguments.pop(0), at)
        result = arguments.pop(0)
        if isinstance(condition, ErrorValue):
            return condition
        if condition is True:
            return self.value(result, at)
    return self.value(arguments[0], at) if arguments else None


def _switch(self: _Interpreter, node: Call, at: At) -> Any:
    subject, *rest = node.arguments
    value = self.value(subject, at)
    if isinstance(value, ErrorValue):
        return value
    while len(rest) > 1:
        case = self.value(rest.pop(0), at)
        result = rest.pop(0)
        if isinstance(case, ErrorValue):
            return case
        if case == value:
            return self.value(result, at)
    return self.value(rest[0], at) if rest else None


def _and(self: _Interpreter, node: Call, at: At) -> Any:
    for one in node.arguments:
        value = self.value(one, at)
        if value is not True:
            return value if isinstance(value, ErrorValue) else False
    return True


def _or(self: _Interpreter, node: Call, at: At) -> Any:
    for one in node.arguments:
        value = self.value(one, at)
        if value is True or isinstance(value, ErrorValue):
            return value
    return False


def _coalesce(self: _Interpreter, node: Call, at: At) -> Any:
    for one in node.arguments:
        value = self.value(one, at)
        if value is not None:
            return value
    return None


def _if_error(self: _Interpreter, node: Call, at: At) -> Any:
    value = self.value(node.arguments[0], at)
    return self.value(node.arguments[1], at) if isinstance(value, ErrorValue) else value


_LAZY: dict[str, Callable[..., Any]] = {
    "IF": _if, "IFS": _ifs, "SWITCH": _switch, "and": _and, "AND": _and, "or": _or, "OR": _or, "COALESCE": _coalesce,
    "IFERROR": _if_error,
    "ISERROR": lambda self, node, at: isinstance(self.value(node.arguments[0], at), ErrorValue),
}  # fmt: skip


def _label(self: _Interpreter, node: Call, values: list[Any]) -> Any:
    kind = node.arguments[0].kind
    choices = (kind.item or kind).choices if kind.is_list else kind.choices
    labels = {one.id: option_label(one, self.env.language) for one in choices}
    return [labels.get(one) for one in values[0] or ()] if kind.is_list else labels.get(values[0])


def _in(self: _Interpreter, node: Call, values: list[Any]) -> Any:
    return values[0] is not None and values[0] in list(values[1] or ())


_STRICT: dict[str, Callable[..., Any]] = {
    "eq": lambda self, node, v: v[0] == v[1],
    "ne": lambda self, node, v: v[0] != v[1],
    "not": lambda self, node, v: v[0] is not True,
    "XOR": lambda self, node, v: sum(one is True for one in v) % 2 == 1,
    "ISEMPTY": lambda self, node, v: _blank(v[0]) is None,
    "ISNOTEMPTY": lambda self, node, v: _blank(v[0]) is not None,
    "LEN": lambda self, node, v: len(v[0] or ""),
    "FILLED_RATIO": lambda self, node, v: divide(sum(_blank(one) is not None for one in v), len(v)),
    "concat": lambda self, node, v: join(*v),
    "in": _in,
    "INLIST": _in,
    "LABEL": _label,
    "CURRENTUSER": lambda self, node, v: self.env.actor_member,
    "ASTEXT": lambda self, node, v: None if v[0] is None else as_text(self.env, v[0]),
    "BUCKET_ASC": lambda self, node, v: 0 if v[0] is None else 1 + sum(1 for c in v[1] or () if c is not None and v[0] >= c),
    "BUCKET_DESC": lambda self, node, v: 0 if v[0] is None else 1 + sum(1 for c in v[1] or () if c is not None and v[0] <= c),
}


def _add(node: Call, values: list[Any]) -> Any:
    kind = node.arguments[0].kind.name
    if kind == "date":
        return dates.add_days(values[0], values[1])
    if kind == "datetime":
        return dates.add_elapsed(values[0], values[1])
    total = Decimal(values[0])
    for one in values[1:]:
        total = CONTEXT.add(total, Decimal(one))
    return total


def _sub(node: Call, values: list[Any]) -> Any:
    left, right = (one.kind.name for one in node.arguments)
    if left == right == "date":
        return (values[0] - values[1]).days
    if left == right == "datetime":
        return dates.elapsed_days(values[0], values[1])
    if left in ("date", "datetime"):
        return _add(node, [values[0], -values[1]])
    return CONTEXT.subtract(Decimal(values[0]), Decimal(values[1]))


def _mul(node: Call, values: list[Any]) -> Any:
    product = Decimal(values[0])
    for one in values[1:]:
        product = CONTEXT.multiply(product, Decimal(one))
    return product


_OPERATORS: dict[str, Callable[[Call, list[Any]], Any]] = {
    "add": _add, "sub": _sub, "mul": _mul, "neg": lambda node, v: -v[0], "lt": lambda node, v: v[0] < v[1],
    "le": lambda node, v: v[0] <= v[1], "gt": lambda node, v: v[0] > v[1], "ge": lambda node, v: v[0] >= v[1],
    "BETWEEN": lambda node, v: v[1] <= v[0] <= v[2],
}  # fmt: skip


def _sum(values: Any) -> Decimal:
    total = Decimal(0)
    for one in values:
        total = CONTEXT.add(total, Decimal(one))
    return total


_AGGREGATES: dict[str, Callable[[Any], Any]] = {
    "SUM": _sum, "COUNT": len, "COUNTA": len, "AVERAGE": lambda v: divide(_sum(v), len(v)) if v else None,
    "MIN": lambda v: min(v, default=None), "MAX": lambda v: max(v, default=None),
}  # fmt: skip

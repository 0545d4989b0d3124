"""Aggregate functions of SQL, over rows: those of a SELECT being made, or of a correlated subquery.

In: a `Scan` and the value of each row. Out: `Part`s; `over_rows` for a measure. Used by `lists.py`.

SQLite's sum() raises where 64 bits end. An exact sum adds the upper and the lower bits apart
(`exact.join`), which costs next to nothing; only what is wide itself goes through `fl_sum`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    and_,
    case,
    distinct,
    false,
    func,
    null,
)

from expressions.kinds import Kind, number
from expressions.nodes import Aggregate
from runtime.store.exact import SHIFT
from runtime.store.translation.comparisons import order_of
from runtime.store.translation.context import Context
from runtime.store.translation.environment import NotTranslatable
from runtime.store.translation.parts import NOT_CONSTANT, Flag, Part, Shape, Sql, flag_size
from runtime.store.translation.sources import Rows, exists_in, scalar_over
from runtime.store.translation.truths import unless_failed

MOST_ROWS = 10**10
_LOWER = (1 << SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Scan:
    """What an aggregate function of SQL goes over: these rows, as far as `only` holds."""

    rows: Rows | None  # None: the rows of the SELECT that is being made
    only: ColumnElement[bool] | None = None

    def of(self, made: Any) -> Sql:
        """The aggregate, filtered; correlated when it goes over rows of its own."""
        if self.rows is not None:
            return scalar_over(self.rows, made)
        own: Sql = made
        return own

    def call(
        self, name: str, *arguments: Any, type_: Any = None, only: ColumnElement[bool] | None = None
    ) -> Any:
        found = getattr(func, name)(*arguments, type_=type_)
        conditions = [one for one in (self.only, only) if one is not None]
        return found.filter(and_(*conditions)) if conditions else found

    def fails(self, flag: Flag | None) -> Flag | None:
        """Failed when a row's value is."""
        if flag is None:
            return None
        if self.rows is not None:
            rows = self.rows
            return Flag(lambda: exists_in(rows, flag.build()), flag.size + 6)
        return Flag(
            lambda: func.coalesce(self.call("max", case((flag.build(), 1), else_=0)), 0) == 1, flag.size + 4
        )


def over_rows(context: Context, node: Aggregate) -> Part:
    if not context.is_grouped:
        raise NotTranslatable(node.function, node.span, "not_a_measure")
    scan = Scan(None, context.only)
    if node.argument is None:
        counted = scan.call("count", *_every_row(context), type_=BigInteger())
        return context.numbers.integer(counted, node.kind, MOST_ROWS, is_nullable=False)
    part = replace(context, is_grouped=False, only=None).whole(node.argument)
    return _of_scan(context, node, scan, _on_a_row(context, part))


def _every_row(context: Context) -> list[Sql]:
    """What to count for every row. PostgreSQL counts the rows of the innermost SELECT that `count(*)` stands
    in, which is not ours once a value is computed aside (`once`): there, a column says whose rows."""
    return [] if context.is_sqlite else [context.row.column("id")]


def _on_a_row(context: Context, part: Part) -> Part:
    """A constant to aggregate, tied to the rows of our SELECT for the same reason."""
    if context.is_sqlite or not part.is_constant or part.is_blank_constant:
        return part
    tied = case((context.row.column("id").is_not(null()), part.value))
    return replace(part, value=tied, constant=NOT_CONSTANT, raw=None)


def _of_scan(context: Context, node: Aggregate, scan: Scan, part: Part) -> Part:
    if node.is_distinct:
        return guarded(distinct_of(context, scan, part, node.kind), scan.fails(part.error))
    return guarded(_SCANS[node.function](context, scan, part, node.kind), scan.fails(part.error))


def guarded(part: Part, error: Flag | None) -> Part:
    if error is None:
        return part
    value, size = unless_failed(part.value, error), part.size + error.size
    return replace(part, value=value, native=None, plain=None, is_nullable=True, size=size).also_failed(error)


# --- over rows ------------------------------------------------------------------------------------------


def sum_of(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
    found = bare_sum(context, scan, part, kind)
    value: Sql = func.coalesce(found.value, 0, type_=BigInteger() if context.is_sqlite else Numeric())
    value = unless_failed(value, found.error)
    size = found.size + flag_size(found.error)
    return replace(found, value=value, is_nullable=found.error is not None, size=size)


def bare_sum(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
    """The sum, NULL over nothing."""
    part = context.number(part)
    shape = Shape(part.number.scale, part.number.limit * MOST_ROWS)
    size = part.size * 2 + 6
    if not context.is_sqlite:
        value = scan.of(scan.call("sum", context.numbers.best(part), type_=Numeric()))
    elif shape.is_narrow:
        value = scan.of(scan.call("sum", part.value, type_=BigInteger()))
    elif part.number.is_narrow:
        value = scan.of(func.fl_join(*_halves(scan, part.value), type_=BigInteger()))
    elif part.native is not None:
        is_real = func.typeof(part.native) == "real"
        halves = _halves(scan, part.native, func.typeof(part.native) == "integer")
        wide = scan.call("fl_sum", part.value, type_=BigInteger(), only=is_real)
        value = scan.of(func.fl_join(*halves, wide, type_=BigInteger()))
    else:
        value = scan.of(scan.call("fl_sum", context.numbers.best(part), type_=BigInteger()))
    return context.numbers.fitted(Part(value, kind, shape, True, size=size))


def _halves(scan: Scan, value: Sql, only: ColumnElement[bool] | None = None) -> tuple[Any, Any]:
    upper = scan.call("sum", value.op(">>")(SHIFT), only=only)
    lower = scan.call("sum", value.op("&")(_LOWER), only=only)
    return upper, lower


def average(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
    part = context.number(part)
    inner = replace(scan, rows=None)
    total = bare_sum(context, inner, part, kind)
    count = context.numbers.integer(
        inner.call("count", part.value), number(10, 0), MOST_ROWS, is_nullable=False
    )
    found = context.numbers.divide(total, count, kind)
    failed = found.error
    error = (
        None
        if failed is None
        else Flag(lambda: func.coalesce(scan.of(failed.build()), false()), failed.size + 6)
    )
    size = total.size + part.size + 6 + flag_size(error)
    return replace(
        found, value=scan.of(found.value), error=error, native=None, plain=None, is_nullable=True, size=size
    )


def count_of(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
    counted = [part.value] if part.is_nullable else _every_row(context) if scan.rows is None else []
    value = scan.of(scan.call("count", *counted, type_=BigInteger()))
    return context.numbers.integer(value, kind, MOST_ROWS, is_nullable=False, size=part.size + 3)


def distinct_of(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
    value = context.numbers.best(part) if part.shape is not None else part.value
    found = scan.of(scan.call("count", distinct(value), type_=BigInteger()))
    return context.numbers.integer(found, kind, MOST_ROWS, is_nullable=False, size=part.size + 3)


def extreme(name: str) -> Callable[[Context, Scan, Part, Kind], Part]:
    def found(context: Context, scan: Scan, part: Part, kind: Kind) -> Part:
        if part.shape is not None:
            is_plain = not context.is_sqlite or part.number.is_narrow
            function = name if is_plain else f"fl_{name}"
            type_ = BigInteger() if context.is_sqlite else Numeric()
            value = scan.of(scan.call(function, context.numbers.best(part), type_=type_))
            return Part(value, kind, part.shape, True, size=part.size + 3)
        value = scan.of(scan.call(name, order_of(context, part), type_=context.values.type_of(kind)))
        return Part(value, kind, None, True, size=part.size + 3)

    return found


_SCANS: Mapping[str, Callable[[Context, Scan, Part, Kind], Part]] = {
    "SUM": sum_of,
    "AVERAGE": average,
    "COUNT": count_of,
    "COUNTA": count_of,
    "MIN": extreme("min"),
    "MAX": extreme("max"),
}

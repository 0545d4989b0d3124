"""Aggregates of lists and the other functions that take one: BUCKET_ASC, FILLED_RATIO …

In: `Aggregate` nodes and calls. Out: `aggregate`, `OPERATORS`. A list is written-out values and
correlated subqueries over lines, in any mixture: each piece gives its share, the shares are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Numeric, case, cast, distinct, func, literal, null, select

from expressions.kinds import Kind, number
from expressions.nodes import Aggregate, Call
from runtime.store.translation.aggregates import (
    MOST_ROWS,
    Scan,
    average,
    count_of,
    distinct_of,
    extreme,
    guarded,
    over_rows,
    sum_of,
)
from runtime.store.translation.binding import once
from runtime.store.translation.comparisons import failure_of, order_of
from runtime.store.translation.context import Context, Operator, Piece, item_of
from runtime.store.translation.environment import NotTranslatable
from runtime.store.translation.logic import filled
from runtime.store.translation.parts import Flag, Part, Sql, any_failed, flag_size, size_of
from runtime.store.translation.sources import scalar_over
from runtime.store.translation.truths import unless_failed


def aggregate(context: Context, node: Aggregate) -> Part:
    if node.over == "rows":
        return over_rows(context, node)
    if node.argument is None:
        raise NotTranslatable(node.function, node.span)
    pieces = context.pieces(node.argument)
    if node.is_distinct:
        return _count_distinct(context, node, pieces)
    return _LISTS[node.function](context, node, pieces)


def _failed(pieces: Sequence[Piece]) -> Flag | None:
    return any_failed(failure_of(piece) for piece in pieces)


def _shares(
    context: Context,
    pieces: Sequence[Piece],
    kind: Kind,
    over_rows: Callable[..., Part],
    single: Callable[[Part], Part],
) -> list[Part]:
    shares = []
    for piece in pieces:
        if piece.rows is not None:
            shares.append(over_rows(context, Scan(piece.rows), replace(piece.part, error=None), kind))
        elif not piece.part.is_blank_constant:
            shares.append(single(replace(piece.part, error=None)))
    return shares


def _sum_list(context: Context, node: Aggregate, pieces: Sequence[Piece]) -> Part:
    return guarded(_total(context, node.kind, pieces), _failed(pieces))


def _total(context: Context, kind: Kind, pieces: Sequence[Piece]) -> Part:
    numbers = context.numbers

    def single(part: Part) -> Part:
        part = context.number(part)
        return _or_zero(context, part)

    total = numbers.constant(0)
    for share in _shares(context, pieces, kind, sum_of, single):
        total = share if total.constant == 0 else numbers.add(total, share, kind)
    return replace(total, kind=kind)


def _or_zero(context: Context, part: Part) -> Part:
    if not part.is_nullable:
        return part
    type_ = BigInteger() if context.is_sqlite else Numeric()
    native = part.native
    return replace(
        part,
        value=func.coalesce(context.numbers.best(part) if native is None else part.value, 0, type_=type_),
        native=None if native is None else func.coalesce(native, 0, type_=type_),
        plain=None,
        is_nullable=False,
        is_column=False,
        size=part.size + 2,
    )


def _count_list(context: Context, node: Aggregate, pieces: Sequence[Piece]) -> Part:
    return guarded(_how_many(context, node.kind, pieces), _failed(pieces))


def _how_many(context: Context, kind: Kind, pieces: Sequence[Piece]) -> Part:
    def single(part: Part) -> Part:
        if not part.is_nullable:
            return context.numbers.constant(1)
        one = case((part.value.is_not(null()), literal(1, BigInteger())), else_=literal(0, BigInteger()))
        return context.numbers.integer(one, kind, 1, is_nullable=False, size=part.size + 4)

    count = context.numbers.constant(0)
    for share in _shares(context, pieces, kind, count_of, single):
        count = share if count.constant == 0 else context.numbers.add(count, share, kind)
    return replace(count, kind=kind)


def _average_list(context: Context, node: Aggregate, pieces: Sequence[Piece]) -> Part:
    if len(pieces) == 1 and pieces[0].rows is not None:
        scan = Scan(pieces[0].rows)
        return guarded(
            average(context, scan, replace(pieces[0].part, error=None), node.kind), _failed(pieces)
        )
    total = _total(context, node.kind, pieces)
    count = _how_many(context, number(10, 0), pieces)
    found = context.numbers.divide(total, count, node.kind)
    return guarded(replace(found, is_nullable=True), _failed(pieces))


def _extreme_list(name: str) -> Callable[[Context, Aggregate, Sequence[Piece]], Part]:
    over_rows = extreme(name)

    def found(context: Context, node: Aggregate, pieces: Sequence[Piece]) -> Part:
        kind = item_of(node.argument) if node.argument is not None else node.kind
        if kind.is_number:
            pieces = [replace(one, part=context.number(one.part)) for one in pieces]
        shares = _shares(context, pieces, kind, over_rows, lambda part: part)
        if not shares:
            return context.values.blank(node.kind).also_failed(_failed(pieces))
        best = shares[0] if len(shares) == 1 else _best(context, shares, kind, name)
        return guarded(replace(best, kind=node.kind, is_column=False), _failed(pieces))

    return found


def _best(context: Context, shares: Sequence[Part], kind: Kind, name: str) -> Part:
    """The least or greatest of several values, blanks apart."""
    values, shape = [order_of(context, part) for part in shares], None
    if kind.is_number:
        values, shape = context.numbers.shared(shares)
    is_nullable = all(part.is_nullable for part in shares)
    size = size_of(shares) + 2 * len(shares)
    if not context.is_sqlite:
        pick = func.least if name == "min" else func.greatest
        return Part(
            pick(*values, type_=context.values.type_of(kind) if not kind.is_number else Numeric()),
            kind,
            shape,
            is_nullable,
            size=size,
        )
    if shape is not None and not shape.is_narrow:
        return Part(_best_of_rows(values, f"fl_{name}"), kind, shape, is_nullable, size=size + 20)
    if any(part.is_nullable for part in shares):
        return Part(_best_of_rows(values, name, kind, context), kind, shape, is_nullable, size=size + 20)
    value: Sql = getattr(func, name)(*values)
    made = context.values.numbers_type(value) if kind.is_number else context.values.made(value, kind)
    return Part(made, kind, shape, is_nullable, size=size)


def _best_of_rows(
    values: Sequence[Sql], function: str, kind: Kind | None = None, context: Context | None = None
) -> Sql:
    """SQLite's min(a, b) is NULL when one is: so the values become rows, and the aggregate skips NULLs."""
    rows = [select(value.label("v")).correlate_except() for value in values]
    named = rows[0].union_all(*rows[1:]).subquery()
    is_number = kind is None or kind.is_number
    type_: Any = BigInteger() if is_number or context is None else context.values.type_of(kind)  # type: ignore[arg-type]
    made = getattr(func, function)(named.c.v, type_=type_)
    return select(made).select_from(named).correlate_except(named).scalar_subquery()


def _count_distinct(context: Context, node: Aggregate, pieces: Sequence[Piece]) -> Part:
    error = _failed(pieces)
    if len(pieces) == 1 and pieces[0].rows is not None:
        found = distinct_of(context, Scan(pieces[0].rows), replace(pieces[0].part, error=None), node.kind)
        return guarded(found, error)
    kept = [piece for piece in pieces if not piece.part.is_blank_constant]
    if not kept:
        return guarded(context.numbers.constant(0), error)
    parts = [piece.part for piece in kept]
    values = [part.value for part in parts]
    if any(part.shape is not None for part in parts):
        values, _ = context.numbers.shared([context.number(part) for part in parts])
    rows = [_as_rows(piece, value) for piece, value in zip(kept, values, strict=True)]
    named = (rows[0] if len(rows) == 1 else rows[0].union_all(*rows[1:])).subquery()
    count = (
        select(func.count(distinct(named.c.v))).select_from(named).correlate_except(named).scalar_subquery()
    )
    found = context.numbers.integer(count, node.kind, MOST_ROWS, is_nullable=False, size=size_of(parts) + 6)
    return guarded(found, error)


def _as_rows(piece: Piece, value: Sql) -> Any:
    made = select(value.label("v"))
    if piece.rows is None:
        return made.correlate_except()
    rows = piece.rows
    return made.select_from(rows.joins.clause).where(*rows.where).correlate_except(*rows.joins.parts)


_LISTS: Mapping[str, Callable[[Context, Aggregate, Sequence[Piece]], Part]] = {
    "SUM": _sum_list,
    "AVERAGE": _average_list,
    "COUNT": _count_list,
    "COUNTA": _count_list,
    "MIN": _extreme_list("min"),
    "MAX": _extreme_list("max"),
}


# --- functions of lists -----------------------------------------------------------------------------------


def _bucket(relation: str) -> Operator:
    """One more for each cut that the number reaches (or does not exceed); a blank is 0."""

    def placed(context: Context, node: Call) -> Part:
        item = context.number(context.part(node.arguments[0]))
        pieces = [replace(one, part=context.number(one.part)) for one in context.pieces(node.arguments[1])]
        error = any_failed((item.error, _failed(pieces)))
        if item.is_blank_constant:
            return replace(context.numbers.constant(0), error=error)

        def position(one: Part) -> Sql:
            counts: list[Sql] = [literal(1, BigInteger())]
            for piece in pieces:
                if piece.part.is_blank_constant:
                    continue
                reached = context.numbers.compare(relation, one, replace(piece.part, error=None))
                if piece.rows is None:
                    counts.append(case((reached, literal(1, BigInteger())), else_=literal(0, BigInteger())))
                else:
                    counts.append(scalar_over(piece.rows, func.count(), reached))
            found = counts[0]
            for count in counts[1:]:
                found = found + count
            return (
                case((one.value.is_not(null()), found), else_=literal(0, BigInteger()))
                if item.is_nullable
                else found
            )

        if item.is_cheap or (context.is_sqlite and not item.number.is_narrow):
            value = position(item)
        else:
            value = once(
                context.numbers.best(item),
                item.size,
                lambda one: position(replace(item, value=one, native=None, plain=None)),
            )
        size = (
            8
            + flag_size(error)
            + len(pieces) * 3
            + (item.size if not item.is_cheap else item.size * (len(pieces) + 1))
        )
        value = unless_failed(cast(value, BigInteger()) if not context.is_sqlite else value, error)
        found = context.numbers.integer(
            value, node.kind, len(pieces) + MOST_ROWS, is_nullable=error is not None, size=size
        )
        return replace(found, error=error)

    return placed


def filled_ratio(context: Context, node: Call) -> Part:
    found = [filled(context, one) for one in node.arguments]
    error = any_failed(flag for _, flag, _ in found)
    one, zero = literal(1, BigInteger()), literal(0, BigInteger())
    total: Sql = zero
    for is_there, _, _ in found:
        total = total + case((is_there, one), else_=zero)
    size = 4 + sum(3 + size_of(parts) for _, _, parts in found)
    count = context.numbers.integer(total, number(5, 0), len(found), is_nullable=False, size=size)
    ratio = context.numbers.divide(count, context.numbers.constant(len(found)), node.kind)
    return guarded(ratio, error)


OPERATORS: Mapping[str, Operator] = {
    "BUCKET_ASC": _bucket("ge"),
    "BUCKET_DESC": _bucket("le"),
    "FILLED_RATIO": filled_ratio,
}

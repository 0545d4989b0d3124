"""Roll-ups: measures over the rows that point to a record.

In: a measure, a condition, the child rows. Out: `live` (a correlated scalar subquery for a roll-up that
has no column), `rollup_select` (one grouped SELECT for a batch of parents, all measures over the same
child rows together). PARENT.x in a measure or condition is served by joining the parent's table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql.elements import Grouping

from expressions.kinds import Kind
from expressions.nodes import Node
from runtime.store.translation.context import Context
from runtime.store.translation.parts import Part
from runtime.store.translation.results import result_type
from runtime.store.translation.sources import (
    Joins,
    LiveRollUp,
    Rows,
    RowSource,
    Shelf,
    TableSource,
    child_rows,
)


def live(context: Context, one: LiveRollUp, kind: Kind) -> Part:
    """A roll-up worked out where it is read."""
    rows = context.row.rolled_up(one)
    inner = replace(context, source=rows.source, is_grouped=True, only=None)
    rowwise = replace(inner, is_grouped=False)
    conditions = [] if one.where is None else [rowwise.whole_condition(one.where)]
    measure = inner.part(one.measure)
    made = context.numbers.best(measure) if measure.shape is not None else measure.value
    value = (
        select(made)
        .select_from(rows.joins.clause)
        .where(*rows.where, *conditions)
        .correlate_except(*rows.joins.parts)
        .scalar_subquery()
    )
    return replace(
        measure,
        value=value,
        native=None,
        plain=None,
        raw=None,
        is_column=False,
        size=measure.size + 8,
        kind=kind,
    )


# Ids, or what makes the condition "is one of the parents" of a column: then the SELECT can be kept.
Parents = Collection[int] | Callable[[ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Measure:
    """What to work out, and of which rows."""

    node: Node
    where: Node | None = None


def grouped(
    context: Context, shelf: Shelf, host: str, one: LiveRollUp, measures: Sequence[Measure], parents: Parents
) -> Select[Any]:
    """One SELECT of (parent id, measure 1, measure 2 …) for the parents that have such rows."""
    if one.link is None:
        return _against_every(context, shelf, host, one, measures, parents)
    joins: list[TableSource] = []  # the host's table, once somebody asks for it

    def host_row() -> RowSource:
        if not joins:
            joins.append(_join_host(shelf, host, child, child.column(one.link or "")))
        return joins[0]

    rows = child_rows(shelf, one.source_form, one.source, above=host_row)
    child = _table_of(rows)
    link = child.column(one.link)
    values, conditions = _measured(context, child, measures)
    parent = joins[0].column("id") if joins else link
    return (
        select(parent.label("parent"), *values)
        .select_from(rows.joins.clause)
        .where(*rows.where, _among(context, link, parents), *conditions)
        .group_by(parent)
    )


def _table_of(rows: Rows) -> TableSource:
    if not isinstance(rows.source, TableSource):
        raise TypeError("a roll-up is made of the rows of a table")
    return rows.source


def _among(context: Context, column: ColumnElement[Any], parents: Parents) -> ColumnElement[bool]:
    """One bound value however many ids there are, so that the statement stays the same."""
    if callable(parents):
        return parents(column)
    if context.is_sqlite:
        given = func.json_each(literal(json.dumps(list(parents)), Text())).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_(literal(list(parents), ARRAY(BigInteger())))


def _join_host(shelf: Shelf, host: str, child: TableSource, link: ColumnElement[Any]) -> TableSource:
    tables = shelf.tables(host)
    table = tables.table.alias()
    found = TableSource(shelf, host, tables, table, child.joins, is_joined=True, form_id=host)
    child.joins.inner(table, table.c.id == link)
    return found


def _against_every(
    context: Context, shelf: Shelf, host: str, one: LiveRollUp, measures: Sequence[Measure], parents: Parents
) -> Select[Any]:
    """Without a link: every row of the source against every parent, told apart by the conditions."""
    tables = shelf.tables(host)
    table = tables.table.alias()
    joins = Joins(table)
    parent = TableSource(shelf, host, tables, table, joins, form_id=host)
    rows = child_rows(shelf, one.source_form, one.source, above=lambda: parent)
    values, conditions = _measured(context, rows.source, measures)
    return (
        select(parent.column("id").label("parent"), *values)
        .select_from(rows.joins.clause.join(joins.clause, true()))
        .where(*rows.where, _among(context, parent.column("id"), parents), *conditions)
        .group_by(parent.column("id"))
    )


def selected(context: Context, part: Part, kind: Kind) -> ColumnElement[Any]:
    """The part, typed so that selecting it gives a run-time value."""
    if part.shape is not None:
        return type_coerce(context.numbers.best(part), result_type(kind, part.shape.scale))
    # a bound constant keeps its own type: it is bound as it is compared with, not as a column would
    value = Grouping(part.value) if isinstance(part.value, BindParameter) else part.value
    return type_coerce(value, result_type(kind))


def _measured(
    context: Context, source: RowSource, measures: Sequence[Measure]
) -> tuple[list[ColumnElement[Any]], list[ColumnElement[bool]]]:
    """The measures; a condition that all share stands in WHERE, others filter their own aggregates."""
    wheres = {one.where for one in measures}
    shared = measures[0].where if len(wheres) == 1 else None
    rowwise = replace(context, source=source, is_grouped=False, only=None)
    conditions = [] if shared is None else [rowwise.whole_condition(shared)]
    values: list[ColumnElement[Any]] = []
    for at, one in enumerate(measures):
        only = None if one.where is shared or one.where is None else and_(rowwise.whole_condition(one.where))
        part = replace(context, source=source, is_grouped=True, only=only).part(one.node)
        values.append(selected(context, part, one.node.kind).label(f"measure_{at}"))
    return values, conditions

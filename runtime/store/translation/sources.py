"""Where the values of a row come from: the columns of a form, of linked rows, of lines.

In: `RecordTables` and the plans of an app, through a `Shelf`. Out: `RowSource`s over tables and their
joins. Called by `record_rows` and the rest of the store; read by `translate`.

A link is followed by a LEFT JOIN on the live target, so that a deleted one reads as blank. The joins of
one SELECT are gathered in its `Joins`; ask for `clause` when everything is translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, select

from builder.plans import ComputedField, FormPlan, RollUp
from expressions.nodes import Node
from runtime.store.physical import LineTable, RecordTables, RowTable


@dataclass(frozen=True, slots=True)
class LiveRollUp:
    """A roll-up without a column: computed where it is read.

    The rows of `source` (a form, or a subform of `source_form`) whose `link` is the host; without
    `link` all of them. PARENT in `measure` and `where` is the host."""

    source_form: str
    source: str
    link: str | None
    measure: Node
    where: Node | None


Definition = Node | LiveRollUp


class Shelf(Protocol):
    """What one workspace has at one revision."""

    def tables(self, form_id: str) -> RecordTables:
        """The tables of a form; raises when there is none."""

    def definition(self, table_id: str, field_id: str) -> Definition | None:
        """How to compute a field of a form or subform that has no column to be read (yet)."""


class Joins:
    """The FROM of one SELECT, growing while its expressions are translated."""

    def __init__(self, root: FromClause) -> None:
        self.clause: FromClause = root
        self.parts: list[FromClause] = [root]
        self._known: dict[object, TableSource] = {}

    def left(self, key: object, make: Callable[[], tuple[TableSource, ColumnElement[bool]]]) -> TableSource:
        """Adds a LEFT JOIN, or finds the one made for `key` before."""
        found = self._known.get(key)
        if found is None:
            found, on = make()
            self.clause = self.clause.outerjoin(found.table, on)
            self.parts.append(found.table)
            self._known[key] = found
        return found

    def inner(self, table: FromClause, on: ColumnElement[bool]) -> None:
        self.clause = self.clause.join(table, on)
        self.parts.append(table)

    @property
    def is_joined(self) -> bool:
        return len(self.parts) > 1


@dataclass(frozen=True, slots=True)
class Rows:
    """Many rows seen from one: `source` reads a row of `joins` where all of `where` hold."""

    source: RowSource
    joins: Joins
    where: tuple[ColumnElement[bool], ...]


class RowSource(Protocol):
    """Reads the row at hand."""

    def column(self, field_id: str) -> ColumnElement[Any]:
        """The column of a field, or a system field."""

    def is_nullable(self, field_id: str) -> bool:
        """Whether the column may be NULL here (a joined row may be missing)."""

    def definition(self, field_id: str) -> Definition | None:
        """How to compute the field instead of reading a column."""

    def follow(self, field_id: str, link: ColumnElement[Any], form_id: str) -> RowSource:
        """The row of `form_id` that `link` (the value of `field_id` here) points to."""

    def parent(self) -> RowSource:
        """The row that contains this line, or owns the roll-up over this row."""

    def lines(self, subform_id: str) -> Rows:
        """The lines of this row."""

    def values(self, field_id: str) -> tuple[Rows, ColumnElement[Any]]:
        """The values of a multi-value field, and the column that holds them."""

    def rolled_up(self, one: LiveRollUp) -> Rows:
        """The rows that a roll-up of this row is made of; PARENT there is this row."""


@dataclass(eq=False)
class TableSource:
    """A row of a record table (or of its lines), in a FROM that may grow."""

    shelf: Shelf
    table_id: str  # a form or a subform
    rows: RowTable
    table: FromClause
    joins: Joins
    above: Callable[[], RowSource] | None = None
    is_joined: bool = False
    form_id: str = ""  # the form itself, or the one that contains the lines
    _parent: RowSource | None = field(default=None, repr=False)

    def column(self, field_id: str) -> ColumnElement[Any]:
        return self.table.c[self.rows.column(field_id).name]

    def is_nullable(self, field_id: str) -> bool:
        return self.is_joined or bool(self.rows.column(field_id).nullable)

    def definition(self, field_id: str) -> Definition | None:
        return self.shelf.definition(self.table_id, field_id)

    def follow(self, field_id: str, link: ColumnElement[Any], form_id: str) -> RowSource:
        def make() -> tuple[TableSource, ColumnElement[bool]]:
            tables = self.shelf.tables(form_id)
            table = tables.table.alias()
            found = TableSource(
                self.shelf, form_id, tables, table, self.joins, is_joined=True, form_id=form_id
            )
            return found, (table.c.id == link) & table.c.deleted_at.is_(None)

        return self.joins.left((id(self), field_id), make)

    def parent(self) -> RowSource:
        if self._parent is None:
            if self.above is None:
                raise LookupError(f"{self.table_id} has no parent row")
            self._parent = self.above()
        return self._parent

    def lines(self, subform_id: str) -> Rows:
        tables = self.rows
        if not isinstance(tables, RecordTables):
            raise TypeError(f"{self.table_id} has no subforms")
        lines = tables.lines[subform_id]
        table = lines.table.alias()
        joins = Joins(table)
        source = TableSource(self.shelf, subform_id, lines, table, joins, lambda: self, form_id=self.form_id)
        return Rows(source, joins, (table.c.record == self.column("id"),))

    def values(self, field_id: str) -> tuple[Rows, ColumnElement[Any]]:
        table = self.rows.values[field_id].table.alias()
        rows = Rows(self, Joins(table), (table.c.record == self.column("id"),))
        return rows, table.c.value

    def rolled_up(self, one: LiveRollUp) -> Rows:
        rows = child_rows(self.shelf, one.source_form, one.source, above=lambda: self)
        if one.link is None:
            return rows
        return Rows(rows.source, rows.joins, (*rows.where, rows.source.column(one.link) == self.column("id")))


def record_source(shelf: Shelf, form_id: str, *, table: FromClause | None = None) -> TableSource:
    """The records of a form in a SELECT of their own (its WHERE is the caller's business)."""
    tables = shelf.tables(form_id)
    root = tables.table if table is None else table
    return TableSource(shelf, form_id, tables, root, Joins(root), form_id=form_id)


def line_source(shelf: Shelf, form_id: str, subform_id: str) -> TableSource:
    """The lines of a subform; PARENT is the record that contains them."""
    tables = shelf.tables(form_id)
    lines = tables.lines[subform_id]
    joins = Joins(lines.table)
    source = TableSource(shelf, subform_id, lines, lines.table, joins, form_id=form_id)
    source.above = lambda: joins.left("record", lambda: _record_of(source, tables))
    return source


def _record_of(line: TableSource, tables: RecordTables) -> tuple[TableSource, ColumnElement[bool]]:
    table = tables.table.alias()
    record = TableSource(
        line.shelf, tables.form, tables, table, line.joins, is_joined=True, form_id=tables.form
    )
    return record, table.c.id == line.table.c.record


def child_rows(
    shelf: Shelf, form_id: str, table_id: str, *, above: Callable[[], RowSource] | None = None
) -> Rows:
    """The live rows of a form, or of one of its subforms: what a roll-up is made of."""
    tables = shelf.tables(form_id)
    record = tables.table.alias()
    if table_id == form_id:
        joins = Joins(record)
        source = TableSource(shelf, form_id, tables, record, joins, above, form_id=form_id)
    else:
        lines: LineTable = tables.lines[table_id]
        table = lines.table.alias()
        joins = Joins(table)
        joins.inner(record, record.c.id == table.c.record)
        source = TableSource(shelf, table_id, lines, table, joins, above, form_id=form_id)
    return Rows(source, joins, (record.c.deleted_at.is_(None),))


def scalar_over(rows: Rows, value: ColumnElement[Any], *more: ColumnElement[bool]) -> ColumnElement[Any]:
    """`value`, an aggregate over `rows`, as a correlated scalar subquery."""
    return (
        select(value)
        .select_from(rows.joins.clause)
        .where(*rows.where, *more)
        .correlate_except(*rows.joins.parts)
        .scalar_subquery()
    )


def exists_in(rows: Rows, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row."""
    return (
        select(rows.joins.parts[0].c.id if "id" in rows.joins.parts[0].c else rows.joins.parts[0].c.record)
        .select_from(rows.joins.clause)
        .where(*rows.where, *more)
        .correlate_except(*rows.joins.parts)
        .exists()
    )


@dataclass(frozen=True)
class PlanShelf:
    """The shelf made of form plans: what `runtime.catalogue` has at hand."""

    by_form: Mapping[str, RecordTables]
    plans: Mapping[str, FormPlan]
    is_ready: Callable[[str, str], bool] = lambda _table_id, _field_id: True  # its column is filled

    def tables(self, form_id: str) -> RecordTables:
        return self.by_form[form_id]

    def definition(self, table_id: str, field_id: str) -> Definition | None:
        one = self._computed.get((table_id, field_id))
        if one is None or (one.is_stored and self.is_ready(table_id, field_id)):
            return None
        if isinstance(one, RollUp):
            where = one.where.node if one.where is not None else None
            return LiveRollUp(one.source_form, one.source, one.link, one.clause.node, where)
        return one.clause.node

    @cached_property
    def _computed(self) -> Mapping[tuple[str, str], ComputedField]:
        return {one.cell: one for plan in self.plans.values() for one in plan.computed}

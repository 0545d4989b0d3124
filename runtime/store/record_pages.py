"""Pages of records by keyset: filter, order, a limit, and where the page before ended.

In: the tables of a form, conditions and order expressions (opaque to the caller), a scope. Out:
`PageSlice`: rows and the key of each, which begins the next page. Called by `runtime.queries`. Blank
values come last in both directions on both engines; the id ends every order, so that it is total.

A page never needs OFFSET nor COUNT. After a key whose first value is not blank, the rows that follow
are read in two steps, of which the second (the blanks) is rarely needed: so that each step is one range
of an index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    String,
    and_,
    case,
    false,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.selectable import FromClause

from runtime.store.columns.moments import DateColumn, Instant
from runtime.store.columns.texts import PlainText
from runtime.store.indexes import sort_column
from runtime.store.physical import RecordTables
from runtime.store.record_reads import Row, add_parts, conditions_of, select_rows
from runtime.store.scopes import AnyScope

NEVER_BLANK = frozenset({"id", "created_at", "updated_at"})


@dataclass(frozen=True, eq=False)
class Term:
    """One part of an order."""

    expression: ColumnElement[Any]
    is_descending: bool = False
    is_nullable: bool = True


@dataclass(frozen=True, eq=False)
class PageQuery:
    """What is asked for. `fields` None: all that have columns. `extra` are live fields, by field id."""

    order: Sequence[Term]
    where: ColumnElement[bool] | None = None
    fields: Collection[str] | None = None
    extra: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    source: FromClause | None = None  # the main table with what the conditions joined to it
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class PageSlice:
    """`keys[n]` is the place of `rows[n]` in the order. `has_more` in the direction that was read."""

    rows: list[Row]
    keys: list[tuple[Any, ...]]
    has_more: bool


def order_terms(
    tables: RecordTables,
    order: Sequence[tuple[str, str]],
    *,
    positions: Mapping[str, Sequence[str]] | None = None,
    expressions: Mapping[str, ColumnElement[Any]] | None = None,
) -> list[Term]:
    """Terms of ((field or system column, "asc" or "desc"), …), ended by the id.

    `positions` gives the options of choice fields in their order; `expressions` live fields."""
    terms = []
    for name, way in order:
        expression = (expressions or {}).get(name)
        if expression is None:
            expression = sort_column(tables, name)
            if positions and name in positions:
                expression = _by_position(expression, positions[name])
        terms.append(Term(expression, way == "desc", name not in NEVER_BLANK))
    if not any(name == "id" for name, _ in order):
        way = order[-1][1] if order else "desc"
        terms.append(Term(tables.table.c.id, way == "desc", is_nullable=False))
    return terms


def _by_position(column: ColumnElement[Any], options: Sequence[str]) -> ColumnElement[Any]:
    places = {option: place for place, option in enumerate(options)}
    return case(places, value=column, else_=None) if places else literal(None)


def all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool] | None:
    """Conditions that must all hold; None when there is none."""
    return and_(*conditions) if conditions else None


def column_in(source: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column of a joined row that corresponds to a column of its table."""
    found: ColumnElement[Any] = source.table.c[column.name]
    return found


def accepts(term: Term, value: Any) -> bool:
    """Whether a value from a cursor can stand in this part of the order."""
    if value is None:
        return term.is_nullable
    type_ = term.expression.type
    if isinstance(type_, Instant | DateTime):
        return isinstance(value, datetime)
    if isinstance(type_, DateColumn | Date):
        return isinstance(value, date) and not isinstance(value, datetime)
    if isinstance(type_, String | PlainText):
        return isinstance(value, str)
    if isinstance(type_, Boolean):
        return isinstance(value, bool)
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def select_page(
    connection: Connection,
    tables: RecordTables,
    query: PageQuery,
    *,
    scope: AnyScope,
    limit: int,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
) -> PageSlice:
    """`limit` rows after a key, or those just before one, in the query's order."""
    key = before if before is not None else after
    if key is not None and len(key) != len(query.order):
        raise ValueError("the cursor belongs to another order")
    reading = _Reading(connection, tables, query, scope, is_backwards=before is not None)
    rows, keys = reading.read(limit + 1, key)
    has_more = len(rows) > limit
    rows, keys = rows[:limit], keys[:limit]
    if reading.is_backwards:
        rows.reverse()
        keys.reverse()
    add_parts(connection, tables, rows, query.fields, scope=scope)
    return PageSlice(rows, keys, has_more)


class _Reading:
    """One page being read."""

    def __init__(
        self,
        connection: Connection,
        tables: RecordTables,
        query: PageQuery,
        scope: AnyScope,
        *,
        is_backwards: bool,
    ) -> None:
        self.connection = connection
        self.scope = scope
        self.terms = list(query.order)
        self.is_backwards = is_backwards
        fields = None if query.fields is None else frozenset(query.fields)
        base, keys = select_rows(tables, fields)
        extra = [one for name, one in query.extra.items() if fields is None or name in fields]
        self.keys = (*keys, *(name for name in query.extra if fields is None or name in fields))
        statement = base.add_columns(*extra, *(term.expression for term in self.terms))
        if query.source is not None:
            statement = statement.select_from(query.source)
        statement = statement.where(*conditions_of(scope, tables))
        if query.is_live:
            statement = statement.where(tables.table.c.deleted_at.is_(None))
        self.statement = statement if query.where is None else statement.where(query.where)

    def read(self, limit: int, key: Sequence[Any] | None) -> tuple[list[Row], list[tuple[Any, ...]]]:
        if key is None:
            return self._fetch(true(), self.terms, limit)
        rows: list[Row] = []
        keys: list[tuple[Any, ...]] = []
        for condition, terms in self._steps(key):
            more, theirs = self._fetch(condition, terms, limit - len(rows))
            rows += more
            keys += theirs
            if len(rows) >= limit:
                break
        return rows, keys

    def _steps(self, key: Sequence[Any]) -> list[tuple[ColumnElement[bool], list[Term]]]:
        """Conditions that together say "beyond the key", each with what orders its rows."""
        first, rest = self.terms[0], self.terms[1:]
        if not first.is_nullable:
            return [(self._beyond_value(key), self.terms)]
        is_blank = first.expression.is_(None)
        if self.is_backwards and key[0] is None:  # blanks first, then all that have a value
            return [
                (and_(is_blank, self._beyond(rest, key[1:])), rest),
                (first.expression.is_not(None), self.terms),
            ]
        if key[0] is None:
            return [(and_(is_blank, self._beyond(rest, key[1:])), rest)]
        steps = [(and_(first.expression.is_not(None), self._beyond_value(key)), self.terms)]
        if not self.is_backwards:
            steps.append((is_blank, rest or [first]))
        return steps

    def _beyond_value(self, key: Sequence[Any]) -> ColumnElement[bool]:
        """Beyond a key whose first value is not blank, among rows whose first value is not blank."""
        first, rest = self.terms[0], self.terms[1:]
        value = _bound(first, key[0])
        if not rest:
            return self._strictly(first, value)
        if len(rest) == 1 and not rest[0].is_nullable and rest[0].is_descending == first.is_descending:
            pair = tuple_(first.expression, rest[0].expression)
            place = tuple_(value, _bound(rest[0], key[1]))
            return pair < place if self._is_down(first) else pair > place
        at_least = first.expression <= value if self._is_down(first) else first.expression >= value
        return and_(
            at_least,
            or_(self._strictly(first, value), and_(first.expression == value, self._beyond(rest, key[1:]))),
        )

    def _beyond(self, terms: Sequence[Term], key: Sequence[Any]) -> ColumnElement[bool]:
        """The general case: after (or before) the key in the order of `terms`, blanks last."""
        if not terms:
            return false()
        first, value = terms[0], key[0]
        same: ColumnElement[bool]
        beyond: ColumnElement[bool]
        rest = self._beyond(terms[1:], key[1:])
        if value is None:
            same = first.expression.is_(None)
            beyond = first.expression.is_not(None) if self.is_backwards else false()
        else:
            bound = _bound(first, value)
            same = first.expression == bound
            beyond = self._strictly(first, bound)
            if first.is_nullable and not self.is_backwards:
                beyond = or_(beyond, first.expression.is_(None))
        return or_(beyond, and_(same, rest)) if len(terms) > 1 else beyond

    def _strictly(self, term: Term, value: ColumnElement[Any]) -> ColumnElement[bool]:
        return term.expression < value if self._is_down(term) else term.expression > value

    def _is_down(self, term: Term) -> bool:
        return term.is_descending != self.is_backwards

    def _fetch(
        self, condition: ColumnElement[bool], terms: Sequence[Term], limit: int
    ) -> tuple[list[Row], list[tuple[Any, ...]]]:
        statement = self.statement.where(condition).order_by(*map(self._ordering, terms)).limit(limit)
        width = len(self.keys)
        rows, keys = [], []
        for row in self.connection.execute(statement, execution_options={"scope": self.scope}).all():
            rows.append(dict(zip(self.keys, row, strict=False)))
            keys.append(tuple(row[width:]))
        return rows, keys

    def _ordering(self, term: Term) -> ColumnElement[Any]:
        ordered = term.expression.desc() if self._is_down(term) else term.expression.asc()
        if not term.is_nullable:
            return ordered
        return ordered.nulls_first() if self.is_backwards else ordered.nulls_last()


def _bound(term: Term, value: Any) -> ColumnElement[Any]:
    return literal(value, term.expression.type)


def aggregate(
    connection: Connection,
    tables: RecordTables,
    *,
    scope: AnyScope,
    groups: Sequence[ColumnElement[Any]],
    measures: Sequence[ColumnElement[Any]],
    where: ColumnElement[bool] | None = None,
    source: FromClause | None = None,
    limit: int | None = None,
) -> list[tuple[Any, ...]]:
    """Grouped figures over live records: (group values…, measures…) per row, in the order of groups."""
    labelled = [one.label(f"g_{place}") for place, one in enumerate(groups)]
    statement = select(*labelled, *(one.label(f"x_{place}") for place, one in enumerate(measures)))
    statement = statement.select_from(source if source is not None else tables.table)
    statement = statement.where(tables.table.c.deleted_at.is_(None), *conditions_of(scope, tables))
    if where is not None:
        statement = statement.where(where)
    statement = statement.group_by(*labelled).order_by(*(one.asc().nulls_last() for one in labelled))
    if limit is not None:
        statement = statement.limit(limit)
    return [tuple(row) for row in connection.execute(statement, execution_options={"scope": scope})]

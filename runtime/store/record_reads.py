"""Reading records by id: rows as the language sees them, with lines and values of multi-value fields.

In: the tables of a form, ids and wanted fields, under a scope. Out: dicts by record id: field id → strict
value, a subform → a tuple of line dicts (with "id"), and the system columns. Called by `runtime.rows`.
The number of statements depends on the fields, never on the rows: one for the records, one per wanted
subform and multi-value field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, false, func, select

from runtime.store.columns.references import RecordId
from runtime.store.database import dialect_of
from runtime.store.membership import among, among_named, write_values
from runtime.store.physical import LineTable, RecordTables, RowTable, ValuesTable
from runtime.store.scopes import AnyScope, Reach, Scope

Row = dict[str, Any]
Lock = Literal["update", "share"]
SYSTEM = (
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "owner",
    "deleted_at",
    "created_in",
)


def read_rows(
    connection: Connection,
    tables: RecordTables,
    ids: Collection[int],
    fields: Collection[str] | None,
    *,
    scope: AnyScope,
    lock: Lock | None = None,
    is_live_only: bool = False,
) -> dict[int, Row]:
    """The rows with these ids that the scope allows, in the order of ids. `fields` None: all of them.

    With `lock` the rows are held until the transaction ends (PostgreSQL; SQLite's writer is alone)."""
    if not ids:
        return {}
    wanted = None if fields is None else frozenset(fields)
    statement = _by_ids(tables, wanted, dialect_of(connection), reach_of(scope), lock, is_live_only)
    _, keys = select_rows(tables, wanted)
    found = fetch_rows(connection, statement, keys, scope, _ids(connection, ids, scope))
    add_parts(connection, tables, found, fields, scope=scope)
    return {row["id"]: row for row in found}


@lru_cache(maxsize=4096)
def _by_ids(
    tables: RecordTables,
    fields: frozenset[str] | None,
    dialect: str,
    reach: Reach,
    lock: Lock | None,
    is_live_only: bool,
) -> Select[Any]:
    """Built once: reading by id happens many times a request."""
    table = tables.table
    statement = select_rows(tables, fields)[0].where(among_named(dialect, table.c.id, "ids"))
    if reach == "owned":
        statement = statement.where(table.c.owner == bindparam("member"))
    if reach == "nothing":
        statement = statement.where(false())
    if is_live_only:
        statement = statement.where(table.c.deleted_at.is_(None))
    return _locking(statement.order_by(table.c.id), lock)


def _ids(connection: Connection, ids: Collection[int], scope: AnyScope | None = None) -> dict[str, Any]:
    """The parameters of a statement by ids."""
    given: dict[str, Any] = {"ids": write_values(connection, RecordId, ids)}
    if isinstance(scope, Scope) and scope.reach == "owned":
        given["member"] = scope.member_id
    return given


def reach_of(scope: AnyScope) -> Reach:
    return scope.reach if isinstance(scope, Scope) else "everything"


def read_first_row(
    connection: Connection, tables: RecordTables, *, scope: AnyScope, lock: Lock | None = None
) -> Row | None:
    """The oldest live record with everything in it: the one of a single-record form."""
    statement, keys = select_rows(tables, None)
    table = tables.table
    statement = statement.where(table.c.deleted_at.is_(None), *conditions_of(scope, tables))
    found = fetch_rows(connection, _locking(statement.order_by(table.c.id).limit(1), lock), keys, scope)
    add_parts(connection, tables, found, None, scope=scope)
    return found[0] if found else None


def conditions_of(scope: AnyScope, tables: RecordTables) -> tuple[ColumnElement[bool], ...]:
    """What a scope adds to a statement's conditions."""
    if not isinstance(scope, Scope) or scope.reach == "everything":
        return ()
    if scope.reach == "owned":
        return (tables.table.c.owner == scope.member_id,)
    return (false(),)


@lru_cache(maxsize=2048)
def select_rows(tables: RecordTables, fields: frozenset[str] | None) -> tuple[Select[Any], tuple[str, ...]]:
    """SELECT of the system columns and the fields' columns; the keys of the row, in its order."""
    wanted = [one for one in tables.columns if fields is None or one in fields]
    columns = [tables.table.c[name] for name in SYSTEM] + [tables.columns[one] for one in wanted]
    return select(*columns), (*SYSTEM, *wanted)


def fetch_rows(
    connection: Connection,
    statement: Select[Any],
    keys: Sequence[str],
    scope: AnyScope,
    values: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Runs a SELECT; its rows as dicts."""
    result = connection.execute(statement, values, execution_options={"scope": scope})
    return [dict(zip(keys, row, strict=False)) for row in result.all()]


def fetch_tuples(connection: Connection, statement: Any, scope: AnyScope) -> list[tuple[Any, ...]]:
    """Runs any SELECT that the translation built; its rows as tuples."""
    return [tuple(row) for row in connection.execute(statement, execution_options={"scope": scope}).all()]


def _locking(statement: Select[Any], lock: Lock | None) -> Select[Any]:
    """Locks that let foreign keys be checked meanwhile: nobody ever changes an id."""
    if lock is None:
        return statement
    return statement.with_for_update(read=lock == "share", key_share=lock == "update")


# --- lines and values ---------------------------------------------------------------------------


def add_parts(
    connection: Connection,
    tables: RecordTables,
    rows: Sequence[Row],
    fields: Collection[str] | None,
    *,
    scope: AnyScope,
) -> None:
    """Puts the wanted subforms and multi-values into the rows: a tuple each, empty when there are none."""
    if not rows:
        return
    ids = [row["id"] for row in rows]
    for field, values in tables.values.items():
        if fields is None or field in fields:
            _put(rows, field, _read_values(connection, values, ids, scope))
    for field, line in tables.lines.items():
        if fields is None or field in fields:
            _put(rows, field, read_lines(connection, line, ids, scope=scope))


def _put(rows: Sequence[Row], field: str, found: Mapping[int, Iterable[Any]]) -> None:
    for row in rows:
        row[field] = tuple(found.get(row["id"], ()))


def _read_values(
    connection: Connection, values: ValuesTable, ids: Collection[int], scope: AnyScope
) -> dict[int, list[Any]]:
    statement = _values_by_records(values, dialect_of(connection))
    found: dict[int, list[Any]] = defaultdict(list)
    given = _ids(connection, ids)
    for record, value in connection.execute(statement, given, execution_options={"scope": scope}).all():
        found[record].append(value)
    return found


@lru_cache(maxsize=1024)
def _values_by_records(values: ValuesTable, dialect: str) -> Select[Any]:
    table = values.table
    statement = select(table.c.record, table.c.value).where(among_named(dialect, table.c.record, "ids"))
    return statement.order_by(table.c.record, table.c.position)


def read_lines(
    connection: Connection, line: LineTable, record_ids: Collection[int], *, scope: AnyScope
) -> dict[int, list[Row]]:
    """The lines of these records in their order, by record."""
    statement = _lines_by_records(line, dialect_of(connection))
    keys = ("id", *line.columns)
    given = _ids(connection, record_ids)
    found: dict[int, list[Row]] = defaultdict(list)
    rows = []
    for record, *cells in connection.execute(statement, given, execution_options={"scope": scope}).all():
        row = dict(zip(keys, cells, strict=True))
        rows.append(row)
        found[record].append(row)
    if rows:
        for field, values in line.values.items():
            _put(rows, field, _read_values(connection, values, [row["id"] for row in rows], scope))
    return found


@lru_cache(maxsize=1024)
def _lines_by_records(line: LineTable, dialect: str) -> Select[Any]:
    table = line.table
    statement = select(table.c.record, table.c.id, *line.columns.values())
    statement = statement.where(among_named(dialect, table.c.record, "ids"))
    return statement.order_by(table.c.record, table.c.position, table.c.id)


# --- ids ----------------------------------------------------------------------------------------------


def list_ids(
    connection: Connection, tables: RecordTables, *, scope: AnyScope, after: int = 0, limit: int
) -> list[int]:
    """Ids of live records in their order: how a job walks a form in slices."""
    table = tables.table
    statement = select(table.c.id).where(table.c.id > after, table.c.deleted_at.is_(None))
    statement = statement.where(*conditions_of(scope, tables)).order_by(table.c.id).limit(limit)
    return list(connection.execute(statement, execution_options={"scope": scope}).scalars())


def find_targets(
    connection: Connection,
    rows: RowTable,
    link: str,
    record_ids: Collection[int],
    *,
    scope: AnyScope,
    limit: int,
) -> set[int]:
    """What the `link` of these records (or of their lines) points to."""
    column = rows.columns[link]
    owner = rows.table.c.record if isinstance(rows, LineTable) else rows.table.c.id
    statement = select(column).distinct().where(among(connection, owner, record_ids), column.is_not(None))
    return set(connection.execute(statement.limit(limit), execution_options={"scope": scope}).scalars())


def find_linking(
    connection: Connection,
    rows: RowTable,
    link: str,
    target_ids: Collection[int],
    *,
    scope: AnyScope,
    limit: int,
) -> set[int]:
    """The live records whose `link` (or a line's) points to one of these. A line's record may be a
    deleted one: its caller reads the records and sees."""
    condition = among(connection, rows.columns[link], target_ids)
    if isinstance(rows, LineTable):
        statement = select(rows.table.c.record).distinct().where(condition)
    else:
        statement = select(rows.table.c.id).where(condition, rows.table.c.deleted_at.is_(None))
    return set(connection.execute(statement.limit(limit), execution_options={"scope": scope}).scalars())


def read_titles(
    connection: Connection, tables: RecordTables, title: str | None, ids: Collection[int], *, scope: AnyScope
) -> dict[int, tuple[Any, bool]]:
    """What names these records, and whether each is deleted (shown as a tombstone), by id."""
    if not ids:
        return {}
    is_named = title in tables.columns
    statement = _titles(tables, title if is_named else None, dialect_of(connection), reach_of(scope))
    rows = connection.execute(statement, _ids(connection, ids, scope), execution_options={"scope": scope})
    return {row[0]: (row[1] if is_named else None, row[2] is not None) for row in rows.all()}


@lru_cache(maxsize=1024)
def _titles(tables: RecordTables, title: str | None, dialect: str, reach: Reach) -> Select[Any]:
    table = tables.table
    column = tables.columns[title] if title is not None else table.c.id
    statement = select(table.c.id, column.label("title"), table.c.deleted_at)
    statement = statement.where(among_named(dialect, table.c.id, "ids"))
    if reach == "owned":
        statement = statement.where(table.c.owner == bindparam("member"))
    return statement.where(false()) if reach == "nothing" else statement


def count_up_to(
    connection: Connection,
    tables: RecordTables,
    where: ColumnElement[bool] | None,
    *,
    scope: AnyScope,
    most: int | None,
    source: FromClause | None = None,
) -> int:
    """How many live records there are, counting no further than `most` (None: all). `source` is the
    main table with what the condition joined to it."""
    table = tables.table
    inner = select(table.c.id).select_from(table if source is None else source)
    inner = inner.where(table.c.deleted_at.is_(None), *conditions_of(scope, tables))
    if where is not None:
        inner = inner.where(where)
    if most is not None:
        inner = inner.limit(most)
    counted = select(func.count()).select_from(inner.subquery())
    return int(connection.execute(counted, execution_options={"scope": scope}).scalar_one())

"""Writing records: sets of rows in, one statement per table and shape of change.

In: the tables of a form and rows as `record_reads` gives them (field id → strict value; a subform → line
dicts; system columns by name). Out: rows written, or the word that a version was stale. Called by
`runtime.rows`. Sort keys and unique keys are derived here, so that no writer can forget them.
Reading: `record_reads`, `record_pages`, `record_lookups`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from runtime.record_ids import new_record_id
from runtime.store.database import dialect_of
from runtime.store.membership import among, not_among
from runtime.store.physical import LineTable, RecordTables, RowTable, ValuesTable
from runtime.store.record_reads import SYSTEM, Row
from runtime.store.scopes import AnyScope

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
Derive = Callable[[Any], str | None]


def insert_rows(
    connection: Connection, tables: RecordTables, rows: Sequence[Mapping[str, Any]], *, scope: AnyScope
) -> None:
    """New records with all their parts. Each row has its id and system columns; a field that is
    missing is blank. A line without an id gets one (written into the line)."""
    if not rows:
        return
    cells = _cells_of(tables)
    written = []
    for row in rows:
        cell = {name: row.get(name) for name in SYSTEM}
        for key, name, derive in cells:
            value = row.get(key)
            cell[name] = value if derive is None else derive(value)
        written.append(cell)
    connection.execute(_insert(tables.table), written, execution_options={"scope": scope})
    for field, values in tables.values.items():
        _insert_values(connection, values, _given(rows, field), scope)
    for field, line in tables.lines.items():
        _insert_lines(connection, line, _given(rows, field), scope)


def _given(rows: Iterable[Mapping[str, Any]], field: str) -> list[tuple[int, Sequence[Any]]]:
    return [(row["id"], row[field]) for row in rows if row.get(field)]


@lru_cache(maxsize=1024)
def _insert(table: Table) -> Any:
    return insert(table)


@lru_cache(maxsize=1024)
def _cells_of(rows: RowTable) -> tuple[tuple[str, str, Derive | None], ...]:
    """For each column that a field fills: the field, the column's name, how its value is derived."""
    found: list[tuple[str, str, Derive | None]] = []
    for one in rows.fields.values():
        found.append((one.id, one.column.name, None))
        if one.sort_key is not None:
            found.append((one.id, one.sort_key.name, one.storage.sort_key))
        if one.unique_key is not None:
            found.append((one.id, one.unique_key.name, one.storage.unique_key))
    return tuple(found)


# --- changing -----------------------------------------------------------------------------------


def update_rows(
    connection: Connection,
    tables: RecordTables,
    changes: Sequence[tuple[int, int, Mapping[str, Any]]],
    *,
    scope: AnyScope,
) -> bool:
    """Changes records: (id, version, {field or system column: value}) each; the version goes up by one.

    False when one of them had another version: then the unit of work must be rolled back."""
    shapes: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for record_id, version, changed in changes:
        cells = _changed_cells(tables, changed)
        cells["version"] = version + 1
        shapes[frozenset(cells)].append({**cells, "b_id": record_id, "b_version": version})
    for cells_of_all in shapes.values():
        statement = _versioned_update(tables.table)
        result = connection.execute(statement, cells_of_all, execution_options={"scope": scope})
        if result.rowcount != len(cells_of_all):
            return False
    replace_parts(connection, tables, {one[0]: one[2] for one in changes}, scope=scope)
    return True


def update_row(
    connection: Connection,
    tables: RecordTables,
    record_id: int,
    version: int,
    changed: Mapping[str, Any],
    *,
    scope: AnyScope,
) -> bool:
    """One record; False when it had another version (or is not there)."""
    return update_rows(connection, tables, [(record_id, version, changed)], scope=scope)


def update_computed(
    connection: Connection, rows: RowTable, cells: Mapping[int, Mapping[str, Any]], *, scope: AnyScope
) -> None:
    """Computed cells by id of the record (or of the line, for a subform's table): no version, no
    `updated_at`, nobody's change."""
    shapes: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row_id, changed in cells.items():
        written = _changed_cells(rows, changed)
        if written:
            shapes[frozenset(written)].append({**written, "b_id": row_id})
    for written_of_all in shapes.values():
        connection.execute(_plain_update(rows.table), written_of_all, execution_options={"scope": scope})


def _changed_cells(rows: RowTable, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column's name: of fields with their keys, and of system columns."""
    cells: dict[str, Any] = {}
    for key, value in changed.items():
        one = rows.fields.get(key)
        if one is None:
            if key in SYSTEM:
                cells[key] = value
            continue
        cells[one.column.name] = value
        if one.sort_key is not None and one.storage.sort_key is not None:
            cells[one.sort_key.name] = one.storage.sort_key(value)
        if one.unique_key is not None and one.storage.unique_key is not None:
            cells[one.unique_key.name] = one.storage.unique_key(value)
    return cells


@lru_cache(maxsize=1024)
def _plain_update(table: Table) -> Any:
    """SET is what the parameters name."""
    return update(table).where(table.c.id == bindparam("b_id"))


@lru_cache(maxsize=1024)
def _versioned_update(table: Table) -> Any:
    return _plain_update(table).where(table.c.version == bindparam("b_version"))


# --- parts ------------------------------------------------------------------------------------------


def replace_parts(
    connection: Connection, tables: RecordTables, changes: Mapping[int, Mapping[str, Any]], *, scope: AnyScope
) -> None:
    """Lines and multi-values of records as they shall be, where the changes name them."""
    for field, values in tables.values.items():
        given = [(key, changed[field] or ()) for key, changed in changes.items() if field in changed]
        _replace_values(connection, values, given, scope)
    for field, line in tables.lines.items():
        given = [(key, changed[field] or ()) for key, changed in changes.items() if field in changed]
        _replace_lines(connection, line, given, scope)


def _replace_values(
    connection: Connection, values: ValuesTable, given: Sequence[tuple[int, Sequence[Any]]], scope: AnyScope
) -> None:
    if not given:
        return
    gone = delete(values.table).where(among(connection, values.table.c.record, [one[0] for one in given]))
    connection.execute(gone, execution_options={"scope": scope})
    _insert_values(connection, values, given, scope)


def _insert_values(
    connection: Connection, values: ValuesTable, given: Sequence[tuple[int, Sequence[Any]]], scope: AnyScope
) -> None:
    rows = [
        {"record": owner, "position": position, "value": value}
        for owner, items in given
        for position, value in enumerate(items)
    ]
    if rows:
        connection.execute(_insert(values.table), rows, execution_options={"scope": scope})


def _replace_lines(
    connection: Connection, line: LineTable, given: Sequence[tuple[int, Sequence[Row]]], scope: AnyScope
) -> None:
    """Lines that are no longer there go; the others keep their ids and are put in order."""
    if not given:
        return
    table = line.table
    kept = [one["id"] for _, lines in given for one in lines if one.get("id") is not None]
    gone = [among(connection, table.c.record, [one[0] for one in given])]
    if kept:
        gone.append(not_among(connection, table.c.id, kept))
    for values in line.values.values():
        theirs = delete(values.table).where(values.table.c.record.in_(select(table.c.id).where(*gone)))
        connection.execute(theirs, execution_options={"scope": scope})
    connection.execute(delete(table).where(*gone), execution_options={"scope": scope})
    _insert_lines(connection, line, given, scope)


def _insert_lines(
    connection: Connection, line: LineTable, given: Sequence[tuple[int, Sequence[Row]]], scope: AnyScope
) -> None:
    """Inserts lines, or updates those that are there, of the same record only."""
    rows = []
    cells = _cells_of(line)
    for record, lines in given:
        for position, one in enumerate(lines):
            if one.get("id") is None:
                one["id"] = new_record_id()
            row = {"id": one["id"], "record": record, "position": position}
            row.update((name, one.get(key)) for key, name, _ in cells)
            rows.append(row)
    if not rows:
        return
    statement = _line_upsert(line.table, dialect_of(connection))
    counted = {"scope": scope, "preserve_rowcount": True}
    if connection.execute(statement, rows, execution_options=counted).rowcount != len(rows):
        raise LookupError("a line's id belongs to another record")
    for field, values in line.values.items():
        theirs = [(one["id"], one.get(field) or ()) for _, lines in given for one in lines]
        _replace_values(connection, values, theirs, scope)


@lru_cache(maxsize=1024)
def _line_upsert(table: Table, dialect: str) -> Any:
    statement = _INSERTS[dialect](table)
    excluded = statement.excluded
    changed = {
        column.name: excluded[column.name] for column in table.c if column.name not in ("id", "record")
    }
    return statement.on_conflict_do_update(
        index_elements=[table.c.id], set_=changed, where=table.c.record == excluded.record
    )


def remove_rows(connection: Connection, tables: RecordTables, ids: Sequence[int], *, scope: AnyScope) -> None:
    """Purges records with all their parts: for good. Deleting is `update_rows` with `deleted_at`."""
    if not ids:
        return
    scoped = {"scope": scope}
    for values in tables.values.values():
        connection.execute(
            delete(values.table).where(among(connection, values.table.c.record, ids)),
            execution_options=scoped,
        )
    for line in tables.lines.values():
        theirs = among(connection, line.table.c.record, ids)
        for values in line.values.values():
            lines = select(line.table.c.id).where(theirs)
            connection.execute(
                delete(values.table).where(values.table.c.record.in_(lines)), execution_options=scoped
            )
        connection.execute(delete(line.table).where(theirs), execution_options=scoped)
    connection.execute(
        delete(tables.table).where(among(connection, tables.table.c.id, ids)), execution_options=scoped
    )

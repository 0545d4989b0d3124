"""Indexes of record tables: links, uniqueness, owners, and what saved views sort and filter by.

In: the tables of a form. Out: indexes, made when they are not there yet. Called by `ddl.py` in the
publish, and by the job that follows saved views (on PostgreSQL that one builds CONCURRENTLY, outside a
transaction). Not every field is indexed: on SQLite that made pages three times slower.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Index, MetaData, Table, func, select, text
from sqlalchemy.schema import CreateIndex

from runtime.store.database import Database, dialect_of
from runtime.store.physical import LineTable, RecordTables, ValuesTable
from runtime.store.scopes import SystemScope

SCHEMA = SystemScope("schema")
MOST_VIEW_INDEXES = 8  # per form
LIVE = text("deleted_at IS NULL")


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """One index by names: (column, "asc" or "desc") in order."""

    table: str
    columns: tuple[tuple[str, str], ...]
    is_unique: bool = False
    is_live_only: bool = False  # rows that are not deleted

    @property
    def name(self) -> str:
        """Within 63 bytes, the same for the same columns."""
        spelled = "_".join(name if way == "asc" else f"{name}_desc" for name, way in self.columns)
        prefix = "ux" if self.is_unique else "ix"
        name = f"{prefix}_{self.table}_{spelled}"
        if len(name) <= 60:
            return name
        return f"{prefix}_{self.table}_{hashlib.sha256(spelled.encode()).hexdigest()[:16]}"


def plans_of_form(tables: RecordTables, *, is_owned: bool) -> list[IndexPlan]:
    """What every form needs: what a changeset created, each link column, each unique field, the order
    of lines, owners."""
    # Undo finds what a changeset created by this. All rows, not the live ones: deleting leaves it alone.
    found = [IndexPlan(tables.table.name, (("created_in", "asc"), ("id", "asc")))]
    found += [
        IndexPlan(tables.table.name, ((one.column.name, "asc"),), is_live_only=True)
        for one in tables.fields.values()
        if one.storage.target_form is not None
    ]
    found += [unique_plan(tables, one.id) for one in tables.fields.values() if one.is_unique]
    if is_owned:
        found.append(IndexPlan(tables.table.name, (("owner", "asc"), ("id", "asc")), is_live_only=True))
    for line in tables.lines.values():
        found += _plans_of_lines(line)
        found += [_plan_of_values(one) for one in line.values.values()]
    return found + [_plan_of_values(one) for one in tables.values.values()]


def unique_plan(tables: RecordTables, field: str) -> IndexPlan:
    key = tables.fields[field].unique_key
    if key is None:
        raise LookupError(f"field {field} is not unique")
    return IndexPlan(tables.table.name, ((key.name, "asc"),), is_unique=True, is_live_only=True)


def _plans_of_lines(line: LineTable) -> list[IndexPlan]:
    found = [IndexPlan(line.table.name, (("record", "asc"), ("position", "asc")))]
    found += [
        IndexPlan(line.table.name, ((one.column.name, "asc"),))
        for one in line.fields.values()
        if one.storage.target_form is not None
    ]
    return found


def _plan_of_values(values: ValuesTable) -> IndexPlan:
    return IndexPlan(values.table.name, (("value", "asc"), ("record", "asc")))


def view_plan(
    tables: RecordTables, equal: Sequence[str], order: Sequence[tuple[str, str]]
) -> IndexPlan | None:
    """The composite index of a saved view: equality fields, then those it sorts by, then the id.

    `order` is ((field or system column, "asc" or "desc"), …). None when one of them has no column to
    index, or when the primary key serves already."""
    if not set(equal) | {name for name, _ in order} <= tables.columns.keys() | tables.system.keys():
        return None
    columns = [(tables.column(one).name, "asc") for one in equal]
    columns += [(sort_column(tables, one).name, way) for one, way in order]
    way = order[-1][1] if order else "asc"
    if "id" not in {name for name, _ in columns}:
        columns.append(("id", way))
    if len(columns) == 1:
        return None
    return IndexPlan(tables.table.name, tuple(columns), is_live_only=True)


def sort_column(tables: RecordTables, field: str) -> Column[Any]:
    """The column by which people's order sorts a field: its sort key where it has one."""
    stored = tables.fields.get(field)
    if stored is not None and stored.sort_key is not None:
        return stored.sort_key
    return tables.column(field)


def ensure_index(connection: Connection, plan: IndexPlan) -> None:
    """Makes the index when it is not there, in the transaction at hand."""
    connection.execute(CreateIndex(_index(plan, connection), if_not_exists=True))


def ensure_indexes(database: Database, plans: Sequence[IndexPlan]) -> None:
    """Makes indexes of tables that may be large and in use: nobody waits on PostgreSQL; on SQLite each
    is a transaction of its own, so that writers get their turn in between."""
    for plan in plans:
        if database.dialect == "postgresql":
            with database.maintaining() as connection:
                _drop_invalid(connection, plan)
                index = _index(plan, connection, is_concurrent=True)
                connection.execute(CreateIndex(index, if_not_exists=True))
        else:
            with database.writing() as connection:
                ensure_index(connection, plan)


def _drop_invalid(connection: Connection, plan: IndexPlan) -> None:
    """A build that was cut off leaves an index that serves nobody but is kept up by every write."""
    is_invalid = connection.execute(
        text(
            "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE relname = :name AND NOT indisvalid"
        ),
        {"name": plan.name},
    ).first()
    if is_invalid is not None:
        Index(plan.name).drop(connection)


def _index(plan: IndexPlan, connection: Connection, *, is_concurrent: bool = False) -> Index:
    table = Table(plan.table, MetaData(), *(Column(name) for name, _ in plan.columns))
    is_postgresql = dialect_of(connection) == "postgresql"
    parts: list[Any] = []
    for name, way in plan.columns:
        column = table.c[name]
        if way == "desc":
            parts.append(column.desc().nulls_last() if is_postgresql else column.desc())
        else:
            parts.append(column)
    where = LIVE if plan.is_live_only else None
    options: Any = {
        "sqlite_where": where,
        "postgresql_where": where,
        "postgresql_concurrently": is_concurrent,
    }
    return Index(plan.name, *parts, unique=plan.is_unique, **options)


def analyze(connection: Connection, tables: RecordTables) -> None:
    """Fresh statistics, after an import: without them SQLite picks the wrong index."""
    scoped = {"scope": SCHEMA}
    for table in (tables.table, *(line.table for line in tables.lines.values())):
        quoted = connection.dialect.identifier_preparer.quote(table.name)
        # lint: made-up-sql: ANALYZE takes no parameter; the dialect has quoted the name
        connection.exec_driver_sql("ANALYZE " + quoted, execution_options=scoped)


def list_indexes(connection: Connection, tables: RecordTables) -> list[str]:
    """The names of the indexes of a form's main table. For administrators, the cap and tests."""
    if dialect_of(connection) == "postgresql":
        wanted = text("SELECT indexname FROM pg_indexes WHERE tablename = :name ORDER BY 1")
    else:
        wanted = text("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = :name ORDER BY 1")
    return list(connection.execute(wanted, {"name": tables.table.name}).scalars())


def count_rows(connection: Connection, tables: RecordTables) -> int:
    """All rows, deleted ones too: how large a table is."""
    counted = select(func.count()).select_from(tables.table)
    return int(connection.execute(counted, execution_options={"scope": SCHEMA}).scalar_one())

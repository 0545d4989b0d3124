"""Schema operations at run time: additive only, in the transaction of the publish.

In: the forms of an app as they will be published. Out: their tables, columns and indexes; which columns
must now be filled; which unique fields are not. Called by `runtime.publishing`. What exists is read from
`physical` and `stored_column`, never from the database's catalogue. CREATE TABLE, ADD COLUMN, CREATE
INDEX: nothing is dropped, renamed or rebuilt (docs/decisions, "Publishing"). Again, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, ForeignKeyConstraint, MetaData, Table, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

from builder.fields.registry import field_type
from builder.forms import Field, Form
from runtime.store import indexes, key_filling, physical_rows
from runtime.store.columns.references import RecordId
from runtime.store.columns.registry import storage_of
from runtime.store.database import dialect_of
from runtime.store.physical import (
    FIELD_PREFIX,
    UNIQUE_PREFIX,
    Numbers,
    RecordTables,
    RowTable,
    StoredField,
    build_tables,
)
from runtime.store.scopes import SystemScope

LOCK_TIMEOUT = "3s"  # on PostgreSQL: others wait so long for a publish; then it is done again
SCHEMA = SystemScope("schema")


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column by the number of its table, its name and its field."""

    number: int
    name: str
    field: str


@dataclass(frozen=True, slots=True)
class Duplicates:
    """A field that is to be unique and is not: some of the texts that stand more than once."""

    form: str
    field: str
    values: tuple[str, ...]


@dataclass
class StoredForms:
    """What publishing did to the tables. With `duplicates` the publish must be refused."""

    numbers: Numbers
    tables: dict[str, RecordTables] = field(default_factory=dict)  # by form
    created: list[str] = field(default_factory=list)  # names of new tables
    added: list[StoredColumn] = field(default_factory=list)
    to_fill: list[StoredColumn] = field(default_factory=list)  # computed, "filling" until filled
    duplicates: list[Duplicates] = field(default_factory=list)


def store_forms(connection: Connection, workspace_id: int, app: str, forms: Sequence[Form]) -> StoredForms:
    """Brings the tables of these forms up to what they will hold."""
    if dialect_of(connection) == "postgresql":
        connection.execute(text("SELECT set_config('lock_timeout', :most, true)"), {"most": LOCK_TIMEOUT})
    for form in forms:
        _number(connection, workspace_id, app, form)
    numbers = physical_rows.numbers_of_app(connection, workspace_id, app)
    storing = _Storing(connection, workspace_id, StoredForms(numbers))
    for form in forms:
        storing.store(form)
    storing.reference()
    return storing.done


def _number(connection: Connection, workspace_id: int, app: str, form: Form) -> None:
    """Gives every table of the form a number, the form itself first."""
    known = physical_rows.elements_of_form(connection, workspace_id, app, form.id)
    for element, kind in _elements(form):
        if element not in known:
            physical_rows.insert_table(connection, workspace_id, app, form.id, element, kind)


def _elements(form: Form) -> Iterator[tuple[str, str]]:
    yield ("", "form")
    for one in form.fields:
        if one.subform is not None:
            yield (one.id, "subform")
            yield from ((column.id, "values") for column in one.subform.fields if _has_values(column))
        elif _has_values(one):
            yield (one.id, "values")


def _has_values(one: Field) -> bool:
    return storage_of(one).place == "values"


class _Storing:
    """One call of `store_forms`."""

    def __init__(self, connection: Connection, workspace_id: int, done: StoredForms) -> None:
        self.connection = connection
        self.workspace_id = workspace_id
        self.done = done
        self.operations = MigrationContext.configure(connection).impl
        self._references: list[tuple[str, str, str, bool]] = []  # table, column, target, is the table new

    def store(self, form: Form) -> None:
        tables = self.done.tables[form.id] = build_tables(form, self.done.numbers)
        self._store_rows(tables, _computed(form.fields))
        for one in form.fields:
            if one.subform is not None:
                self._store_rows(tables.lines[one.id], _computed(one.subform.fields))
        self._mark_stale(form, tables)
        self._make_unique(form, tables)
        for plan in indexes.plans_of_form(tables, is_owned=form.member_scope == "own"):
            if not plan.is_unique:
                indexes.ensure_index(self.connection, plan)

    def _store_rows(self, rows: RowTable, computed: frozenset[str]) -> None:
        known = physical_rows.columns_of(self.connection, self.workspace_id, rows.number)
        is_new = not known
        if is_new:
            self._create(rows)
        is_filled = not is_new and self._has_rows(rows.table)
        for one in rows.fields.values():
            if one.column.name in known:
                if one.id in computed and known[one.column.name].state == physical_rows.FILLING:
                    self.done.to_fill.append(StoredColumn(rows.number, one.column.name, one.id))
                continue
            self._store_field(rows, one, is_new=is_new, is_filling=is_filled and one.id in computed)
        for values in rows.values.values():
            if not physical_rows.columns_of(self.connection, self.workspace_id, values.number):
                self._create_table(values.table, {})
                self._note(values.number, "value", values.field, "values")

    def _create(self, rows: RowTable) -> None:
        """The whole table with all that it has from its first day; unique keys come with their index."""
        links = {
            one.column.name: target
            for one in rows.fields.values()
            if (target := self._target(one)) is not None
        }
        self._create_table(rows.table, links)
        self._note(rows.number, "id", "id", "id")
        for one in rows.fields.values():
            if one.unique_key is not None:
                self._note(rows.number, one.unique_key.name, one.id, "key")

    def _create_table(self, table: Table, links: dict[str, str]) -> None:
        metadata = MetaData()
        for target in {*links.values(), *(key.column.table.name for key in table.foreign_keys)}:
            if target != table.name:
                Table(target, metadata, Column("id", RecordId, primary_key=True))
        copy = table.to_metadata(metadata)
        for column, target in links.items():
            if self.connection.dialect.name == "sqlite":  # a table may be referred to before it exists
                copy.append_constraint(_reference(table.name, column, target))
            else:
                self._references.append((table.name, column, target, True))
        self.operations.create_table(copy)
        self.done.created.append(table.name)

    def _store_field(self, rows: RowTable, one: StoredField, *, is_new: bool, is_filling: bool) -> None:
        if not is_new:
            self._add_column(rows, one, one.column)
            if one.sort_key is not None:
                self._add_column(rows, one, one.sort_key)
        self._note(rows.number, one.column.name, one.id, one.storage.name, is_filling=is_filling)
        if is_filling:
            self.done.to_fill.append(StoredColumn(rows.number, one.column.name, one.id))

    def _add_column(self, rows: RowTable, one: StoredField, column: Column[Any]) -> None:
        table = rows.table.name
        added = Column(column.name, column.type)
        target = self._target(one) if column is one.column else None
        if target is not None and self.connection.dialect.name == "sqlite":
            self.connection.execute(AddReference(table, added, target))
        else:
            self.operations.add_column(table, added)
        if target is not None and self.connection.dialect.name != "sqlite":
            self._references.append((table, column.name, target, False))
        self.done.added.append(StoredColumn(rows.number, column.name, one.id))

    def _target(self, one: StoredField) -> str | None:
        """The table that a link's column refers to."""
        if one.storage.target_form is None:
            return None
        number = self.done.numbers.find_form(one.storage.target_form)
        return None if number is None else f"r_{number}"

    def reference(self) -> None:
        """On PostgreSQL foreign keys come when all tables are there; those of a table in use are not
        validated now (every row is still NULL): `validate_references` does it without locking."""
        for table, column, target, is_new in self._references:
            metadata = MetaData()
            if target != table:
                Table(target, metadata, Column("id", RecordId, primary_key=True))
            Table(table, metadata, Column("id", RecordId, primary_key=True), Column(column, RecordId))
            constraint = _reference(table, column, target, postgresql_not_valid=not is_new)
            metadata.tables[table].append_constraint(constraint)
            self.operations.add_constraint(constraint)

    def _mark_stale(self, form: Form, tables: RecordTables) -> None:
        """Nobody keeps up a removed computed field or the key of a field that is no longer unique:
        when they come back, they are filled anew."""
        known = physical_rows.columns_of(self.connection, self.workspace_id, tables.number)
        stale = {FIELD_PREFIX + one for one in _computed(form.removed)}
        stale |= {UNIQUE_PREFIX + one.id for one in form.fields if not one.is_unique}
        stale |= {UNIQUE_PREFIX + one.id for one in form.removed}
        for name in sorted(stale & known.keys()):
            self._set_state(tables.number, name, physical_rows.FILLING)

    def _make_unique(self, form: Form, tables: RecordTables) -> None:
        """A field that has become unique: its values are checked, its key filled, its index made."""
        known = physical_rows.columns_of(self.connection, self.workspace_id, tables.number)
        for one in tables.fields.values():
            if one.unique_key is None:
                continue
            column = known.get(one.unique_key.name)
            if column is None:
                self._add_column(tables, one, one.unique_key)
                self._note(tables.number, one.unique_key.name, one.id, "key")
            if column is None or column.state == physical_rows.FILLING:
                repeated = key_filling.find_duplicates(self.connection, tables, one)
                if repeated:
                    self.done.duplicates.append(Duplicates(form.id, one.id, repeated))
                    continue
                key_filling.fill_unique_keys(self.connection, tables, one)
                self._set_state(tables.number, one.unique_key.name, physical_rows.READY)
            indexes.ensure_index(self.connection, indexes.unique_plan(tables, one.id))

    def _set_state(self, number: int, name: str, state: str) -> None:
        physical_rows.set_state(self.connection, self.workspace_id, number, name, state)

    def _note(self, number: int, name: str, of: str, storage: str, *, is_filling: bool = False) -> None:
        physical_rows.insert_column(
            self.connection, self.workspace_id, number, name, of, storage, is_filling=is_filling
        )

    def _has_rows(self, table: Table) -> bool:
        first = select(table.c.id).limit(1)
        return self.connection.execute(first, execution_options={"scope": SCHEMA}).first() is not None


class AddReference(ExecutableDDLElement):
    """ALTER TABLE … ADD COLUMN … REFERENCES, which neither SQLAlchemy nor Alembic say on SQLite."""

    inherit_cache = False

    def __init__(self, table: str, column: Column[Any], target: str) -> None:
        self.table, self.column, self.target = table, column, target


@compiles(AddReference)
def _say_reference(element: AddReference, compiler: Any, **_options: Any) -> str:
    table, target = map(compiler.preparer.quote, (element.table, element.target))
    column = compiler.get_column_specification(element.column)
    return f"ALTER TABLE {table} ADD COLUMN {column} REFERENCES {target} (id) DEFERRABLE INITIALLY DEFERRED"


def _computed(fields: Sequence[Field]) -> frozenset[str]:
    """Fields whose values are computed from others, and so can be computed again (not serial numbers)."""
    return frozenset(
        one.id
        for one in fields
        if field_type(one).is_computed and {"expression", "measure"} & set(one.config)
    )


def _reference(table: str, column: str, target: str, **options: Any) -> ForeignKeyConstraint:
    """Checked when the transaction ends, so that a batch may bring both ends in any order."""
    return ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=f"fk_{table}_{column}",
        deferrable=True,
        initially="DEFERRED",
        **options,
    )


def validate_references(connection: Connection) -> int:
    """PostgreSQL: validates foreign keys that were added to tables in use; answers how many."""
    if dialect_of(connection) != "postgresql":
        return 0
    waiting = connection.execute(
        text(
            "SELECT conname, relname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid "
            "WHERE contype = 'f' AND NOT convalidated AND relname ~ '^r_[0-9]+$'"
        )
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    for name, table in waiting:
        statement = " ".join(("ALTER TABLE", quote(table), "VALIDATE CONSTRAINT", quote(name)))
        connection.exec_driver_sql(statement, execution_options={"scope": SCHEMA})
    return len(waiting)

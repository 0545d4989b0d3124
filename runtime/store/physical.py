"""Record tables: where the records of a form are, as SQLAlchemy tables; built once a version.

In: a `Form` and the numbers of its tables. Out: `RecordTables` with the main table `r_<n>`, a
`LineTable` per subform and a `ValuesTable` per multi-value field. Used by `ddl.py`, `record_rows` and
the translation; handed out by `runtime.catalogue`. Nothing is ever reflected. Tables of the same shape
are the same object, so that statements compiled for them stay in the cache.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, PrimaryKeyConstraint, Table

from builder.forms import Field, Form
from runtime.store.columns.moments import Instant
from runtime.store.columns.references import RecordId
from runtime.store.columns.registry import storage_of
from runtime.store.columns.storage import Storage
from runtime.store.columns.texts import PlainText

FIELD_PREFIX, SORT_PREFIX, UNIQUE_PREFIX = "f_", "s_", "u_"
# The system columns of a main table that expressions and queries may name, by field id.
SYSTEM_COLUMNS = ("id", "created_at", "created_by", "updated_at", "updated_by", "owner")
_MOST_REMEMBERED = 512


@dataclass(frozen=True)
class Numbers:
    """The numbers of an app's tables, by (form, element); element '' is the form itself."""

    by_element: Mapping[tuple[str, str], int]

    def of_form(self, form: str) -> int:
        return self.by_element[(form, "")]

    def of_element(self, form: str, element: str) -> int:
        """Of a subform or a multi-value field (of the form or of one of its subforms)."""
        return self.by_element[(form, element)]

    def find_form(self, form: str) -> int | None:
        return self.by_element.get((form, ""))


@dataclass(frozen=True, eq=False)
class StoredField:
    """One field with a column of its own."""

    id: str
    storage: Storage
    column: Column[Any]
    sort_key: Column[Any] | None = None
    unique_key: Column[Any] | None = None
    is_unique: bool = False


@dataclass(frozen=True, eq=False)
class ValuesTable:
    """The values of a multi-value field: (record, position, value); `record` is a line's id in a subform."""

    number: int
    field: str
    table: Table


@dataclass(frozen=True, eq=False)
class RowTable:
    """What a main table and a line table have in common."""

    number: int
    table: Table
    fields: Mapping[str, StoredField]
    values: Mapping[str, ValuesTable]
    columns: Mapping[str, Column[Any]] = field(init=False)  # by field id

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", {one.id: one.column for one in self.fields.values()})

    def column(self, field_id: str) -> Column[Any]:
        """The column of a field, or a system column by its reserved name."""
        found = self.columns.get(field_id)
        return found if found is not None else self.table.c[field_id]


@dataclass(frozen=True, eq=False)
class LineTable(RowTable):
    """The lines of one subform: id, record, position and the columns."""

    subform: str = ""


@dataclass(frozen=True, eq=False)
class RecordTables(RowTable):
    """All tables of one form version."""

    form: str = ""
    lines: Mapping[str, LineTable] = field(default_factory=dict)
    system: Mapping[str, Column[Any]] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "system", {name: self.table.c[name] for name in SYSTEM_COLUMNS})

    @property
    def main(self) -> Table:
        return self.table


def record_tables(form: Form, numbers: Numbers) -> RecordTables:
    """The tables of a form version, as remembered or built."""
    signature = _signature(form, numbers)
    with _lock:
        found = _remembered.get(signature)
        if found is not None:
            _remembered.move_to_end(signature)
            return found
    built = build_tables(form, numbers)
    with _lock:
        built = _remembered.setdefault(signature, built)
        if len(_remembered) > _MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return built


_lock = threading.Lock()
_remembered: OrderedDict[object, RecordTables] = OrderedDict()


def _signature(form: Form, numbers: Numbers) -> object:
    return (
        form.id,
        numbers.of_form(form.id),
        _shape(form, form.id, numbers),
        tuple(
            (one.id, numbers.of_element(form.id, one.id), _shape(one.subform, form.id, numbers))
            for one in form.fields
            if one.subform is not None
        ),
    )


def _shape(columns: Form, form: str, numbers: Numbers) -> object:
    found = []
    for one in columns.fields:
        storage = storage_of(one)
        number = numbers.of_element(form, one.id) if storage.place == "values" else 0
        found.append((one.id, storage.name, storage.target_form, one.is_unique, number))
    return tuple(found)


def build_tables(form: Form, numbers: Numbers) -> RecordTables:
    """The tables anew. Called by `record_tables`, and by `ddl.py`, which needs no memory."""
    metadata = MetaData()
    number = numbers.of_form(form.id)
    main_name = f"r_{number}"
    fields = _stored_fields(form)
    lines = {}
    for one in form.fields:
        if one.subform is not None:
            lines[one.id] = _line_table(metadata, form, one, one.subform, numbers, main_name)
    table = Table(main_name, metadata, *_main_columns(), *_columns(fields), PrimaryKeyConstraint("id"))
    values = _values_tables(metadata, form, form.id, numbers, main_name)
    return RecordTables(number, table, fields, values, form.id, lines)


def _main_columns() -> list[Column[Any]]:
    return [
        Column("id", RecordId, nullable=False, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("created_by", RecordId),
        Column("updated_at", Instant, nullable=False),
        Column("updated_by", RecordId),
        Column("owner", RecordId),
        Column("deleted_at", Instant),
        Column("created_in", RecordId),  # the changeset that created it
    ]


def _line_table(
    metadata: MetaData, form: Form, subform: Field, columns: Form, numbers: Numbers, main_name: str
) -> LineTable:
    number = numbers.of_element(form.id, subform.id)
    name = f"r_{number}"
    fields = _stored_fields(columns, has_keys=False)
    table = Table(
        name,
        metadata,
        Column("id", RecordId, nullable=False, autoincrement=False),
        Column("record", RecordId, nullable=False),
        Column("position", Integer, nullable=False),
        *_columns(fields),
        PrimaryKeyConstraint("id"),
        ForeignKeyConstraint(["record"], [f"{main_name}.id"]),
    )
    values = _values_tables(metadata, columns, form.id, numbers, name)
    return LineTable(number, table, fields, values, subform.id)


def _stored_fields(columns: Form, *, has_keys: bool = True) -> dict[str, StoredField]:
    found = {}
    for one in columns.fields:
        storage = storage_of(one)
        if storage.place != "column":
            continue
        has_sort, has_unique = has_keys and storage.sort_key is not None, has_keys and one.is_unique
        found[one.id] = StoredField(
            one.id,
            storage,
            Column(FIELD_PREFIX + one.id, storage.type),
            Column(SORT_PREFIX + one.id, PlainText) if has_sort else None,
            Column(UNIQUE_PREFIX + one.id, PlainText) if has_unique else None,
            has_unique,
        )
    return found


def _columns(fields: Mapping[str, StoredField]) -> list[Column[Any]]:
    found = []
    for one in fields.values():
        found += [column for column in (one.column, one.sort_key, one.unique_key) if column is not None]
    return found


def _values_tables(
    metadata: MetaData, columns: Form, form: str, numbers: Numbers, owner: str
) -> dict[str, ValuesTable]:
    found = {}
    for one in columns.fields:
        storage = storage_of(one)
        if storage.place != "values":
            continue
        number = numbers.of_element(form, one.id)
        table = Table(
            f"m_{number}",
            metadata,
            Column("record", RecordId, nullable=False),
            Column("position", Integer, nullable=False),
            Column("value", storage.type, nullable=False),
            PrimaryKeyConstraint("record", "position"),
            ForeignKeyConstraint(["record"], [f"{owner}.id"]),
            sqlite_with_rowid=False,
        )
        found[one.id] = ValuesTable(number, one.id, table)
    return found

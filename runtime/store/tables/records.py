"""Where records live, what they count by: tables, columns and their states, serial counters.

In: nothing. Out: the tables. Handed on by `runtime.store.schema`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from runtime.store.tables.parts import id_column, metadata, owned_by, word

physical = Table(
    "physical",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=True),
    id_column("workspace_id"),
    word("app"),
    word("form"),
    word("element"),  # '' for the form itself, else the subform or the multi-value field
    word("kind"),
    PrimaryKeyConstraint("number"),
    owned_by("app", "app"),
    UniqueConstraint("workspace_id", "number"),
    UniqueConstraint("workspace_id", "app", "form", "element"),
    CheckConstraint("kind IN ('form', 'subform', 'values')", name="kind"),
    sqlite_autoincrement=True,  # a number is never used twice
)

stored_column = Table(
    "stored_column",
    metadata,
    id_column("workspace_id"),
    Column("number", Integer, nullable=False, autoincrement=False),
    word("name"),  # of the column: f_…, s_… (sort key), u_… (unique key)
    word("field"),
    word("storage"),  # what it was made as: a later retype is told by it
    word("state"),
    id_column("watermark", is_optional=True),  # the last record that filling reached
    PrimaryKeyConstraint("workspace_id", "number", "name"),
    owned_by("physical", "number"),
    CheckConstraint("state IN ('filling', 'ready')", name="state"),
)

counter = Table(
    "counter",
    metadata,
    id_column("workspace_id"),
    Column("number", Integer, nullable=False, autoincrement=False),
    word("field"),
    word("period"),  # '' or the day, month or year that the rule resets by
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("workspace_id", "number", "field", "period"),
    owned_by("physical", "number"),
)

"""What changed: changesets and the cells as they were before.

In: nothing. Out: the tables. Handed on by `runtime.store.schema`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from runtime.store.tables.parts import (
    count,
    document,
    flag,
    id_column,
    instant,
    metadata,
    of_workspace,
    owned_by,
    word,
)

changeset = Table(
    "changeset",
    metadata,
    id_column(),
    id_column("workspace_id"),
    instant("at"),
    word("actor"),  # member, key, system
    id_column("member_id", is_optional=True),
    id_column("key_id", is_optional=True),
    word("action"),
    document("cause", is_optional=True),
    Column("number", Integer, nullable=True),  # the form it began with
    flag("is_open", start=False),
    instant("closed_at", is_optional=True),
    count("records"),
    id_column("reverts", is_optional=True),
    id_column("reverted_by", is_optional=True),
    PrimaryKeyConstraint("id"),
    of_workspace(),
    owned_by("member", "member_id"),
    owned_by("physical", "number"),
    UniqueConstraint("workspace_id", "id"),
    Index("ix_changeset_reverts", "reverts"),
)

change = Table(
    "change",
    metadata,
    id_column("changeset_id"),
    Column("sequence", BigInteger, nullable=False, autoincrement=False),
    id_column("workspace_id"),
    Column("number", Integer, nullable=False),
    id_column("record_id"),
    word("kind"),  # update, delete, restore, …
    Column("version", Integer, nullable=False),  # the record's, before
    document("before"),
    flag("is_derived", start=False),
    PrimaryKeyConstraint("changeset_id", "sequence"),
    owned_by("changeset", "changeset_id"),
    owned_by("physical", "number"),
    Index("ix_change_record", "number", "record_id", "changeset_id"),
)

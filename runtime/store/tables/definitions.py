"""What people design: apps, versions of definitions, drafts and their edits.

In: nothing. Out: the tables. Handed on by `runtime.store.schema`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from runtime.store.tables.parts import (
    count,
    document,
    id_column,
    instant,
    metadata,
    of_workspace,
    owned_by,
    word,
)

app = Table(
    "app",
    metadata,
    id_column("workspace_id"),
    word("id"),
    word("key"),
    word("origin", is_optional=True),  # the bundle it was cloned from
    id_column("sequence"),  # the order in which apps were made
    instant("created_at"),
    id_column("created_by", is_optional=True),
    PrimaryKeyConstraint("workspace_id", "id"),
    of_workspace(),
    owned_by("member", "created_by"),
    UniqueConstraint("workspace_id", "key"),
)

definition = Table(
    "definition",
    metadata,
    id_column("workspace_id"),
    word("app"),
    word("kind"),
    word("logical_id"),
    Column("version", Integer, nullable=False, autoincrement=False),
    word("key"),
    word("state"),
    document("document"),
    word("hash"),
    id_column("owner", is_optional=True),  # the member of a personal view
    id_column("sequence"),  # order within the app: that of the first version
    instant("created_at"),
    id_column("created_by", is_optional=True),
    PrimaryKeyConstraint("workspace_id", "app", "kind", "logical_id", "version"),
    owned_by("app", "app"),
    owned_by("member", "owner"),
    owned_by("member", "created_by"),
    CheckConstraint("state IN ('published', 'retired')", name="state"),
)
# What runtime reads: at most one published version of each definition.
Index(
    "ux_definition_published",
    definition.c.workspace_id,
    definition.c.app,
    definition.c.kind,
    definition.c.logical_id,
    unique=True,
    sqlite_where=text("state = 'published'"),
    postgresql_where=text("state = 'published'"),
)

draft = Table(
    "draft",
    metadata,
    id_column(),
    id_column("workspace_id"),
    word("app"),
    word("kind"),
    word("logical_id"),
    word("key"),
    document("document"),
    Column("base_version", Integer, nullable=False),
    count("revision"),
    count("first_revision"),  # what came before was published
    instant("created_at"),
    id_column("created_by", is_optional=True),
    instant("updated_at"),
    PrimaryKeyConstraint("id"),
    owned_by("app", "app"),
    owned_by("member", "created_by"),
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "app", "kind", "logical_id"),
)

draft_edit = Table(
    "draft_edit",
    metadata,
    id_column("workspace_id"),
    id_column("draft_id"),
    Column("revision", BigInteger, nullable=False, autoincrement=False),
    id_column("member_id", is_optional=True),
    instant("at"),
    document("edit"),
    document("inverse"),
    document("touched"),
    Column("undoes", BigInteger, nullable=True),
    Column("redoes", BigInteger, nullable=True),
    PrimaryKeyConstraint("workspace_id", "draft_id", "revision"),
    owned_by("draft", "draft_id"),
    owned_by("member", "member_id"),
)

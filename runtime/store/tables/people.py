"""People: accounts and sessions; workspaces with their members, keys, preferences and audit log.

In: nothing. Out: the tables. Handed on by `runtime.store.schema`.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

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

account = Table(
    "account",
    metadata,
    id_column(),
    word("email"),
    word("name"),
    word("password_hash", is_optional=True),
    word("language"),
    word("zone"),
    flag("is_active", start=True),
    instant("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
)

session = Table(
    "session",
    metadata,
    id_column(),
    id_column("account_id"),
    word("token_hash"),
    instant("created_at"),
    instant("seen_at"),
    instant("expires_at"),
    word("ip"),
    word("agent"),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["account_id"], ["account.id"]),
    UniqueConstraint("token_hash"),
    Index(None, "account_id"),
)

rate_limit = Table(
    "rate_limit",
    metadata,
    word("key"),
    instant("started_at"),
    count("attempts"),
    instant("blocked_until", is_optional=True),
    PrimaryKeyConstraint("key"),
)

workspace = Table(
    "workspace",
    metadata,
    id_column(),
    word("slug"),
    document("names"),
    word("zone"),
    word("language"),
    count("revision", 1),
    instant("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("slug"),
)

member = Table(
    "member",
    metadata,
    id_column(),
    id_column("workspace_id"),
    id_column("account_id"),
    word("name"),
    word("role"),
    flag("is_active", start=True),
    instant("created_at"),
    PrimaryKeyConstraint("id"),
    of_workspace(),
    ForeignKeyConstraint(["account_id"], ["account.id"]),
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("account_id", "workspace_id"),
    CheckConstraint("role IN ('owner', 'admin', 'member')", name="role"),
)

api_key = Table(
    "api_key",
    metadata,
    id_column(),
    id_column("workspace_id"),
    id_column("member_id"),
    word("name"),
    document("scopes"),
    word("token_hash"),
    word("hint"),
    instant("created_at"),
    instant("used_at", is_optional=True),
    instant("expires_at", is_optional=True),
    instant("revoked_at", is_optional=True),
    PrimaryKeyConstraint("id"),
    owned_by("member", "member_id"),
    UniqueConstraint("token_hash"),
    Index(None, "workspace_id", "member_id"),
)

preference = Table(
    "preference",
    metadata,
    id_column("workspace_id"),
    id_column("member_id"),
    word("name"),
    document("value"),
    PrimaryKeyConstraint("workspace_id", "member_id", "name"),
    owned_by("member", "member_id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    id_column(),
    id_column("workspace_id"),
    instant("at"),
    document("line"),
    word("hash"),
    PrimaryKeyConstraint("id"),
    of_workspace(),
    Index(None, "workspace_id", "id"),
)

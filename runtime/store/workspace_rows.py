"""Rows of `workspace`: read once per unit of work, for their revision.

In: a connection. Out: rows with `id, slug, names, zone, language, revision`. Called by
`runtime.workspaces`, `runtime.platform` and the daily schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from runtime.record_ids import new_record_id
from runtime.store.schema import member, workspace

_COLUMNS = (
    workspace.c.id,
    workspace.c.slug,
    workspace.c.names,
    workspace.c.zone,
    workspace.c.language,
    workspace.c.revision,
)
# Built once: it runs in every unit of work.
_BY_ID: Select[Any] = select(*_COLUMNS).where(workspace.c.id == bindparam("id"))
_REVISION = select(workspace.c.revision).where(workspace.c.id == bindparam("id"))


def find(connection: Connection, workspace_id: int) -> Row[Any] | None:
    return connection.execute(_BY_ID, {"id": workspace_id}).first()


def find_by_slug(connection: Connection, slug: str) -> Row[Any] | None:
    wanted: Select[Any] = select(*_COLUMNS).where(workspace.c.slug == slug)
    return connection.execute(wanted).first()


def list_all(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(*_COLUMNS).order_by(workspace.c.id)))


def list_zones(connection: Connection) -> list[tuple[int, str]]:
    return [(row.id, row.zone) for row in connection.execute(select(workspace.c.id, workspace.c.zone))]


def read_revision(connection: Connection, workspace_id: int) -> int:
    return int(connection.execute(_REVISION, {"id": workspace_id}).scalar_one())


def insert(
    connection: Connection, *, slug: str, names: Mapping[str, str], zone: str, language: str, now: datetime
) -> int:
    workspace_id = new_record_id()
    row = {"id": workspace_id, "slug": slug, "names": dict(names), "zone": zone, "language": language}
    connection.execute(workspace.insert(), {**row, "created_at": now})
    return workspace_id


def change(
    connection: Connection, workspace_id: int, *, names: Mapping[str, str], zone: str, language: str
) -> None:
    values = {"names": dict(names), "zone": zone, "language": language}
    connection.execute(update(workspace).where(workspace.c.id == workspace_id).values(**values))


def bump_revision(connection: Connection, workspace_id: int) -> None:
    bumped = update(workspace).values(revision=workspace.c.revision + 1)
    connection.execute(bumped.where(workspace.c.id == workspace_id))


def bump_revisions_of_account(connection: Connection, account_id: int) -> None:
    """In all its workspaces: what it may do changed."""
    theirs = select(member.c.workspace_id).where(member.c.account_id == account_id)
    bumped = update(workspace).values(revision=workspace.c.revision + 1)
    connection.execute(bumped.where(workspace.c.id.in_(theirs)))

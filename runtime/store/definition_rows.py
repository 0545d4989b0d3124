"""Rows of `app` and `definition`: immutable versions of everything that people design.

In: a connection. Out: heads (without documents), documents at given versions, and new versions. Called
by `runtime.catalogue`, `runtime.definitions`, `runtime.publishing` and `runtime.bundles`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, select, tuple_, update

from runtime.store.schema import app, definition

_HEADS = (
    select(
        definition.c.app,
        definition.c.kind,
        definition.c.logical_id,
        # The key that the app has here: a second clone is crm-2, whatever its document says.
        case((definition.c.kind == "app", app.c.key), else_=definition.c.key).label("key"),
        definition.c.version,
        definition.c.owner,
        app.c.origin,
    )
    .join_from(
        definition, app, and_(app.c.workspace_id == definition.c.workspace_id, app.c.id == definition.c.app)
    )
    .where(definition.c.workspace_id == bindparam("workspace_id"), definition.c.state == "published")
    .order_by(app.c.sequence, definition.c.sequence, definition.c.logical_id)
)


def published_heads(connection: Connection, workspace_id: int) -> list[Row[Any]]:
    """All published definitions of a workspace, app by app, in the order in which they were made."""
    return list(connection.execute(_HEADS, {"workspace_id": workspace_id}))


def read_versions(
    connection: Connection, workspace_id: int, app_id: str, versions: Sequence[tuple[str, str, int]]
) -> dict[str, Any]:
    """Documents by logical id, at exactly these (kind, logical id, version)."""
    wanted = select(definition.c.logical_id, definition.c.document).where(
        definition.c.workspace_id == workspace_id,
        definition.c.app == app_id,
        tuple_(definition.c.kind, definition.c.logical_id, definition.c.version).in_(versions),
    )
    return {row.logical_id: row.document for row in connection.execute(wanted)}


def find_published(
    connection: Connection, workspace_id: int, app_id: str, kind: str, logical_id: str
) -> Row[Any] | None:
    return connection.execute(
        _of(workspace_id, app_id, kind, logical_id).where(definition.c.state == "published")
    ).first()


def find_version(
    connection: Connection, workspace_id: int, app_id: str, kind: str, logical_id: str, version: int
) -> Row[Any] | None:
    return connection.execute(
        _of(workspace_id, app_id, kind, logical_id).where(definition.c.version == version)
    ).first()


def list_versions(
    connection: Connection, workspace_id: int, app_id: str, kind: str, logical_id: str
) -> list[Row[Any]]:
    """Newest first, with their documents."""
    return list(
        connection.execute(_of(workspace_id, app_id, kind, logical_id).order_by(definition.c.version.desc()))
    )


def app_keys(connection: Connection, workspace_id: int) -> set[str]:
    return set(connection.execute(select(app.c.key).where(app.c.workspace_id == workspace_id)).scalars())


def insert_app(
    connection: Connection,
    workspace_id: int,
    app_id: str,
    key: str,
    origin: str | None,
    now: datetime,
    member_id: int | None,
) -> None:
    last = select(func.coalesce(func.max(app.c.sequence), 0)).where(app.c.workspace_id == workspace_id)
    row = {"workspace_id": workspace_id, "id": app_id, "key": key, "origin": origin, "created_at": now}
    sequence = connection.execute(last).scalar_one() + 1
    connection.execute(app.insert(), {**row, "created_by": member_id, "sequence": sequence})


def insert_version(
    connection: Connection,
    workspace_id: int,
    app_id: str,
    kind: str,
    logical_id: str,
    *,
    key: str,
    document: Mapping[str, Any],
    document_hash: str,
    owner: int | None,
    now: datetime,
    member_id: int | None,
) -> int:
    """The next version becomes the published one; the one before retires."""
    place = (
        definition.c.workspace_id == workspace_id,
        definition.c.app == app_id,
        definition.c.kind == kind,
        definition.c.logical_id == logical_id,
    )
    before = connection.execute(
        select(func.max(definition.c.version), func.min(definition.c.sequence)).where(*place)
    ).one()
    retire(connection, workspace_id, app_id, kind, logical_id)
    version = (before[0] or 0) + 1
    row = {
        "workspace_id": workspace_id,
        "app": app_id,
        "kind": kind,
        "logical_id": logical_id,
        "version": version,
        "key": key,
        "state": "published",
        "document": document,
        "hash": document_hash,
        "owner": owner,
        "sequence": before[1] or _next_sequence(connection, workspace_id, app_id),
        "created_at": now,
        "created_by": member_id,
    }
    connection.execute(definition.insert(), row)
    return version


def _next_sequence(connection: Connection, workspace_id: int, app_id: str) -> int:
    last = select(func.coalesce(func.max(definition.c.sequence), 0)).where(
        definition.c.workspace_id == workspace_id, definition.c.app == app_id
    )
    return int(connection.execute(last).scalar_one()) + 1


def retire(connection: Connection, workspace_id: int, app_id: str, kind: str, logical_id: str) -> bool:
    """Nothing runs by it any more; its versions stay."""
    published = update(definition).where(
        definition.c.workspace_id == workspace_id,
        definition.c.app == app_id,
        definition.c.kind == kind,
        definition.c.logical_id == logical_id,
        definition.c.state == "published",
    )
    return connection.execute(published.values(state="retired")).rowcount == 1


def _of(workspace_id: int, app_id: str, kind: str, logical_id: str) -> Any:
    return select(definition).where(
        definition.c.workspace_id == workspace_id,
        definition.c.app == app_id,
        definition.c.kind == kind,
        definition.c.logical_id == logical_id,
    )

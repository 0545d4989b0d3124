"""Rows of `draft` and `draft_edit`: what is being redesigned, and the log of its edits.

In: a connection. Out: draft rows and log lines in order. Called by `runtime.drafts` and
`runtime.publishing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from runtime.record_ids import new_record_id
from runtime.store.schema import draft, draft_edit

KIND = "form"


def find(connection: Connection, workspace_id: int, app_id: str, logical_id: str) -> Row[Any] | None:
    return connection.execute(_of_app(workspace_id, app_id).where(draft.c.logical_id == logical_id)).first()


def find_by_key(connection: Connection, workspace_id: int, app_id: str, key: str) -> Row[Any] | None:
    return connection.execute(_of_app(workspace_id, app_id).where(draft.c.key == key)).first()


def list_open(connection: Connection, workspace_id: int, app_id: str) -> list[Row[Any]]:
    return list(connection.execute(_of_app(workspace_id, app_id).order_by(draft.c.id)))


def _of_app(workspace_id: int, app_id: str) -> Any:
    return select(draft).where(
        draft.c.workspace_id == workspace_id, draft.c.app == app_id, draft.c.kind == KIND
    )


def read_log(connection: Connection, workspace_id: int, draft_id: int) -> list[Row[Any]]:
    wanted = select(draft_edit).where(
        draft_edit.c.workspace_id == workspace_id, draft_edit.c.draft_id == draft_id
    )
    return list(connection.execute(wanted.order_by(draft_edit.c.revision)))


def insert(
    connection: Connection,
    workspace_id: int,
    app_id: str,
    logical_id: str,
    *,
    key: str,
    document: Mapping[str, Any],
    base_version: int,
    member_id: int | None,
    now: datetime,
) -> int:
    draft_id = new_record_id()
    row = {
        "id": draft_id,
        "workspace_id": workspace_id,
        "app": app_id,
        "kind": KIND,
        "logical_id": logical_id,
        "key": key,
        "document": document,
        "base_version": base_version,
        "created_by": member_id,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(draft.insert(), row)
    return draft_id


def append(connection: Connection, workspace_id: int, draft_id: int, line: Mapping[str, Any]) -> None:
    connection.execute(draft_edit.insert(), {"workspace_id": workspace_id, "draft_id": draft_id, **line})


def save(
    connection: Connection,
    workspace_id: int,
    draft_id: int,
    *,
    key: str,
    document: Mapping[str, Any],
    revision: int,
    now: datetime,
) -> None:
    _change(connection, workspace_id, draft_id, key=key, document=document, revision=revision, updated_at=now)


def close(
    connection: Connection,
    workspace_id: int,
    draft_id: int,
    *,
    base_version: int,
    document: Mapping[str, Any],
    revision: int,
    now: datetime,
) -> None:
    """Published: the log is history, and edits based on it are told so by the revision."""
    _remove_log(connection, workspace_id, draft_id)
    _change(
        connection,
        workspace_id,
        draft_id,
        base_version=base_version,
        document=document,
        revision=revision,
        first_revision=revision,
        updated_at=now,
    )


def remove(connection: Connection, workspace_id: int, draft_id: int) -> None:
    _remove_log(connection, workspace_id, draft_id)
    connection.execute(delete(draft).where(draft.c.workspace_id == workspace_id, draft.c.id == draft_id))


def _remove_log(connection: Connection, workspace_id: int, draft_id: int) -> None:
    gone = delete(draft_edit).where(
        draft_edit.c.workspace_id == workspace_id, draft_edit.c.draft_id == draft_id
    )
    connection.execute(gone)


def _change(connection: Connection, workspace_id: int, draft_id: int, **values: object) -> None:
    wanted = (draft.c.workspace_id == workspace_id, draft.c.id == draft_id)
    connection.execute(update(draft).where(*wanted).values(**values))

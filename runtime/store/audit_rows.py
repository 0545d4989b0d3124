"""Rows of `audit_log`: append-only, chained by hash.

In: a connection. Out: rows with `id, at, line, hash`. Called by `runtime.audit` only; there is no
update and no delete.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from runtime.record_ids import new_record_id
from runtime.store import form_locks
from runtime.store.schema import audit_log, member


def lock_last_hash(connection: Connection, workspace_id: int) -> str:
    """The hash of the newest line; nobody else appends until the transaction ends."""
    form_locks.exclude_named(connection, f"audit/{workspace_id}")
    newest = select(audit_log.c.hash).where(audit_log.c.workspace_id == workspace_id)
    return connection.execute(newest.order_by(audit_log.c.id.desc()).limit(1)).scalar() or ""


def insert(
    connection: Connection, workspace_id: int, now: datetime, line: Mapping[str, Any], line_hash: str
) -> None:
    last = connection.execute(
        select(audit_log.c.id)
        .where(audit_log.c.workspace_id == workspace_id)
        .order_by(audit_log.c.id.desc())
        .limit(1)
    ).scalar()
    # Ids order the chain: never below the last, whatever another process's clock says.
    row_id = max(new_record_id(), (last or 0) + 1)
    row = {"id": row_id, "workspace_id": workspace_id, "at": now, "line": dict(line), "hash": line_hash}
    connection.execute(audit_log.insert(), row)


def members_of(connection: Connection, account_id: int) -> list[Row[Any]]:
    """The workspaces that a sign-in of the account concerns."""
    wanted = select(member.c.workspace_id, member.c.id).where(member.c.account_id == account_id)
    return list(connection.execute(wanted.order_by(member.c.workspace_id)))


def list_rows(connection: Connection, workspace_id: int, limit: int, before: int | None) -> list[Row[Any]]:
    wanted = select(audit_log).where(audit_log.c.workspace_id == workspace_id)
    if before is not None:
        wanted = wanted.where(audit_log.c.id < before)
    return list(connection.execute(wanted.order_by(audit_log.c.id.desc()).limit(limit)))


def list_all(connection: Connection, workspace_id: int) -> list[Row[Any]]:
    wanted = select(audit_log).where(audit_log.c.workspace_id == workspace_id)
    return list(connection.execute(wanted.order_by(audit_log.c.id)))

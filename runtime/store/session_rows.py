"""Rows of `session`: who is signed in where.

In: a connection and the hash of a token. Out: rows of the session with its account, or the member that
it stands for in a workspace. Called by `runtime.sessions`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, or_, select, update

from runtime.record_ids import new_record_id
from runtime.store.people_rows import select_members
from runtime.store.schema import account, member, session, workspace

_COLUMNS = (
    session.c.id,
    session.c.account_id,
    session.c.created_at,
    session.c.seen_at,
    session.c.expires_at,
    session.c.ip,
    session.c.agent,
    account.c.email,
    account.c.name,
    account.c.language,
    account.c.zone,
    account.c.is_active,
    account.c.password_hash,
)
_LIVE = (
    session.c.expires_at > bindparam("now"),
    session.c.seen_at > bindparam("idle"),
    account.c.is_active,
)
_SESSIONS: Select[Any] = (
    select(*_COLUMNS).join_from(session, account, session.c.account_id == account.c.id).where(*_LIVE)
)
_BY_TOKEN = _SESSIONS.where(session.c.token_hash == bindparam("token_hash"))
_OF_ACCOUNT = _SESSIONS.where(session.c.account_id == bindparam("account_id")).order_by(
    session.c.seen_at.desc()
)
# Built once: the gate of every request of a signed-in browser.
_MEMBER: Select[Any] = (
    select_members()
    .add_columns(session.c.id.label("session_id"), session.c.seen_at)
    .join(session, session.c.account_id == account.c.id)
    .join(workspace, workspace.c.id == member.c.workspace_id)
    .where(
        session.c.token_hash == bindparam("token_hash"),
        workspace.c.slug == bindparam("slug"),
        member.c.is_active,
        *_LIVE,
    )
)


def insert(
    connection: Connection,
    account_id: int,
    token_hash: str,
    now: datetime,
    expires_at: datetime,
    ip: str,
    agent: str,
) -> int:
    session_id = new_record_id()
    row = {"id": session_id, "account_id": account_id, "token_hash": token_hash, "created_at": now}
    connection.execute(
        session.insert(), {**row, "seen_at": now, "expires_at": expires_at, "ip": ip, "agent": agent}
    )
    return session_id


def find(connection: Connection, token_hash: str, now: datetime, idle: datetime) -> Row[Any] | None:
    """The live session of a token."""
    return connection.execute(_BY_TOKEN, {"token_hash": token_hash, "now": now, "idle": idle}).first()


def find_member(
    connection: Connection, token_hash: str, slug: str, now: datetime, idle: datetime
) -> Row[Any] | None:
    """The active member that a live session stands for in a workspace."""
    values = {"token_hash": token_hash, "slug": slug, "now": now, "idle": idle}
    return connection.execute(_MEMBER, values).first()


def list_live(connection: Connection, account_id: int, now: datetime, idle: datetime) -> list[Row[Any]]:
    return list(connection.execute(_OF_ACCOUNT, {"account_id": account_id, "now": now, "idle": idle}))


def touch(connection: Connection, session_id: int, now: datetime) -> None:
    connection.execute(update(session).where(session.c.id == session_id).values(seen_at=now))


def remove(connection: Connection, account_id: int, session_id: int) -> bool:
    gone = delete(session).where(session.c.id == session_id, session.c.account_id == account_id)
    return connection.execute(gone).rowcount == 1


def remove_others(connection: Connection, account_id: int, kept_id: int | None) -> None:
    """All sessions of the account but the one kept."""
    gone = delete(session).where(session.c.account_id == account_id)
    if kept_id is not None:
        gone = gone.where(session.c.id != kept_id)
    connection.execute(gone)


def remove_dead(connection: Connection, now: datetime, idle: datetime) -> int:
    gone = delete(session).where(or_(session.c.expires_at <= now, session.c.seen_at <= idle))
    return connection.execute(gone).rowcount

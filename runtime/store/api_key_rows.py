"""Rows of `api_key`.

In: a connection and the hash of a key's text. Out: key rows, or the member a key stands for. Called by
`runtime.apikeys` and by `runtime.people` when a member is disabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select, update

from runtime.record_ids import new_record_id
from runtime.store.people_rows import MEMBER_COLUMNS
from runtime.store.schema import account, api_key, member

_COLUMNS = (
    api_key.c.id,
    api_key.c.member_id,
    api_key.c.name,
    api_key.c.scopes,
    api_key.c.hint,
    api_key.c.created_at,
    api_key.c.used_at,
    api_key.c.expires_at,
    api_key.c.revoked_at,
)
# Built once: the gate of every request by a key.
_MEMBER: Select[Any] = (
    select(*MEMBER_COLUMNS, api_key.c.id.label("key_id"), api_key.c.scopes, api_key.c.used_at)
    .join_from(member, account, member.c.account_id == account.c.id)
    .join(api_key, (api_key.c.member_id == member.c.id) & (api_key.c.workspace_id == member.c.workspace_id))
    .where(
        api_key.c.token_hash == bindparam("token_hash"),
        api_key.c.revoked_at.is_(None),
        or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > bindparam("now")),
        member.c.is_active,
        account.c.is_active,
    )
)


def insert(
    connection: Connection,
    workspace_id: int,
    *,
    member_id: int,
    name: str,
    scopes: Sequence[str],
    token_hash: str,
    hint: str,
    now: datetime,
    expires_at: datetime | None,
) -> int:
    key_id = new_record_id()
    row = {"id": key_id, "workspace_id": workspace_id, "member_id": member_id, "name": name, "hint": hint}
    more = {"scopes": list(scopes), "token_hash": token_hash, "created_at": now, "expires_at": expires_at}
    connection.execute(api_key.insert(), {**row, **more})
    return key_id


def get(connection: Connection, workspace_id: int, key_id: int) -> Row[Any]:
    row = find(connection, workspace_id, key_id)
    if row is None:
        raise LookupError(f"no API key {key_id}")
    return row


def find(connection: Connection, workspace_id: int, key_id: int) -> Row[Any] | None:
    wanted: Select[Any] = select(*_COLUMNS).where(
        api_key.c.workspace_id == workspace_id, api_key.c.id == key_id
    )
    return connection.execute(wanted).first()


def list_keys(connection: Connection, workspace_id: int, member_id: int | None) -> list[Row[Any]]:
    """Of one member, or of all; newest first."""
    wanted: Select[Any] = select(*_COLUMNS).where(api_key.c.workspace_id == workspace_id)
    if member_id is not None:
        wanted = wanted.where(api_key.c.member_id == member_id)
    return list(connection.execute(wanted.order_by(api_key.c.id.desc())))


def find_member(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    return connection.execute(_MEMBER, {"token_hash": token_hash, "now": now}).first()


def touch(connection: Connection, workspace_id: int, key_id: int, now: datetime) -> None:
    _change(connection, api_key.c.workspace_id == workspace_id, api_key.c.id == key_id, used_at=now)


def revoke(connection: Connection, workspace_id: int, key_id: int, now: datetime) -> None:
    _change(connection, api_key.c.workspace_id == workspace_id, api_key.c.id == key_id, revoked_at=now)


def revoke_all(connection: Connection, workspace_id: int, member_id: int, now: datetime) -> None:
    """Every key of a member that still stands."""
    theirs = (api_key.c.workspace_id == workspace_id, api_key.c.member_id == member_id)
    _change(connection, *theirs, api_key.c.revoked_at.is_(None), revoked_at=now)


def _change(connection: Connection, *conditions: Any, **values: object) -> None:
    connection.execute(update(api_key).where(*conditions).values(**values))

"""Rows of `account` and `member`.

In: a connection. Out: account rows (`id, email, name, language, zone, is_active, password_hash`) and
member rows with what `runtime.people.read_member` reads. Called by `runtime.people` and
`runtime.sessions`. A member is active only while its account is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, update

from runtime.record_ids import new_record_id
from runtime.store import form_locks
from runtime.store.schema import account, member, workspace

MEMBER_COLUMNS = (
    member.c.id,
    member.c.workspace_id,
    member.c.account_id,
    member.c.name,
    account.c.email,
    member.c.role,
    account.c.language,
    account.c.zone,
    and_(member.c.is_active, account.c.is_active).label("is_active"),
)
ACCOUNT_COLUMNS = (
    account.c.id,
    account.c.email,
    account.c.name,
    account.c.language,
    account.c.zone,
    account.c.is_active,
    account.c.password_hash,
)


def select_members() -> Select[Any]:
    return select(*MEMBER_COLUMNS).join_from(member, account, member.c.account_id == account.c.id)


def has_accounts(connection: Connection, *, is_locking: bool = False) -> bool:
    """`is_locking` shuts out another first run until the end of the transaction."""
    if is_locking:
        form_locks.exclude_named(connection, "first-run")
    return connection.execute(select(account.c.id).limit(1)).first() is not None


def find_account(connection: Connection, email: str) -> Row[Any] | None:
    wanted: Select[Any] = select(*ACCOUNT_COLUMNS).where(account.c.email == email)
    return connection.execute(wanted).first()


def insert_account(
    connection: Connection,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    language: str,
    zone: str,
    now: datetime,
) -> int:
    account_id = new_record_id()
    row = {"id": account_id, "email": email, "name": name, "password_hash": password_hash}
    connection.execute(account.insert(), {**row, "language": language, "zone": zone, "created_at": now})
    return account_id


def set_password(connection: Connection, account_id: int, password_hash: str) -> None:
    connection.execute(update(account).where(account.c.id == account_id).values(password_hash=password_hash))


def set_account_active(connection: Connection, account_id: int, *, is_active: bool) -> None:
    connection.execute(update(account).where(account.c.id == account_id).values(is_active=is_active))


def insert_member(
    connection: Connection, workspace_id: int, account_id: int, name: str, role: str, now: datetime
) -> int:
    member_id = new_record_id()
    row = {"id": member_id, "workspace_id": workspace_id, "account_id": account_id, "name": name}
    connection.execute(member.insert(), {**row, "role": role, "created_at": now})
    return member_id


def get_member(connection: Connection, workspace_id: int, member_id: int) -> Row[Any]:
    wanted = select_members().where(member.c.workspace_id == workspace_id, member.c.id == member_id)
    return connection.execute(wanted).one()


def list_members(connection: Connection, workspace_id: int) -> list[Row[Any]]:
    wanted = select_members().where(member.c.workspace_id == workspace_id)
    return list(connection.execute(wanted.order_by(func.lower(member.c.name), member.c.id)))


def list_memberships(connection: Connection, account_id: int) -> list[Row[Any]]:
    """The account's active memberships, with `slug` and `workspace_names`."""
    wanted = (
        select(*MEMBER_COLUMNS, workspace.c.slug, workspace.c.names.label("workspace_names"))
        .join_from(member, account, member.c.account_id == account.c.id)
        .join(workspace, member.c.workspace_id == workspace.c.id)
        .where(member.c.account_id == account_id, member.c.is_active, account.c.is_active)
    )
    return list(connection.execute(wanted.order_by(workspace.c.slug)))


def set_role(connection: Connection, workspace_id: int, member_id: int, role: str) -> None:
    _change(connection, workspace_id, member_id, role=role)


def set_member_active(connection: Connection, workspace_id: int, member_id: int, *, is_active: bool) -> None:
    _change(connection, workspace_id, member_id, is_active=is_active)


def set_profile(
    connection: Connection, workspace_id: int, member_id: int, *, name: str, language: str, zone: str
) -> None:
    """The name is the member's; language and zone are the account's, everywhere."""
    _change(connection, workspace_id, member_id, name=name)
    account_id = select(member.c.account_id).where(
        member.c.workspace_id == workspace_id, member.c.id == member_id
    )
    values = {"language": language, "zone": zone}
    connection.execute(update(account).where(account.c.id == account_id.scalar_subquery()).values(**values))


def _change(connection: Connection, workspace_id: int, member_id: int, **values: object) -> None:
    wanted = (member.c.workspace_id == workspace_id, member.c.id == member_id)
    connection.execute(update(member).where(*wanted).values(**values))

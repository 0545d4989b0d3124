"""The audit log: sign-ins, denials, changes of people, keys and definitions, exports. Append-only.

In: a unit of work and what happened, in the transaction in which it happened. Out: rows that owners
read. Secrets and record values never go in. Rows are chained by hash, so that a removed or changed
one shows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runtime import access
from runtime.actors import Actor
from runtime.store import audit_rows

if TYPE_CHECKING:
    from runtime.people import Account
    from runtime.platform import Work

LONGEST_TARGET = 500


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line: when, who, what, of what."""

    id: int
    at: datetime
    member_id: int | None
    actor: str
    action: str
    target: str


def note(work: Work, action: str, target: str = "") -> None:
    """Beside what the unit of work does, in its transaction; after it where it only reads."""
    if not work.is_writing:
        work.notes.append((action, target))
        return
    write(work.connection, work.workspace.id, work.now, work.actor, action, target)


def write(connection: Any, workspace_id: int, now: datetime, actor: Actor, action: str, target: str) -> None:
    """One line of a workspace's log, chained to the one before."""
    before = audit_rows.lock_last_hash(connection, workspace_id)
    line = {
        "at": now.isoformat(),
        "actor": actor.kind,
        "member": actor.member_id,
        "key": actor.key_id,
        "reason": actor.reason,
        "action": action,
        "target": target[:LONGEST_TARGET],
    }
    audit_rows.insert(connection, workspace_id, now, line, chain(before, line))


def chain(before: str, line: dict[str, Any]) -> str:
    """The hash that ties a line to all lines before it."""
    text = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def write_afterwards(connection: Any, work: Work) -> None:
    """What was asked and refused, or done without writing, in a unit of work that is over."""
    for action, target in work.notes:
        write(connection, work.workspace.id, work.now, work.actor, action, target)
    for purpose, target in work.denials:
        write(connection, work.workspace.id, work.now, work.actor, "denied", f"{purpose} {target}")


def write_auth(connection: Any, now: datetime, account: Account | None, action: str, ip: str) -> None:
    """A sign-in has no workspace yet: every workspace of the account hears of it.

    A failed one of an unknown address stays with the rate limits: there is nobody to tell."""
    if account is None:
        return
    for row in audit_rows.members_of(connection, account.id):
        actor = Actor("system", row.workspace_id, reason="sign_in")
        write(connection, row.workspace_id, now, actor, action, f"{account.email} {ip}".strip())


def list_rows(work: Work, limit: int = 100, before: int | None = None) -> list[AuditRow]:
    """The newest lines of the workspace's log, for its owners and admins."""
    access.require_people_admin(work)
    rows = audit_rows.list_rows(work.connection, work.workspace.id, limit, before)
    return [
        AuditRow(
            row.id, row.at, row.line["member"], row.line["actor"], row.line["action"], row.line["target"]
        )
        for row in rows
    ]


def find_break(work: Work) -> int | None:
    """The id of the first line that does not follow from the ones before it, or None."""
    before = ""
    for row in audit_rows.list_all(work.connection, work.workspace.id):
        if chain(before, row.line) != row.hash:
            return int(row.id)
        before = row.hash
    return None

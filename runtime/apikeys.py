"""API keys: a member's right, narrowed by scopes, for programs.

In: a member's wish, or a key from a request. Out: `ApiKey`, the key's text once, an `Actor`. Called by
the settings screen, the command line and the API's gate. A key is its member: when the member is
disabled or loses a role, so does the key, from the next request on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import access, audit
from runtime.actors import SCOPES, Actor
from runtime.errors import ForbiddenError, NotFoundError
from runtime.passwords import hash_token, new_token
from runtime.people import LONGEST_NAME, check_name, get_member, read_member
from runtime.store import api_key_rows

if TYPE_CHECKING:
    from runtime.platform import Platform, Work

PREFIX = "flk_"  # lets secret scanners and people see what it is
_KEY = re.compile(r"flk_[A-Za-z0-9_-]{43}\Z")
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret; `hint` are its last four signs."""

    id: int
    member_id: int
    name: str
    scopes: frozenset[str]
    hint: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    work: Work,
    name: str,
    scopes: frozenset[str] = frozenset(SCOPES),
    *,
    member_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str] | tuple[Problem, ...]:
    """A new key of the actor, or of another member by an admin; its text is answered once.

    A key cannot make keys: what it may do ends with it."""
    owner_id = _owner(work, member_id)
    problems = [problem for problem in (check_name(name),) if problem is not None]
    unknown = sorted(scopes - set(SCOPES))
    if unknown or not scopes:
        problems.append(Problem("apikey.bad_scopes", {"raw": ", ".join(unknown)}, "scopes"))
    if problems:
        return tuple(problems)
    token = PREFIX + new_token()
    key_id = api_key_rows.insert(
        work.connection,
        work.workspace.id,
        member_id=owner_id,
        name=name.strip()[:LONGEST_NAME],
        scopes=sorted(scopes),
        token_hash=hash_token(token),
        hint=token[-4:],
        now=work.now,
        expires_at=expires_at,
    )
    audit.note(work, "apikey.created", f"{name.strip()} [{', '.join(sorted(scopes))}]")
    work.bump_revision()
    return _read(api_key_rows.get(work.connection, work.workspace.id, key_id)), token


def list_keys(work: Work, *, of_everybody: bool = False) -> list[ApiKey]:
    """One's own keys, or everybody's for an admin."""
    if of_everybody:
        access.require_people_admin(work)
    member_id = None if of_everybody else _owner(work, None)
    return [_read(row) for row in api_key_rows.list_keys(work.connection, work.workspace.id, member_id)]


def revoke(work: Work, key_id: int) -> None:
    """One's own, or anybody's by an admin. It stops at once and stays listed."""
    row = api_key_rows.find(work.connection, work.workspace.id, key_id)
    if row is None or (row.member_id != work.actor.member_id and not work.actor.is_designer):
        raise NotFoundError("apikey", key_id)
    _owner(work, row.member_id)
    api_key_rows.revoke(work.connection, work.workspace.id, key_id, work.now)
    audit.note(work, "apikey.revoked", row.name)
    work.bump_revision()


def enter(platform: Platform, token: str) -> Actor | None:
    """The actor of a key, or None: revoked, expired, unknown and disabled look the same."""
    if not _KEY.match(token):
        return None
    now = platform.clock.now()
    with platform.database.reading() as connection:
        row = api_key_rows.find_member(connection, hash_token(token), now)
    if row is None:
        return None
    if row.used_at is None or now - row.used_at > SEEN_EVERY:
        with platform.database.writing() as connection:
            api_key_rows.touch(connection, row.workspace_id, row.key_id, now)
    return Actor.of_key(read_member(row), row.key_id, frozenset(row.scopes))


def _owner(work: Work, member_id: int | None) -> int:
    """Whose keys are meant; only people and the command line deal in keys, keys never."""
    if work.actor.kind == "key":
        raise ForbiddenError("apikey.by_key")
    if member_id is None or member_id == work.actor.member_id:
        if work.actor.member is None:
            raise ForbiddenError("access.members_only")
        return work.actor.member.id
    access.require_people_admin(work)
    return get_member(work, member_id).id


def _read(row: Any) -> ApiKey:
    return ApiKey(
        row.id,
        row.member_id,
        row.name,
        frozenset(row.scopes),
        row.hint,
        row.created_at,
        row.used_at,
        row.expires_at,
        row.revoked_at,
    )

"""Sessions: signing in and out, and from a token to the actor of a request.

In: an address and a password, or a token from a cookie. Out: `SignedIn`, `Session`, an `Actor`. Called
by the sign-in screen and by the app's gate on every request. Tokens are kept hashed; a session ends by
its age, by idleness, by sign-out, by revoking, and with its account's or member's right to be here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import audit, passwords, ratelimits
from runtime.actors import Actor
from runtime.errors import NotFoundError
from runtime.people import Account, find_account_by_email, normal_email, read_member
from runtime.store import people_rows, session_rows, workspace_rows
from runtime.store.errors import NestedWritingError

if TYPE_CHECKING:
    from runtime.platform import Platform

LIFETIME = timedelta(days=30)
IDLE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)  # how fine `seen_at` is: a write a request would be too dear


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in."""

    id: int
    account: Account
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    agent: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is shown to the browser once and kept nowhere."""

    token: str
    account: Account
    expires_at: datetime


def sign_in(platform: Platform, email: str, password: str, *, ip: str, agent: str = "") -> SignedIn | Problem:
    """A new session; or the one answer that does not tell an unknown address from a wrong password."""
    address = normal_email(email)
    attempt = ratelimits.begin_attempt(platform, account=address, ip=ip)
    if attempt.wait:
        return Problem("sign_in.too_many", {"seconds": attempt.wait})
    with platform.database.reading() as connection:
        account = find_account_by_email(connection, address)
    is_right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not is_right or not account.is_active:
        with platform.database.writing() as connection:
            audit.write_auth(connection, platform.clock.now(), account, "sign_in.failed", ip)
        return Problem("sign_in.wrong")
    ratelimits.forgive(platform, account=address, ip=ip)
    return _open(platform, account, password, ip, agent)


def _open(platform: Platform, account: Account, password: str, ip: str, agent: str) -> SignedIn:
    token, now = passwords.new_token(), platform.clock.now()
    with platform.database.writing() as connection:
        if passwords.needs_rehash(account.password_hash or ""):
            people_rows.set_password(connection, account.id, passwords.hash_password(password))
        session_rows.insert(
            connection, account.id, passwords.hash_token(token), now, now + LIFETIME, ip, agent[:200]
        )
        audit.write_auth(connection, now, account, "sign_in", ip)
    return SignedIn(token, account, now + LIFETIME)


def find_session(platform: Platform, token: str) -> Session | None:
    """The live session of a token; notes every few minutes that it was seen."""
    now = platform.clock.now()
    with platform.database.reading() as connection:
        row = session_rows.find(connection, passwords.hash_token(token), now, now - IDLE)
    if row is None:
        return None
    _note_seen(platform, row.id, row.seen_at, now)
    return _read(row)


def enter(platform: Platform, token: str, slug: str) -> Actor:
    """The actor of a signed-in browser in the workspace of the URL.

    Everything that can end the right to be here is asked in one statement, so that disabling a
    member, a password change or a sign-out counts from the next request on."""
    now = platform.clock.now()
    with platform.database.reading() as connection:
        row = session_rows.find_member(connection, passwords.hash_token(token), slug, now, now - IDLE)
    if row is None:
        raise NotFoundError("workspace", slug)
    _note_seen(platform, row.session_id, row.seen_at, now)
    return Actor.of_member(read_member(row))


def _note_seen(platform: Platform, session_id: int, seen_at: datetime, now: datetime) -> None:
    if now - seen_at <= SEEN_EVERY:
        return
    # Asked in the middle of a save, this thread writes already: the next request will note it.
    with suppress(NestedWritingError), platform.database.writing() as connection:
        session_rows.touch(connection, session_id, now)


def sign_out(platform: Platform, token: str) -> None:
    now = platform.clock.now()
    with platform.database.writing() as connection:
        row = session_rows.find(connection, passwords.hash_token(token), now, now - IDLE)
        if row is not None:
            session_rows.remove(connection, row.account_id, row.id)
            audit.write_auth(connection, now, _read(row).account, "sign_out", row.ip)


def list_sessions(platform: Platform, account_id: int) -> list[Session]:
    """Where this account is signed in, the last seen first."""
    now = platform.clock.now()
    with platform.database.reading() as connection:
        return [_read(row) for row in session_rows.list_live(connection, account_id, now, now - IDLE)]


def revoke_session(platform: Platform, account_id: int, session_id: int) -> None:
    """Ends one of the account's own sessions."""
    with platform.database.writing() as connection:
        if not session_rows.remove(connection, account_id, session_id):
            raise NotFoundError("session", session_id)
        workspace_rows.bump_revisions_of_account(connection, account_id)


def change_password(platform: Platform, session: Session, old: str, new: str) -> Problem | None:
    """Sets a new password and ends every other session of the account; keys stay, they are not sessions."""
    account = session.account
    attempt = ratelimits.begin_attempt(platform, account=account.email, ip=session.ip)
    if attempt.wait:
        return Problem("sign_in.too_many", {"seconds": attempt.wait}, "old_password")
    if not passwords.matches(old, account.password_hash):
        return Problem("password.wrong", {}, "old_password")
    ratelimits.forgive(platform, account=account.email, ip=session.ip)
    problem = passwords.check_password(new, email=account.email)
    if problem is not None:
        return problem
    with platform.database.writing() as connection:
        people_rows.set_password(connection, account.id, passwords.hash_password(new))
        session_rows.remove_others(connection, account.id, session.id)
        workspace_rows.bump_revisions_of_account(connection, account.id)
        audit.write_auth(connection, platform.clock.now(), account, "password.changed", session.ip)
    return None


def remove_dead(platform: Platform) -> int:
    """Forgets sessions that ended by age or idleness. Called by the daily job."""
    now = platform.clock.now()
    with platform.database.writing() as connection:
        return session_rows.remove_dead(connection, now, now - IDLE)


def _read(row: Any) -> Session:
    account = Account(
        row.account_id, row.email, row.name, row.language, row.zone, row.is_active, row.password_hash
    )
    return Session(row.id, account, row.created_at, row.seen_at, row.expires_at, row.ip, row.agent)

"""Rate limits of sign-in, kept in SQL so that every process counts together (docs/security.md).

In: an account's address and an IP. Out: how many seconds to wait before the next attempt counts. Ten
failures of one account in 15 minutes, or a hundred from one IP, start a back-off that doubles up to the
window: never a lock that a stranger could put on somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from runtime.passwords import hash_token
from runtime.store import rate_limit_rows

if TYPE_CHECKING:
    from runtime.platform import Platform

WINDOW = timedelta(minutes=15)
MOST_BY_ACCOUNT = 10
MOST_BY_IP = 100
FIRST_WAIT = 15.0  # seconds after the eleventh attempt; doubles up to the window


@dataclass(frozen=True, slots=True)
class Attempt:
    """`wait` is 0 when the attempt may go on, else the seconds for Retry-After."""

    wait: int


def begin_attempt(platform: Platform, *, account: str, ip: str) -> Attempt:
    """Counts the attempt before anything is compared, so that many at once cannot outrun the count."""
    now = platform.clock.now()
    with platform.database.writing() as connection:
        waits = [
            _count(connection, account_key(account), now, MOST_BY_ACCOUNT),
            _count(connection, ip_key(ip), now, MOST_BY_IP),
        ]
    return Attempt(max(waits))


def forgive(platform: Platform, *, account: str, ip: str) -> None:
    """After a right password: the account starts anew, the IP gets its one attempt back."""
    with platform.database.writing() as connection:
        rate_limit_rows.remove(connection, account_key(account))
        rate_limit_rows.give_back(connection, ip_key(ip))


def _count(connection: Any, key: str, now: datetime, most: int) -> int:
    row = rate_limit_rows.lock(connection, key, now)
    if row.blocked_until is not None and row.blocked_until > now:
        left: timedelta = row.blocked_until - now
        return ceil(left.total_seconds())
    is_new_window = now - row.started_at >= WINDOW
    attempts = 1 if is_new_window else row.attempts + 1
    blocked_until = None
    if attempts >= most:
        wait = min(WINDOW.total_seconds(), FIRST_WAIT * 2.0 ** min(attempts - most, 12))
        blocked_until = now + timedelta(seconds=wait)
    started_at = now if is_new_window else row.started_at
    rate_limit_rows.save(connection, key, started_at, attempts, blocked_until)
    return 0


def account_key(account: str) -> str:
    """Known and unknown addresses count alike, and no address stands in the table."""
    return "account:" + hash_token(account)


def ip_key(ip: str) -> str:
    return "ip:" + ip

"""Passwords and secrets: argon2 hashes of what people choose, sha-256 of what we make up.

In: text. Out: hashes, and whether a text matches one. Called by sessions, people and API keys.
"""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from builder.problems import Problem

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
# 19 MiB, two rounds, one lane: the floor that OWASP names for argon2id, about 20 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# What an unknown account is compared with, so that it takes as long as a known one.
NOBODY_HASH = HASHER.hash("nobody-has-this-password")


def check_password(password: object, *, email: str = "") -> Problem | None:
    """Length only, and not the address itself: rules of composition make passwords worse."""
    if not isinstance(password, str) or len(password) < SHORTEST_PASSWORD:
        return Problem("password.too_short", {"least": SHORTEST_PASSWORD}, "password")
    if len(password) > LONGEST_PASSWORD:
        return Problem("password.too_long", {"most": LONGEST_PASSWORD}, "password")
    if email and password.casefold() == email.casefold():
        return Problem("password.is_the_email", {}, "password")
    return None


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Always does the whole work, whether there is a hash or not."""
    try:
        HASHER.verify(password_hash or NOBODY_HASH, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    return HASHER.check_needs_rehash(password_hash)


def new_token() -> str:
    """256 random bits for a cookie or a key."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Tokens are random, so a fast hash keeps them: a stolen database opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()

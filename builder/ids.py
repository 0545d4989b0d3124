"""Ids. Definitions, fields, options, nodes: a logical id. Records: a 63-bit integer shown in base32.

In: nothing. Out: `new_logical_id`, `derived_id`, `is_logical_id`, `show_record_id`, `read_record_id`.
Why: docs/decisions/001-identity.md.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_SIGNS = _LETTERS + "23456789"
_LOGICAL = re.compile(r"[a-z][a-z0-9]{1,15}\Z")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no i, l, o, u
_VALUES = {sign: value for value, sign in enumerate(_BASE32)}
RECORD_ID_LENGTH = 13
_SHIFTS = tuple(range(5 * (RECORD_ID_LENGTH - 1), -1, -5))


def new_logical_id() -> str:
    """A random id of 8 signs (24 × 32^7 possibilities), unique within its app by the caller's check."""
    return secrets.choice(_LETTERS) + "".join(secrets.choice(_SIGNS) for _ in range(7))


def derived_id(*seeds: str) -> str:
    """An id of 8 signs that follows from `seeds`: an edit that makes several must replay the same."""
    number = int.from_bytes(hashlib.sha256("/".join(seeds).encode()).digest()[:8], "big")
    number, first = divmod(number, len(_LETTERS))
    signs = [_LETTERS[first]]
    for _ in range(7):
        number, rest = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[rest])
    return "".join(signs)


def is_logical_id(text: object) -> bool:
    return isinstance(text, str) and _LOGICAL.match(text) is not None


def show_record_id(number: int) -> str:
    """The 13-character form of a record id; order is kept."""
    return "".join([_BASE32[number >> shift & 31] for shift in _SHIFTS])


def read_record_id(text: object) -> int | None:
    """The number of a shown id, or None when `text` is not one."""
    if not isinstance(text, str) or len(text) != RECORD_ID_LENGTH:
        return None
    number = 0
    for sign in text:
        value = _VALUES.get(sign)
        if value is None:
            return None
        number = number * 32 + value
    return number if number < 2**63 else None

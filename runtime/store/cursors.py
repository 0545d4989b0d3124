"""Cursors: where a page ended, as text for a URL.

In: the values by which a row was ordered, its id last. Out: text and back, exactly; None for a text that
is not a cursor. Called by `runtime.queries`. A cursor is no secret and grants nothing.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

LONGEST = 4_000
Key = tuple[Any, ...]


def write_cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_write(one) for one in key])).rstrip(b"=").decode()


def read_cursor(text: str) -> Key | None:
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(_READERS[tag](value) for tag, value in parts)
    except (binascii.Error, orjson.JSONDecodeError, ValueError, TypeError, KeyError, InvalidOperation):
        return None


def _write(value: object) -> list[Any]:
    if value is None:
        return ["n", None]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, Decimal):
        return ["d", str(value)]
    if isinstance(value, datetime):
        return ["t", value.astimezone(UTC).isoformat()]
    if isinstance(value, date):
        return ["y", value.isoformat()]
    if isinstance(value, str):
        return ["s", value]
    raise TypeError(f"no cursor for {type(value).__name__}")


def _instant(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _integer(value: Any) -> int:
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError("no database holds such a number")
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    return value


_READERS: dict[str, Any] = {
    "n": lambda _value: None,
    "b": lambda value: value is True,
    "i": _integer,
    "d": lambda value: Decimal(str(value)[:60]),
    "t": _instant,
    "y": date.fromisoformat,
    "s": _text,
}

"""Texts, compared and sorted by code point on both engines, and documents.

'' is blank and becomes NULL; NUL and lone surrogates are refused here as the last line of defence
(fields parse them away long before). Documents keep the order of their keys, which JSONB would not.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from runtime.store.errors import UnstorableTextError


class PlainText(TypeDecorator[str]):
    """A text, or NULL for a blank one."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(Text(collation=collation))

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return checked_text(value) or None


class Word(PlainText):
    """A text of our own making (an id, a state, a hash): never blank, so never turned into NULL."""

    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return checked_text(value)


class Json(TypeDecorator[Any]):
    """A document, key order kept. Exact numbers travel as text inside it (runtime.deltas)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def checked_text(value: Any) -> str | None:
    """The text itself; raises when no database would keep it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise UnstorableTextError("a text holds a lone surrogate") from error
    if "\x00" in value:
        raise UnstorableTextError("a text holds NUL")
    return value

"""Result types: what a translated expression gives when it is selected.

In: a kind and, for numbers, the scale of the integer that SQLite gives. Out: SQLAlchemy types that
return run-time values of the language (kinds.py), never `float`. Used by `translate` and `rollups`.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from expressions.kinds import Kind
from runtime.store.columns.moments import DateColumn, Instant

_WIDE = Context(prec=400, Emin=-400, Emax=400)  # moves the point and rounds nothing


class ExactNumber(TypeDecorator[Any]):
    """A number of any size: a scaled integer (or its digits as TEXT) on SQLite, else NUMERIC."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric())
        return dialect.type_descriptor(BigInteger())

    def process_result_value(self, value: Any, dialect: Dialect) -> int | Decimal | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return int(value) if self.scale == 0 else Decimal(value)
        return int(value) if self.scale == 0 else _WIDE.scaleb(Decimal(int(value)), -self.scale)


_TYPES: dict[str, TypeEngine[Any]] = {
    "text": Text(),
    "choice": Text(),
    "bool": Boolean(),
    "date": DateColumn(),
    "datetime": Instant(),
    "user": BigInteger(),
    "record": BigInteger(),
    "null": Text(),
}


def result_type(kind: Kind, scale: int | None = None) -> TypeEngine[Any]:
    """The type that selects values of `kind`; `scale` is that of the translated number."""
    if kind.is_number:
        return ExactNumber(kind.scale if scale is None else scale)
    return _TYPES[kind.name]

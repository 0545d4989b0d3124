"""Constants, blanks and columns by kind: how each kind of value looks inside a translation.

In: run-time values of the language, columns of the store. Out: `Part`s. Used by `translate` and the
operators. On SQLite a date is ISO text and an instant is microseconds since 1970; on PostgreSQL they
are DATE and timestamptz. The store's own column types are taken off here, lest SQLAlchemy scales what
we compare them with a second time.
"""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text, cast, literal, null, type_coerce
from sqlalchemy.sql.elements import ClauseList, Grouping, OperatorExpression, UnaryExpression
from sqlalchemy.types import TypeEngine

from expressions.evaluation import MAX_TEXT
from expressions.kinds import Kind
from runtime.store.columns.moments import microseconds
from runtime.store.columns.numbers import ScaledNumber
from runtime.store.translation.environment import Dialect
from runtime.store.translation.numeric import NumericArithmetic
from runtime.store.translation.parts import Part, Sql
from runtime.store.translation.scaled import Scaled

Arithmetic = Scaled | NumericArithmetic

_WORK_TYPES: dict[str, tuple[TypeEngine[Any], TypeEngine[Any]]] = {  # on SQLite, on PostgreSQL
    "text": (Text(), Text()),
    "choice": (Text(), Text()),
    "bool": (Boolean(), Boolean()),
    "date": (Text(), Date()),
    "datetime": (BigInteger(), DateTime(timezone=True)),
    "user": (BigInteger(), BigInteger()),
    "record": (BigInteger(), BigInteger()),
    "null": (Text(), Text()),
}
_BIND_ON_SQLITE: dict[str, Any] = {
    "date": date.isoformat,
    "datetime": microseconds,
}
_BIND_ON_POSTGRESQL: dict[str, Any] = {"datetime": lambda value: value.astimezone(UTC)}


class Values:
    """Values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.is_sqlite = dialect == "sqlite"
        self.numbers: Arithmetic = Scaled() if self.is_sqlite else NumericArithmetic()
        self._binds = _BIND_ON_SQLITE if self.is_sqlite else _BIND_ON_POSTGRESQL

    def type_of(self, kind: Kind) -> TypeEngine[Any]:
        """The type that expressions of `kind` have while they are computed with."""
        return _WORK_TYPES[kind.name][0 if self.is_sqlite else 1]

    def work_type(self, kind: Kind) -> TypeEngine[Any]:
        """As `type_of`, numbers among them."""
        if kind.is_number:
            return BigInteger() if self.is_sqlite else Numeric()
        return self.type_of(kind)

    def constant(self, value: object, kind: Kind) -> Part:
        if value in (None, "", ()):
            return self.blank(kind)
        if kind.is_number:
            return self.numbers.constant(_as_number(value), kind)
        bind = self._binds.get(kind.name)
        bound = literal(bind(value) if bind else value, self.type_of(kind))
        longest = len(value) if isinstance(value, str) else MAX_TEXT
        return Part(bound, kind, is_nullable=False, constant=value, raw=bound, longest=longest)

    def blank(self, kind: Kind) -> Part:
        if kind.is_number:
            return self.numbers.constant(None, kind)
        # a bare NULL would turn `=` into IS NULL
        type_ = self.type_of(kind)
        value: Sql = type_coerce(null(), type_) if self.is_sqlite else cast(null(), type_)
        return Part(value, kind, constant=None, longest=0)

    def column(self, column: Sql, kind: Kind, *, is_nullable: bool = True) -> Part:
        if kind.is_number:
            stored = column.type
            scale = stored.scale if isinstance(stored, ScaledNumber) else 0
            return self.numbers.column(column, kind, scale, is_nullable=is_nullable)
        value = type_coerce(column, self.type_of(kind))
        return Part(value, kind, is_nullable=is_nullable, is_column=True)

    def numbers_type(self, value: Sql) -> Sql:
        """An expression declared to be a number."""
        return type_coerce(_whole(value), BigInteger() if self.is_sqlite else Numeric())

    def made(self, value: Sql, kind: Kind) -> Sql:
        """An expression declared to be of `kind`'s working type."""
        return type_coerce(_whole(value), self.type_of(kind))


def _whole(value: Sql) -> Sql:
    """In brackets where it has parts: a coerced type hides the operator inside from NOT and its like."""
    return Grouping(value) if isinstance(value, OperatorExpression | ClauseList | UnaryExpression) else value


def _as_number(value: object) -> int | Decimal:
    if isinstance(value, (int, Decimal)):
        return value
    raise TypeError(f"not a number: {value!r}")

"""Instants and dates.

Instants are aware UTC `datetime`s: microseconds since 1970 as BIGINT on SQLite, timestamptz on
PostgreSQL. Dates are `date`s: ISO text on SQLite, DATE on PostgreSQL. Both sort as time does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A point in time, to the microsecond."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError(f"not an aware instant: {value!r}")
        return value.astimezone(UTC) if dialect.name == "postgresql" else microseconds(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _instant(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Without the wrapper of a decorated type: a page reads hundreds of these."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class DateColumn(TypeDecorator[date]):
    """A calendar day, in no zone."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sqlalchemy.Date())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise TypeError(f"not a date: {value!r}")
        return value if dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, _dialect: Dialect) -> date | None:
        if value is None or isinstance(value, date):
            return value
        return date.fromisoformat(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _day if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _instant(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(0, 0, value)


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exactly (a float of seconds is not)."""
    return (moment - EPOCH) // MICROSECOND

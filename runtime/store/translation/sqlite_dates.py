"""Calendar arithmetic in plain SQLite: what its date() can do exactly on ISO text.

In: SQL expressions (ISO dates, microseconds, INTEGER counts). Out: the same; NULL for what leaves the
years 1 … 9999. Called by `dates.py`; the rest of the calendar are the language's own functions
(`exact_calls.py`), several times slower.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import BigInteger, ColumnElement, Text, case, func, literal

from expressions.evaluation import zone_of
from runtime.store.columns.moments import microseconds
from runtime.store.translation.parts import Sql

FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
_BEFORE = "0000-99-99"  # sorts after what date() writes for years before 1, and before all we keep
_START_OF_MONTH = "start of month"


def _days(count: Sql) -> Sql:
    return count.op("||", precedence=12)(literal(" days", Text()))


def _months(count: Sql) -> Sql:
    return count.op("||", precedence=12)(literal(" months", Text()))


def _inside(day: Sql) -> Sql:
    """NULL for the years before 1; date() itself gives none after 9999."""
    return func.nullif(func.max(day, _BEFORE), _BEFORE, type_=Text())


def add_days(day: Sql, count: Sql) -> Sql:
    return _inside(func.date(day, _days(count)))


def add_months(day: Sql, count: Sql) -> Sql:
    """date() would carry 31 April over into May: the month's last day is the limit."""
    into = func.substr(day, 9, 2).op("-", precedence=7)(1)
    moved = func.date(day, _START_OF_MONTH, _months(count), _days(into))
    last = func.date(day, _START_OF_MONTH, _months(count), "+31 days", _START_OF_MONTH, "-1 day")
    return _inside(func.min(moved, func.coalesce(last, LAST_DAY)))


def start_of_week(day: Sql) -> Sql:
    monday = func.date(day, "-6 days", "weekday 1")
    return func.max(monday, FIRST_DAY, type_=Text())


def end_of_week(day: Sql) -> Sql:
    return func.date(day, "weekday 0", type_=Text())


def end_of_month(day: Sql) -> Sql:
    last = func.date(day, _START_OF_MONTH, "+31 days", _START_OF_MONTH, "-1 day")
    return func.coalesce(last, func.substr(day, 1, 8).concat("31"), type_=Text())


def local_date(moment: Sql, zone: str) -> Sql:
    """The day of an instant: by plain arithmetic since the zone's clock changed for the last time."""
    exactly = func.fl_local_date(moment, literal(zone, Text()), type_=Text())
    settled = settled_offset(zone)
    if settled is None:
        return exactly
    since, offset = settled
    seconds = moment.op("/", precedence=8)(1_000_000) + offset
    found: ColumnElement[str] = case(
        (moment >= literal(since, BigInteger()), func.date(seconds, "unixepoch")), else_=exactly
    )
    return found


@lru_cache(maxsize=64)
def settled_offset(name: str) -> tuple[int, int] | None:
    """(microseconds since 1970, seconds east of UTC) from where on a zone's clock stays as it is; None
    for a zone that still changes. Looked for week by week until 2045, when only rules remain."""
    zone, at, end = zone_of(name), datetime(1970, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
    since, offset = at, at.astimezone(zone).utcoffset()
    while at < end:
        at += timedelta(days=7)
        now = at.astimezone(zone).utcoffset()
        if now != offset:
            since, offset = at, now
    if offset is None or since > datetime(2035, 1, 1, tzinfo=UTC):
        return None
    return microseconds(since), offset // timedelta(seconds=1)

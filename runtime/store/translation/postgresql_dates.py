"""Calendar arithmetic in plain PostgreSQL, kept inside the years 1 … 9999 so that nothing raises.

In: SQL expressions (DATE, timestamptz, BIGINT counts). Out: the same; NULL for what leaves the calendar.
Called by `dates.py`; the counterpart on SQLite are the language's own functions (`exact_dates.py`).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    Numeric,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    not_,
    null,
)

from runtime.store.translation.binding import once
from runtime.store.translation.parts import Sql

FIRST = date(1, 1, 1)
LAST_DAY = (date(9999, 12, 31) - FIRST).days
LEAST_MOMENT, MOST_MOMENT = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds since 1970
HOUR = 3_600_000_000
_UNIT_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_ISO = r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?$"


def first_day() -> Sql:
    return literal(FIRST, Date())


def part_of(name: str, value: Sql) -> Sql:
    """YEAR, MONTH … of a date or timestamp as INTEGER."""
    return cast(extract(name, value), Integer())


def add_days(day: Sql, count: Sql, fixed: int | None = None) -> Sql:
    """`fixed`: the same number of days for every row; then one comparison keeps inside the calendar."""
    if fixed is not None:
        if abs(fixed) > LAST_DAY:
            return cast(null(), Date())
        edge = FIRST + timedelta(days=LAST_DAY - fixed if fixed >= 0 else -fixed)
        is_inside = day <= literal(edge, Date()) if fixed >= 0 else day >= literal(edge, Date())
        return case((is_inside, cast(day.op("+", precedence=7)(literal(fixed, Integer())), Date())))
    number = cast(day.op("-", precedence=7)(first_day()), BigInteger()) + count
    return once(number, 99, _day_of)


def _day_of(number: Sql) -> ColumnElement[date]:
    return case(
        (
            and_(number >= 0, number <= LAST_DAY),
            cast(first_day().op("+", precedence=7)(cast(number, Integer())), Date()),
        )
    )


def months_of(day: Sql) -> Sql:
    return cast(part_of("year", day) * 12 + part_of("month", day) - 1, BigInteger())


def add_months(day: Sql, count: Sql, fixed: int | None = None) -> Sql:
    if fixed is not None:
        if abs(fixed) >= 119_988:
            return cast(null(), Date())
        edge = _month_edge(fixed)
        is_inside = day < literal(edge, Date()) if fixed > 0 else day >= literal(edge, Date())
        moved = cast(day.op("+", precedence=7)(func.make_interval(0, literal(fixed, Integer()))), Date())
        return case((is_inside, moved))
    total = months_of(day) + count
    interval = func.make_interval(0, cast(count, Integer()))
    return case((and_(total >= 12, total < 120_000), cast(day.op("+", precedence=7)(interval), Date())))


def _month_edge(months: int) -> date:
    """The first day that so many months more bring beyond the calendar; or that fewer do not."""
    total = 120_000 - months if months > 0 else 12 - months
    return date(total // 12, total % 12 + 1, 1)


def shift(day: Sql, count: Sql, unit: str, fixed: int | None = None) -> Sql:
    steps = _UNIT_MONTHS.get(unit, 7 if unit == "week" else 1)
    fixed = None if fixed is None else fixed * steps
    return (add_months if unit in _UNIT_MONTHS else add_days)(day, count * steps, fixed)


def make_date(year: Sql, month: Sql, day: Sql) -> Sql:
    def built(total: Sql) -> ColumnElement[date]:
        inside = case((and_(total >= 12, total < 120_000), total))
        first = func.make_date(
            cast(inside.op("/", precedence=8)(12), Integer()),
            cast(inside.op("%", precedence=8)(12) + 1, Integer()),
            1,
        )
        return add_days(first, day - 1)

    return once(year * 12 + month - 1, 99, built)


def start_of(day: Sql, unit: str) -> Sql:
    if unit == "day":
        return day
    found: Sql = cast(func.date_trunc(unit, cast(day, DateTime())), Date())
    if unit == "week":  # the first days of year 1 have no Monday before them
        found = case((day.is_not(null()), func.greatest(found, first_day(), type_=Date())))
    return found


def end_of(day: Sql, unit: str) -> Sql:
    if unit == "day":
        return day
    if unit == "week":
        return add_days(day, 7 - cast(extract("isodow", day), BigInteger()))
    start = func.date_trunc(unit, cast(day, DateTime()))
    more = func.make_interval(0, _UNIT_MONTHS[unit], 0, -1)
    return cast(start.op("+", precedence=7)(more), Date())


def weekday(day: Sql) -> Sql:
    """Monday is 0."""
    return cast(extract("isodow", day) - 1, Integer())


def months_between(start: Sql, end: Sql) -> Sql:
    months = months_of(end) - months_of(start)
    start_day, end_day = part_of("day", start), part_of("day", end)
    early = case(
        (and_(end >= start, end_day < start_day), -1), (and_(end < start, start_day < end_day), 1), else_=0
    )
    return months + early


def date_in(text: Sql) -> Sql:
    """A date written as 2024-02-29, 2024/2/29 or 2024年2月29日; NULL for anything else."""
    return once(func.btrim(text, _SPACES, type_=Text()), 99, _date_in)


def _date_in(text: Sql) -> ColumnElement[date]:
    is_date = text.op("~")(_ISO)
    numbers = func.regexp_replace(text, "[^0-9]+", "-", "g")
    year, month, day = (
        cast(case((is_date, func.split_part(numbers, "-", at))), Integer()) for at in (1, 2, 3)
    )
    first = func.make_date(case((year >= 1, year)), case((and_(month >= 1, month <= 12), month)), 1)
    last = part_of("day", end_of(first, "month"))
    return case((and_(day >= 1, day <= last), cast(first.op("+", precedence=7)(day - 1), Date())))


# --- instants -------------------------------------------------------------------------------------------


def microseconds_of(moment: Sql) -> Sql:
    """Since 1970, as a whole NUMERIC."""
    return cast(extract("epoch", moment), Numeric()) * 1_000_000


def moment_of(microseconds: Sql) -> Sql:
    """The instant so many microseconds (NUMERIC, whole) after 1970; NULL outside the calendar."""

    def built(total: Sql) -> ColumnElement[object]:
        inside = case((and_(total >= LEAST_MOMENT, total <= MOST_MOMENT), total))
        hours = cast(func.div(inside, HOUR), Integer())
        rest = cast(func.mod(inside, HOUR), Float())
        epoch = func.to_timestamp(0, type_=DateTime(timezone=True))
        whole = epoch.op("+", precedence=7)(func.make_interval(0, 0, 0, 0, hours))
        return whole.op("+", precedence=7)(rest.op("*", precedence=8)(literal_microsecond()))

    return once(microseconds, 99, built)


def literal_microsecond() -> Sql:
    return cast("1 microsecond", Interval())


def local(moment: Sql, zone: str) -> Sql:
    """The clock and calendar of a zone at an instant (timestamp without zone)."""
    return func.timezone(zone, moment, type_=DateTime())


def shift_moment(moment: Sql, count: Sql, unit: str, zone: str) -> Sql:
    """The same clock time so many days or longer units on. A clock time that comes twice means the first,
    unless the instant we started from was itself a second one; one that never comes is read as before
    the change."""
    there = local(moment, zone)
    day = shift(cast(there, Date()), count, unit)
    clock = there.op("-", precedence=7)(func.date_trunc("day", there))
    target = day.op("+", precedence=7)(clock)
    hour = func.make_interval(0, 0, 0, 0, 1)
    was_second = local(moment.op("-", precedence=7)(hour), zone) == there

    def settled(clock_time: Sql) -> ColumnElement[object]:
        later = func.timezone(zone, clock_time, type_=DateTime(timezone=True))
        earlier = later.op("-", precedence=7)(hour)
        comes_twice = local(earlier, zone) == clock_time
        return case((and_(comes_twice, not_(was_second)), earlier), else_=later)

    return once(target, 99, settled)

"""Dates and instants.

In: calls. Out: `OPERATORS`; `plus` and `difference` for `+` and `-`. On SQLite the language's own
functions do the calendar (`exact_dates.py`), with plain SQL where ISO text makes it easy; on PostgreSQL
plain SQL (`postgresql_dates.py`). What leaves the years 1 … 9999 is `#NUM!`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Numeric, Text, case, cast, func, literal, null

from expressions.kinds import DATE, DATETIME, Kind, number
from expressions.nodes import Call
from runtime.store.translation import postgresql_dates as pg
from runtime.store.translation import sqlite_dates as lite
from runtime.store.translation.binding import once
from runtime.store.translation.context import Context, Operator, blank_part
from runtime.store.translation.integers import as_integer
from runtime.store.translation.parts import Part, Shape, Sql, any_failed, no_result, size_of

DAY = 86_400_000_000  # microseconds
MOST_DAYS = 4_000_000  # beyond, every date leaves the calendar
MOST_COUNT = 10**12
_MOMENTS = 63_072_000_000 * 10**7  # two instants are less than so many microseconds apart


def _text(value: str) -> Sql:
    return literal(value, Text())


def _result(value: Sql, kind: Kind, parts: Sequence[Part], *, may_leave: bool = False) -> Part:
    """A strict result; with `may_leave` it failed when it is NULL although no operand is."""
    own = no_result(value, 8 + size_of(parts), parts) if may_leave else None
    error = any_failed((*(part.error for part in parts), own))
    is_nullable = may_leave or any(part.is_nullable for part in parts)
    return Part(value, kind, None, is_nullable, error, size=8 + size_of(parts))


def _blank(context: Context, kind: Kind, parts: Sequence[Part]) -> Part | None:
    if any(part.is_blank_constant for part in parts):
        return blank_part(context, kind, any_failed(part.error for part in parts))
    return None


def _count(context: Context, part: Part, most: int = MOST_DAYS) -> Part:
    return as_integer(context, part, -most, most)


def _fixed(count: Part) -> int | None:
    return count.constant if isinstance(count.constant, int) else None


# --- + and - --------------------------------------------------------------------------------------------


def plus(context: Context, node: Call, sign: int) -> Part:
    start = context.part(node.arguments[0])
    count = context.number(context.part(node.arguments[1]))
    blank = _blank(context, node.kind, [start, count])
    if blank is not None:
        return blank
    if sign < 0:
        count = replace(context.numbers.negate(count, count.kind), error=count.error)
    if node.kind.name == "date":
        return add_days(context, start, _count(context, count))
    return _add_elapsed(context, start, count, DAY)


def add_days(context: Context, start: Part, count: Part) -> Part:
    if context.is_sqlite:
        value: Sql = lite.add_days(start.value, count.value)
    else:
        value = once(start.value, start.size, lambda day: pg.add_days(day, count.value, _fixed(count)))
    return _result(value, DATE, [start, count], may_leave=True)


def _add_elapsed(context: Context, start: Part, count: Part, unit: int) -> Part:
    """`count` (perhaps with a fraction) times `unit` microseconds later."""
    numbers = context.numbers
    product = numbers.multiply(replace(count, error=None), numbers.constant(unit), number(99, 0))
    delta = numbers.round(product, 0, "half", number(99, 0))
    if context.is_sqlite:
        value: Sql = func.fl_shift(start.value, numbers.best(delta), type_=BigInteger())
    else:
        value = pg.moment_of(pg.microseconds_of(start.value) + numbers.best(delta))
    return _result(value, DATETIME, [start, count], may_leave=True)


def difference(context: Context, node: Call) -> Part:
    end, start = context.parts(node.arguments)
    blank = _blank(context, node.kind, [end, start])
    if blank is not None:
        return blank
    if node.arguments[0].kind.name == "date":
        return _days_between(context, end, start, node.kind)
    apart = _apart(context, end, start)
    found = context.numbers.divide(apart, context.numbers.constant(DAY), node.kind)
    return found.also_failed(end.error, start.error)


def _days_between(context: Context, end: Part, start: Part, kind: Kind) -> Part:
    if context.is_sqlite:
        value: Sql = cast(func.julianday(end.value) - func.julianday(start.value), BigInteger())
    else:
        value = end.value.op("-", precedence=7)(start.value)
    found = context.numbers.integer(
        value,
        kind,
        9_999_999,
        is_nullable=end.is_nullable or start.is_nullable,
        size=size_of((end, start)) + 3,
    )
    return found.also_failed(end.error, start.error)


def _apart(context: Context, end: Part, start: Part) -> Part:
    """Microseconds between two instants."""
    if context.is_sqlite:
        value = end.value - start.value
    else:
        value = pg.microseconds_of(end.value) - pg.microseconds_of(start.value)
    is_nullable = end.is_nullable or start.is_nullable
    found = context.numbers.integer(
        value, number(18, 0), _MOMENTS, is_nullable=is_nullable, size=size_of((end, start))
    )
    return replace(found, value=value)


# --- parts of a date ------------------------------------------------------------------------------------


def _piece(on_sqlite: Callable[[Sql], Sql], name: str, most: int) -> Operator:
    def piece(context: Context, node: Call) -> Part:
        part = context.part(node.arguments[0])
        blank = _blank(context, node.kind, [part])
        if blank is not None:
            return blank
        value = on_sqlite(part.value) if context.is_sqlite else pg.part_of(name, part.value)
        found = context.numbers.integer(
            value, node.kind, most, is_nullable=part.is_nullable, size=part.size + 3
        )
        return replace(found, error=part.error)

    return piece


def _digits(start: int, count: int) -> Callable[[Sql], Sql]:
    return lambda value: cast(func.substr(value, start, count), BigInteger())


def _quarter(value: Sql) -> Sql:
    return (_digits(6, 2)(value) + 2).op("/", precedence=8)(3)


def weekday(context: Context, node: Call) -> Part:
    day = context.part(node.arguments[0])
    given = (
        context.number(context.part(node.arguments[1]))
        if len(node.arguments) > 1
        else context.numbers.constant(2)
    )
    blank = _blank(context, node.kind, [day, given])
    if blank is not None:
        return blank
    system = _count(context, given, 9)
    if context.is_sqlite:
        monday_first: Sql = cast(func.julianday(day.value) + 0.5, BigInteger()).op("%", precedence=8)(7)
    else:
        monday_first = pg.weekday(day.value)
    sunday_first = (monday_first + 1).op("%", precedence=8)(7) + 1
    forms: dict[int, Sql] = {1: sunday_first, 2: monday_first + 1, 3: monday_first}
    if isinstance(system.constant, int):
        value = forms.get(system.constant, cast(null(), Integer()))
    else:
        value = case(*[(system.value == one, found) for one, found in forms.items()])
    own = None
    if system.constant not in forms:
        own = no_result(value, 3 * day.size + 8, (day, system))
    is_nullable = day.is_nullable or system.is_nullable or own is not None
    found = context.numbers.integer(value, node.kind, 7, is_nullable=is_nullable, size=3 * day.size + 8)
    return found.also_failed(day.error, system.error, own)


# --- moving ---------------------------------------------------------------------------------------------


def date_add(context: Context, node: Call) -> Part:
    start = context.part(node.arguments[0])
    given = context.number(context.part(node.arguments[1]))
    unit = str(node.arguments[2].value)  # type: ignore[union-attr]  # the checker made it a constant
    blank = _blank(context, node.kind, [start, given])
    if blank is not None:
        return blank
    if start.kind.name == "date":
        return _shift(context, start, _count(context, given), unit)
    if unit in ("hour", "minute"):
        whole = replace(context.numbers.round(given, 0, "down", given.kind), error=given.error)
        return _add_elapsed(context, start, whole, 3_600_000_000 if unit == "hour" else 60_000_000)
    count = _count(context, given)
    if context.is_sqlite:
        value: Sql = func.fl_shift_moment(
            start.value, count.value, _text(unit), _text(context.env.zone), type_=BigInteger()
        )
    else:
        value = pg.shift_moment(start.value, count.value, unit, context.env.zone)
    return _result(value, DATETIME, [start, count], may_leave=True)


def _shift(context: Context, start: Part, count: Part, unit: str) -> Part:
    if unit == "day":
        return add_days(context, start, count)
    if context.is_sqlite and start.is_cheap:
        months = {"year": 12, "quarter": 3, "month": 1}.get(unit)
        steps = count.value * (months or 7)
        value: Sql = lite.add_months(start.value, steps) if months else lite.add_days(start.value, steps)
    elif context.is_sqlite:
        value = func.fl_shift_date(start.value, count.value, _text(unit), type_=Text())
    else:
        value = once(start.value, start.size, lambda day: pg.shift(day, count.value, unit, _fixed(count)))
    return _result(value, DATE, [start, count], may_leave=True)


def add_months(context: Context, node: Call) -> Part:
    start, given = context.part(node.arguments[0]), context.number(context.part(node.arguments[1]))
    blank = _blank(context, node.kind, [start, given])
    return blank or _shift(context, start, _count(context, given), "month")


def end_of_month(context: Context, node: Call) -> Part:
    start = context.part(node.arguments[0])
    given = (
        context.number(context.part(node.arguments[1]))
        if len(node.arguments) > 1
        else context.numbers.constant(0)
    )
    blank = _blank(context, node.kind, [start, given])
    if blank is not None:
        return blank
    moved = _shift(context, start, _count(context, given), "month")
    return replace(moved, value=_end(context, moved.value, "month"), size=moved.size + 4)


def _end(context: Context, day: Sql, unit: str) -> Sql:
    if not context.is_sqlite:
        return pg.end_of(day, unit)
    if unit in ("week", "month"):
        return lite.end_of_week(day) if unit == "week" else lite.end_of_month(day)
    return func.fl_end_of(day, _text(unit), type_=Text())


def start_of(context: Context, node: Call) -> Part:
    day, unit = context.part(node.arguments[0]), str(node.arguments[1].value)  # type: ignore[union-attr]
    blank = _blank(context, node.kind, [day])
    if blank is not None:
        return blank
    if context.is_sqlite:
        plain = {
            "month": func.substr(day.value, 1, 8).concat("01"),
            "year": func.substr(day.value, 1, 5).concat("01-01"),
        }
        plain["week"] = lite.start_of_week(day.value)
        value: Sql = plain[unit] if unit in plain else func.fl_start_of(day.value, _text(unit))
        value = context.values.made(value, DATE)
    else:
        value = pg.start_of(day.value, unit)
    return _result(value, DATE, [day])


def end_of(context: Context, node: Call) -> Part:
    day, unit = context.part(node.arguments[0]), str(node.arguments[1].value)  # type: ignore[union-attr]
    blank = _blank(context, node.kind, [day])
    return blank or _result(_end(context, day.value, unit), DATE, [day], may_leave=unit == "week")


# --- making and comparing -------------------------------------------------------------------------------


def make_date(context: Context, node: Call) -> Part:
    given = context.numbers_of(node.arguments)
    blank = _blank(context, node.kind, given)
    if blank is not None:
        return blank
    year, month = (_count(context, part, MOST_COUNT) for part in given[:2])
    day = _count(context, given[2])
    if context.is_sqlite:
        value: Sql = func.fl_make_date(year.value, month.value, day.value, type_=Text())
    else:
        value = pg.make_date(year.value, month.value, day.value)
    return _result(value, DATE, [year, month, day], may_leave=True)


def to_date(context: Context, node: Call) -> Part:
    return to_date_of(context, node, context.part(node.arguments[0]))


def to_date_of(context: Context, _node: Call, part: Part) -> Part:
    """The calendar day of an instant in the workspace's zone."""
    blank = _blank(context, DATE, [part])
    if blank is not None:
        return blank
    zone = context.env.zone
    if context.is_sqlite:
        value: Sql = lite.local_date(part.value, zone)
    else:
        value = cast(pg.local(part.value, zone), Date())
    return _result(value, DATE, [part])


def date_value(context: Context, node: Call) -> Part:
    part = context.part(node.arguments[0])
    blank = _blank(context, DATE, [part])
    if blank is not None:
        return blank
    if part.kind.name == "date":
        return part
    if part.kind.name == "datetime":
        return to_date_of(context, node, part)
    from runtime.store.translation.shown import shown

    text = shown(context, part)
    value = func.fl_date_value(text.value, type_=Text()) if context.is_sqlite else pg.date_in(text.value)
    return _result(value, DATE, [text], may_leave=True)


def days(context: Context, node: Call) -> Part:
    end, start = context.parts(node.arguments)
    return _blank(context, node.kind, [end, start]) or _days_between(context, end, start, node.kind)


def date_difference(context: Context, node: Call) -> Part:
    start, end = context.parts(node.arguments[:2])
    unit = str(node.arguments[2].value)  # type: ignore[union-attr]
    blank = _blank(context, node.kind, [start, end])
    if blank is not None:
        return blank
    if unit in ("hour", "minute"):
        apart = _apart(context, end, start)
        minutes = _cut(context, apart, 60_000_000)
        found = minutes if unit == "minute" else _cut(context, minutes, 60)
    else:
        found = _calendar_difference(context, start, end, unit, node.kind)
    return replace(found, kind=node.kind).also_failed(start.error, end.error)


def _cut(context: Context, part: Part, unit: int) -> Part:
    """Whole units, towards zero."""
    value: Sql
    if context.is_sqlite:
        value = part.value.op("/", precedence=8)(unit)
    else:
        value = func.div(part.value, unit, type_=Numeric())
    limit = part.number.limit // unit + 1
    return replace(
        part, value=context.values.numbers_type(value), shape=Shape(0, limit), native=None, plain=None
    )


def _calendar_difference(context: Context, start: Part, end: Part, unit: str, kind: Kind) -> Part:
    is_nullable = start.is_nullable or end.is_nullable
    if context.is_sqlite:
        if unit == "day":
            return _days_between(context, end, start, kind)
        value: Sql = func.fl_date_difference(start.value, end.value, _text(unit), type_=BigInteger())
        return context.numbers.integer(
            value, kind, 9_999_999, is_nullable=is_nullable, size=size_of((start, end))
        )
    divisor: int = {"year": 12, "quarter": 3, "month": 1, "week": 7, "day": 1}[unit]
    apart: Sql
    if unit in ("week", "day"):
        apart = end.value.op("-", precedence=7)(start.value)
    else:
        apart = pg.months_between(start.value, end.value)
    value = apart if divisor == 1 else apart.op("/", precedence=8)(divisor)
    size = 12 * size_of((start, end))
    return context.numbers.integer(value, kind, 9_999_999, is_nullable=is_nullable, size=size)


OPERATORS: Mapping[str, Any] = {
    "TODATE": to_date,
    "TODATE each": to_date_of,
    "DATE": make_date,
    "DATEVALUE": date_value,
    "YEAR": _piece(_digits(1, 4), "year", 9999),
    "MONTH": _piece(_digits(6, 2), "month", 12),
    "DAY": _piece(_digits(9, 2), "day", 31),
    "QUARTER": _piece(_quarter, "quarter", 4),
    "WEEKDAY": weekday,
    "DATEADD": date_add,
    "EDATE": add_months,
    "EOMONTH": end_of_month,
    "DAYS": days,
    "DATEDIF": date_difference,
    "STARTOF": start_of,
    "ENDOF": end_of,
}

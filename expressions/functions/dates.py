"""Dates and instants. A date has no zone; an instant is UTC and read in the workspace's zone.

In: `date`, aware UTC `datetime`, numbers. Out: `ENTRIES`, `UNITS`. Months clamp to the month's end;
counts of units are cut to whole numbers. What leaves the years 1 … 9999 is `#NUM!`.

DATEADD on an instant keeps the clock time of the zone for days and longer units and is exact elapsed
time for hours and minutes; `instant + n` is always n × 24 hours.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from expressions.evaluation import CONTEXT, Env, Number, fail, local_date, round_to, whole, zone_of
from expressions.functions.entry import Example, Function, Parameter, always
from expressions.kinds import DATE, DATETIME, Kind, number
from expressions.nodes import Node

# canonical unit → how people write it; the checker stores the canonical word
UNITS: dict[str, tuple[str, ...]] = {
    "year": ("years", "y", "yyyy", "年"),
    "quarter": ("quarters", "q", "季度", "季"),
    "month": ("months", "m", "月", "个月"),
    "week": ("weeks", "w", "周", "星期", "週"),
    "day": ("days", "d", "日", "天"),
    "hour": ("hours", "h", "小时", "時", "小時", "时"),
    "minute": ("minutes", "min", "n", "分钟", "分", "分鐘"),
}
DATE_UNITS = ("year", "quarter", "month", "week", "day")  # what STARTOF, ENDOF and dates take
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_MICROSECONDS = 86_400_000_000
_ISO_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z", re.ASCII)


def today(env: Env) -> date:
    return env.today


def now(env: Env) -> datetime:
    return env.now


def make_date(year: Number, month: Number, day: Number) -> date:
    """Months and days beyond their range roll over, as in spreadsheets."""
    months = whole(year) * 12 + whole(month) - 1
    if not 12 <= months < 120_000:
        fail("#NUM!")
    return add_days(date(months // 12, months % 12 + 1, 1), whole(day) - 1)


def add_days(start: date, days: Number) -> date:
    try:
        return start + timedelta(days=whole(days))
    except OverflowError:
        fail("#NUM!")


def add_elapsed(start: datetime, days: Number) -> datetime:
    """`instant + n`: n × 24 hours, to the microsecond."""
    try:
        return start + timedelta(
            microseconds=int(round_to(CONTEXT.multiply(Decimal(days), _MICROSECONDS), 0))
        )
    except OverflowError:
        fail("#NUM!")


def elapsed_days(end: datetime, start: datetime) -> Decimal:
    """`instant − instant`: days, half up to ten places."""
    microseconds = (end - start) // timedelta(microseconds=1)
    return round_to(CONTEXT.divide(Decimal(microseconds), _MICROSECONDS), 10)


def days_between(end: date, start: date) -> int:
    return (end - start).days


def add_months(start: date, months: Number) -> date:
    total = start.year * 12 + start.month - 1 + whole(months)
    if not 12 <= total < 120_000:
        fail("#NUM!")
    year, month = divmod(total, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(start: date, months: Number = 0) -> date:
    return end_of(add_months(start, months), "month")


def date_add(env: Env, start: date | datetime, count: Number, unit: str) -> date | datetime:
    if not isinstance(start, datetime):
        return _shift(start, count, unit)
    if unit in ("hour", "minute"):
        return add_elapsed(start, CONTEXT.divide(whole(count), 24 if unit == "hour" else 1440))
    zone = zone_of(env.zone)
    local = start.astimezone(zone)
    moved = datetime.combine(_shift(local.date(), count, unit), local.timetz().replace(tzinfo=zone))
    return moved.astimezone(UTC)


def _shift(start: date, count: Number, unit: str) -> date:
    if unit in _MONTHS:
        return add_months(start, whole(count) * _MONTHS[unit])
    return add_days(start, whole(count) * (7 if unit == "week" else 1))


def date_difference(start: date | datetime, end: date | datetime, unit: str) -> int:
    """Whole units from start to end; negative when end is earlier."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        minutes = _towards_zero((end - start) // timedelta(microseconds=1), 60_000_000)
        return minutes if unit == "minute" else _towards_zero(minutes, 60)
    if unit in _MONTHS:
        return _towards_zero(_months_between(start, end), _MONTHS[unit])
    return _towards_zero(days_between(end, start), 7 if unit == "week" else 1)


def _months_between(start: date, end: date) -> int:
    if end < start:
        return -_months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _towards_zero(value: int, divisor: int) -> int:
    return abs(value) // divisor * (-1 if value < 0 else 1)


def start_of(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
    if unit == "day":
        return day
    month = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1, "month": day.month}[unit]
    return date(day.year, month, 1)


def end_of(day: date, unit: str) -> date:
    if unit == "week":
        return add_days(day, 6 - day.weekday())
    if unit == "day":
        return day
    month = {"year": 12, "quarter": (day.month - 1) // 3 * 3 + 3, "month": day.month}[unit]
    return date(day.year, month, calendar.monthrange(day.year, month)[1])


def year(day: date) -> int:
    return day.year


def month(day: date) -> int:
    return day.month


def day_of_month(day: date) -> int:
    return day.day


def quarter(day: date) -> int:
    return (day.month + 2) // 3


def weekday(day: date, system: Number = 2) -> int:
    """1: Sunday = 1 … 7; 2: Monday = 1 … 7; 3: Monday = 0 … 6."""
    monday_first = day.weekday()
    found = {1: (monday_first + 1) % 7 + 1, 2: monday_first + 1, 3: monday_first}.get(whole(system))
    return found if found is not None else fail("#NUM!")


def date_value(env: Env, value: object) -> date:
    """A date out of text (2024-02-29, 2024/2/29, 2024年2月29日) or of an instant."""
    if isinstance(value, datetime):
        return local_date(env, value)
    if isinstance(value, date):
        return value
    found = _ISO_DATE.match(str(value).strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else fail("#VALUE!")
    except ValueError:
        fail("#VALUE!")


def _moved_kind(arguments: Sequence[Node]) -> Kind:
    return DATETIME if arguments[0].kind.name == "datetime" else DATE


_DATE = Parameter("date", "日期", "date")
_MONTHS_PARAMETER = Parameter("months", "月数", "number")
_UNIT = Parameter("unit", "单位", "unit")

ENTRIES = (
    Function(
        "TODAY",
        "今天",
        "date",
        (),
        always(DATE),
        "企业时区的今天",
        "Today in the workspace's zone",
        (Example("TODAY() - TODAY()", "0"),),
        python=today,
        takes_env=True,
        is_volatile=True,
        aliases=("今日",),
    ),
    Function(
        "NOW",
        "现在",
        "date",
        (),
        always(DATETIME),
        "此刻",
        "This instant",
        (Example("NOW() - NOW()", "0"),),
        python=now,
        takes_env=True,
        is_volatile=True,
    ),
    Function(
        "DATE",
        "日期",
        "date",
        (
            Parameter("year", "年", "number"),
            Parameter("month", "月", "number"),
            Parameter("day", "日", "number"),
        ),
        always(DATE),
        "由年月日组成日期；超出的月、日顺延",
        "A date of year, month, day; what exceeds rolls over",
        (Example("DATE(2024, 2, 29)", "#2024-02-29#"), Example("DATE(2023, 14, 1)", "#2024-02-01#")),
        python=make_date,
        may_fail=True,
    ),
    Function(
        "DATEVALUE",
        "转日期",
        "date",
        (Parameter("value", "值", "scalar"),),
        always(DATE),
        "把文本或时间变成日期",
        "A date out of text or of an instant",
        (
            Example('DATEVALUE("2024-02-29")', "#2024-02-29#"),
            Example('DATEVALUE("2024年2月9日")', "#2024-02-09#"),
            Example('DATEVALUE("x")', "#VALUE!"),
        ),
        python=date_value,
        takes_env=True,
        may_fail=True,
    ),
    Function(
        "YEAR",
        "年",
        "date",
        (_DATE,),
        always(number(4, 0)),
        "年份",
        "The year",
        (Example("YEAR(#2024-02-29#)", "2024"),),
        python=year,
        aliases=("年份",),
    ),
    Function(
        "MONTH",
        "月",
        "date",
        (_DATE,),
        always(number(2, 0)),
        "月份",
        "The month",
        (Example("MONTH(#2024-02-29#)", "2"),),
        python=month,
        aliases=("月份",),
    ),
    Function(
        "DAY",
        "日",
        "date",
        (_DATE,),
        always(number(2, 0)),
        "几号",
        "The day of the month",
        (Example("DAY(#2024-02-29#)", "29"),),
        python=day_of_month,
    ),
    Function(
        "QUARTER",
        "季度",
        "date",
        (_DATE,),
        always(number(1, 0)),
        "第几季度",
        "The quarter",
        (Example("QUARTER(#2024-05-01#)", "2"),),
        python=quarter,
    ),
    Function(
        "WEEKDAY",
        "星期",
        "date",
        (_DATE, Parameter("system", "类型", "number", is_optional=True, default="2")),
        always(number(1, 0)),
        "星期几；默认星期一为 1",
        "The day of the week; Monday is 1 unless told",
        (Example("WEEKDAY(#2024-02-29#)", "4"), Example("WEEKDAY(#2024-02-29#, 1)", "5")),
        python=weekday,
        may_fail=True,
    ),
    Function(
        "DATEADD",
        "日期加减",
        "date",
        (Parameter("date", "日期", "moment"), Parameter("count", "数量", "number"), _UNIT),
        _moved_kind,
        "加上若干年、季度、月、周、日、小时、分钟",
        "Plus years, quarters, months, weeks, days, hours, minutes",
        (
            Example('DATEADD(#2024-01-31#, 1, "month")', "#2024-02-29#"),
            Example('DATEADD(#2024-03-01#, -1, "day")', "#2024-02-29#"),
        ),
        python=date_add,
        takes_env=True,
        may_fail=True,
        aliases=("DATEDELTA",),
    ),
    Function(
        "EDATE",
        "月份加减",
        "date",
        (_DATE, _MONTHS_PARAMETER),
        always(DATE),
        "加若干月，超出月底取月底",
        "Plus months, clamped to the month's end",
        (
            Example("EDATE(#2024-01-31#, 1)", "#2024-02-29#"),
            Example("EDATE(#2024-02-29#, 12)", "#2025-02-28#"),
        ),
        python=add_months,
        may_fail=True,
    ),
    Function(
        "EOMONTH",
        "月末",
        "date",
        (_DATE, Parameter("months", "月数", "number", is_optional=True, default="0")),
        always(DATE),
        "若干月后的月底",
        "The last day of the month some months on",
        (Example("EOMONTH(#2024-01-10#, 1)", "#2024-02-29#"),),
        python=end_of_month,
        may_fail=True,
    ),
    Function(
        "DAYS",
        "相差天数",
        "date",
        (Parameter("end", "结束", "date"), Parameter("start", "开始", "date")),
        always(number(7, 0)),
        "从开始到结束的天数",
        "Days from start to end",
        (Example("DAYS(#2024-03-01#, #2024-02-28#)", "2"),),
        python=days_between,
    ),
    Function(
        "DATEDIF",
        "日期差",
        "date",
        (Parameter("start", "开始", "moment"), Parameter("end", "结束", "moment"), _UNIT),
        always(number(10, 0)),
        "从开始到结束的整年、整月、整天……；可为负",
        "Whole years, months, days … from start to end; may be negative",
        (
            Example('DATEDIF(#2024-01-31#, #2024-03-30#, "month")', "1"),
            Example('DATEDIF(#2024-03-01#, #2023-03-01#, "year")', "-1"),
            Example('DATEDIF(#2024-01-01#, #2024-01-16#, "week")', "2"),
        ),
        python=date_difference,
        shape="difference",
    ),
    Function(
        "STARTOF",
        "期初",
        "date",
        (_DATE, _UNIT),
        always(DATE),
        "所在年、季度、月、周的第一天；一周从星期一起",
        "The first day of its year, quarter, month or week (from Monday)",
        (
            Example('STARTOF(#2024-02-29#, "quarter")', "#2024-01-01#"),
            Example('STARTOF(#2024-02-29#, "week")', "#2024-02-26#"),
        ),
        python=start_of,
    ),
    Function(
        "ENDOF",
        "期末",
        "date",
        (_DATE, _UNIT),
        always(DATE),
        "所在年、季度、月、周的最后一天",
        "The last day of its year, quarter, month or week",
        (
            Example('ENDOF(#2024-02-10#, "month")', "#2024-02-29#"),
            Example('ENDOF(#2024-02-29#, "week")', "#2024-03-03#"),
        ),
        python=end_of,
        may_fail=True,
    ),
)

"""Reading dates and times as people, programs and spreadsheets write them.

In: anything. Out: `read_date` → `date`, `read_instant` → aware UTC `datetime`; None when it is none.
A naive time is one of the given zone; one that the clock skips is read as if it had not been put forward.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from builder.fields.base import ParseContext

FIRST_YEAR, LAST_YEAR = 1000, 9999
# Two days within the calendar's edges: every zone can show them.
FIRST_INSTANT, LAST_INSTANT = datetime(1000, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
SHEET_EPOCH = date(1899, 12, 30)  # day 0 of Excel's 1900 system, its false leap day left out
SHEET_DAYS = (10_000, 99_999)  # serials read as dates: 1927 … 2173
_DATE = re.compile(
    r"(?P<year>\d{4})(?:"
    r"(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*[日号]?"
    r"|(?P<m3>\d{2})(?P<d3>\d{2}))",
    re.ASCII,
)
_TIME = re.compile(
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上|AM|PM)?\s*(?P<hour>\d{1,2})"
    r"(?:[:时点]\s*(?P<minute>\d{1,2})(?:[:分]\s*(?P<second>\d{1,2})(?:\.(?P<part>\d{1,9}))?秒?)?分?|[时点])"
    r"\s*(?P<half2>AM|PM|A\.M\.|P\.M\.)?",
    re.ASCII | re.IGNORECASE,
)
_BASIC_TIME = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?", re.ASCII)
_ZONE = re.compile(
    r"\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)\Z",
    re.ASCII | re.IGNORECASE,
)
_LATE = {"下午", "晚上", "PM", "P.M."}


def read_date(raw: object, context: ParseContext) -> date | None:
    """The day that `raw` says; of an instant, its day in the workspace's zone."""
    if isinstance(raw, datetime):
        if raw.tzinfo is None:
            return in_years(raw.date())
        instant = to_utc(raw, context.zone)
        return in_years(instant.astimezone(ZoneInfo(context.zone)).date()) if instant else None
    if isinstance(raw, date):
        return in_years(raw)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _from_number(raw, context)
    if not isinstance(raw, str) or len(raw) > 60:
        return None
    text = unicodedata.normalize("NFKC", raw).strip()
    match = _DATE.match(text)
    if match is None:
        return None
    if match.end() == len(text):
        return _day(match)
    instant = read_instant(text, context)
    return instant.astimezone(ZoneInfo(context.zone)).date() if instant else None


def _day(match: re.Match[str]) -> date | None:
    month = match["month"] or match["m2"] or match["m3"]
    day = match["day"] or match["d2"] or match["d3"]
    try:
        return in_years(date(int(match["year"]), int(month), int(day)))
    except ValueError:  # no such day
        return None


def _from_number(raw: int | float | Decimal, context: ParseContext) -> date | None:
    """20261120 as a number; in a spreadsheet also the serial number of a day."""
    if raw != raw or not -1e9 < raw < 1e9:
        return None
    whole = int(raw)
    if whole == raw and 10_000_000 <= whole <= 99_999_999:
        match = _DATE.match(str(whole))
        return _day(match) if match else None
    if context.source == "sheet" and SHEET_DAYS[0] <= raw <= SHEET_DAYS[1]:
        return SHEET_EPOCH + timedelta(days=whole)
    return None


def in_years(day: date) -> date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def read_instant(raw: object, context: ParseContext) -> datetime | None:
    """The instant that `raw` says, in UTC."""
    if isinstance(raw, datetime):
        return to_utc(raw, context.zone)
    if isinstance(raw, date):
        return to_utc(datetime.combine(raw, time()), context.zone)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _instant_from_number(raw, context)
    if not isinstance(raw, str) or len(raw) > 60:
        return None
    text = unicodedata.normalize("NFKC", raw).strip()
    match = _DATE.match(text)
    day = _day(match) if match else None
    if match is None or day is None:
        return None
    rest = text[match.end() :]
    if not rest:
        return to_utc(datetime.combine(day, time()), context.zone)
    return _with_time(day, rest, is_basic=match["m3"] is not None, zone=context.zone)


def _with_time(day: date, rest: str, *, is_basic: bool, zone: str) -> datetime | None:
    if not (rest[0] in "Tt " or rest[0] in "上下凌早中晚" or rest[0].isdigit()):
        return None
    rest = rest[1:].lstrip() if rest[0] in "Tt " else rest
    match = _TIME.match(rest) or (_BASIC_TIME.match(rest) if is_basic else None)
    if match is None:
        return None
    clock = _clock(match.groupdict())
    offset = _ZONE.match(rest[match.end() :])
    if clock is None or (offset is None and rest[match.end() :].strip()):
        return None
    local = datetime.combine(day, clock)
    if offset is None:
        return to_utc(local, zone)
    minutes = 0 if offset["utc"] else int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
    if minutes > 14 * 60 or int(offset["minutes"] or 0) > 59:
        return None
    shift = timedelta(minutes=-minutes if offset["sign"] == "-" else minutes)
    return _bounded(local.replace(tzinfo=UTC), -shift)


def _clock(parts: dict[str, str | None]) -> time | None:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or parts.get("half2") or "").upper()
    if half in _LATE and hour < 12:
        hour += 12
    elif half in ("AM", "A.M.", "凌晨") and hour == 12:
        hour = 0
    part = (parts.get("part") or "").ljust(6, "0")[:6]
    try:
        return time(hour, int(parts["minute"] or 0), int(parts.get("second") or 0), int(part or 0))
    except ValueError:  # 25:00
        return None


def _instant_from_number(raw: int | float | Decimal, context: ParseContext) -> datetime | None:
    day = _from_number(raw, context)
    if day is None:
        return None
    # A serial's fraction is the time of day; spreadsheets mean whole milliseconds.
    part = Decimal(repr(raw)) % 1 if isinstance(raw, float) else Decimal(raw) % 1
    clock = datetime.combine(day, time()) + timedelta(
        milliseconds=int((part * 86_400_000).to_integral_value())
    )
    return to_utc(clock, context.zone)


def to_utc(moment: datetime, zone: str) -> datetime | None:
    """`moment` in UTC; a naive one is a wall clock's in `zone`."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return _bounded(moment.astimezone(UTC), timedelta())
    except OverflowError:  # at the edge of the calendar
        return None


def _bounded(moment: datetime, shift: timedelta) -> datetime | None:
    try:
        moved = moment + shift
    except OverflowError:
        return None
    return moved if FIRST_INSTANT <= moved <= LAST_INSTANT else None


def instant_text(moment: datetime, zone: str) -> str:
    """The wall clock's time in `zone`, to the minute unless there are seconds."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if local.microsecond:
        return local.isoformat(" ")
    return local.isoformat(" ", "seconds" if local.second else "minutes")

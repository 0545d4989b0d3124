"""Formats of TEXT(value, format): a subset of spreadsheet formats for numbers and dates.

In: a value and a format text. Out: text, or None for a format we do not know. Used by `texts.py`, and
by the checker for constant formats. Numbers: `0 # , . %` with plain text before and after; dates:
`yyyy yy mm m dd d hh h mm ss` with any other characters between, `mm` after hours meaning minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from expressions.evaluation import Number, round_to

_NUMBER = re.compile(
    r"(?P<before>[^0#,.%]*)(?P<whole>[0#,]*)(?P<point>\.(?P<places>[0#]*))?(?P<percent>%?)(?P<after>[^0#,.%]*)\Z"
)
_DATE = re.compile(r"yyyy|yy|mm|m|dd|d|hh|h|ss|s|[^a-z]+", re.IGNORECASE)
MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class _NumberFormat:
    before: str
    after: str
    least_whole: int
    least_places: int
    most_places: int
    is_grouped: bool
    is_percent: bool


@lru_cache(maxsize=512)
def number_format(pattern: str) -> _NumberFormat | None:
    found = _NUMBER.match(pattern)
    if found is None or not (found["whole"] or found["places"]):
        return None
    places = found["places"] or ""
    if len(places) > MOST_PLACES:
        return None
    return _NumberFormat(
        found["before"],
        found["after"],
        found["whole"].count("0"),
        places.count("0"),
        len(places),
        "," in found["whole"],
        bool(found["percent"]),
    )


def is_number_format(pattern: str) -> bool:
    return number_format(pattern) is not None


def is_date_format(pattern: str) -> bool:
    return bool(date_parts(pattern))


@lru_cache(maxsize=512)
def date_parts(pattern: str) -> tuple[str, ...]:
    """The format cut into parts, minutes as "min"; () when there is a letter we do not know."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        found = _DATE.match(pattern, position)
        if found is None:
            return ()
        parts.append(found.group() if not found.group().isalpha() else found.group().lower())
        position = found.end()
    named = [index for index, part in enumerate(parts) if part[0] in "ymdhs"]
    for place, index in enumerate(named):
        if parts[index] in ("m", "mm") and _is_minute(parts, named, place):
            parts[index] = "min" if parts[index] == "mm" else "min1"
    return tuple(parts) if named else ()


def _is_minute(parts: list[str], named: list[int], place: int) -> bool:
    before = parts[named[place - 1]] if place else ""
    after = parts[named[place + 1]] if place + 1 < len(named) else ""
    return before[:1] == "h" or after[:1] == "s"


def format_number(value: Number, pattern: str) -> str | None:
    shape = number_format(pattern)
    if shape is None:
        return None
    number = round_to(value * 100 if shape.is_percent else value, shape.most_places)
    digits = format(abs(number), f".{shape.most_places}f")
    whole, _, places = digits.partition(".")
    while len(places) > shape.least_places and places.endswith("0"):
        places = places[:-1]
    whole = whole.lstrip("0").rjust(shape.least_whole, "0")
    if shape.is_grouped:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+\Z)", ",", whole)
    minus = "-" if number < 0 else ""
    text = whole + ("." + places if places else "")
    return minus + shape.before + text + ("%" if shape.is_percent else "") + shape.after


def format_moment(value: date | datetime, pattern: str) -> str | None:
    """`value` is a date, or a datetime already in the zone to show."""
    parts = date_parts(pattern)
    if not parts:
        return None
    hour, minute, second = (
        (value.hour, value.minute, value.second) if isinstance(value, datetime) else (0, 0, 0)
    )
    numbers = {
        "yyyy": f"{value.year:04d}",
        "yy": f"{value.year % 100:02d}",
        **_two("m", value.month),
        **_two("d", value.day),
        **_two("h", hour),
        **_two("s", second),
        "min": f"{minute:02d}",
        "min1": str(minute),
    }
    return "".join(numbers.get(part, part) for part in parts)


def _two(letter: str, number: int) -> dict[str, str]:
    return {letter: str(number), letter * 2: f"{number:02d}"}


def as_decimal(text: str) -> Decimal | None:
    """What VALUE reads: 1234.5, "1,234.5", "12%", "-3", full-width digits; None for anything else."""
    plain = text.strip().translate(HALF_WIDTH)
    found = VALUE.match(plain)
    if found is None:
        return None
    number = Decimal(found["sign"].replace("+", "") + found["number"].replace(",", ""))
    if len(number.as_tuple().digits) > 34 or number.adjusted() > 18:
        return None
    return round_to(number.scaleb(-2) if found["percent"] else number, 10)


HALF_WIDTH = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {
    ord("．"): ".", ord("，"): ",", ord("－"): "-", ord("＋"): "+", ord("％"): "%", ord("￥"): "¥",
    ord("　"): " "
}  # fmt: skip
VALUE = re.compile(
    r"(?P<sign>[-+]?)[¥$€]?\s?(?P<number>(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{0,30})?|\.\d{1,30})\s?(?P<percent>%?)\Z",
    re.ASCII,
)

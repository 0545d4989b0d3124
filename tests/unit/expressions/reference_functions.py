"""The reference interpreter's own functions: texts, rounding, dates.

In: `Env`, the call, arguments of which none is blank. Out: `FUNCTIONS`. Independent of
`expressions.functions`: day numbers are counted here, formats are read here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from expressions import Env
from expressions.nodes import Call
from tests.unit.expressions.reference import (
    LIMIT_TEXT,
    Failed,
    at_places,
    away,
    half_up,
    held,
    power,
    quotient,
    remainder,
    towards_zero,
    whole,
    written,
)

DAY = 86_400_000_000
MONTHS = {"year": 12, "quarter": 3, "month": 1}
MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# --- operators ------------------------------------------------------------------------------------


def add(env: Env, node: Call, *given: Any) -> Any:
    if isinstance(given[0], (date, datetime)):
        return later(given[0], given[1])
    found = given[0]
    for one in given[1:]:
        found = held(found + one)
    return found


def subtract(env: Env, node: Call, left: Any, right: Any) -> Any:
    if isinstance(left, datetime) and isinstance(right, datetime):
        return half_up(Fraction((left - right) // timedelta(microseconds=1), DAY), Fraction(1, 10**10))
    if isinstance(left, date) and isinstance(right, date):
        return Fraction(left.toordinal() - right.toordinal())
    return later(left, -right) if isinstance(left, date) else held(left - right)


def later(start: Any, days: Fraction) -> Any:
    if isinstance(start, datetime):
        return elapsed(start, int(half_up(days * DAY, Fraction(1))))
    return day_number(start.toordinal() + whole(days))


def elapsed(start: datetime, microseconds: int) -> datetime:
    since = (start - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) + microseconds
    if not 0 <= since < 3_652_059 * DAY:
        raise Failed("#NUM!")
    return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=since)


def day_number(number: int) -> date:
    if not 1 <= number <= 3_652_059:
        raise Failed("#NUM!")
    return date.fromordinal(number)


def multiply(env: Env, node: Call, *given: Any) -> Fraction:
    found: Fraction = given[0]
    for one in given[1:]:
        found = held(found * one)
    return found


def compared(test: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda env, node, left, right: test(left, right)


def rounded(how: Callable[[Fraction, Fraction], Fraction]) -> Callable[..., Fraction]:
    return lambda env, node, number, places=Fraction(0): at_places(number, whole(places), how)


# --- texts ----------------------------------------------------------------------------------------


def count_of(number: Fraction) -> int:
    if whole(number) < 0:
        raise Failed("#VALUE!")
    return whole(number)


def middle(env: Env, node: Call, text: str, start: Fraction, count: Fraction) -> str:
    if whole(start) < 1:
        raise Failed("#VALUE!")
    return text[whole(start) - 1 :][: count_of(count)]


def right(env: Env, node: Call, text: str, count: Fraction = Fraction(1)) -> str:
    return text[max(len(text) - count_of(count), 0) :]


def cased(change: Callable[[str], str]) -> Callable[..., str]:
    return lambda env, node, text: "".join(change(one) if len(change(one)) == 1 else one for one in text)


def trimmed(env: Env, node: Call, text: str) -> str:
    return (
        " ".join(text.replace("\u3000", " ").split(" ")).strip(" ")
        if "  " not in text.replace("\u3000", " ")
        else trimmed(env, node, text.replace("\u3000", " ").replace("  ", " "))
    )


def found_at(env: Env, node: Call, needle: str, text: str, start: Fraction = Fraction(1)) -> Any:
    if whole(start) < 1:
        raise Failed("#VALUE!")
    for at in range(whole(start) - 1, len(text) - len(needle) + 1):
        if text[at : at + len(needle)] == needle:
            return Fraction(at + 1)
    return None


def shown(env: Env, found: Any) -> str:
    if isinstance(found, bool):
        return {"en": ("Yes", "No")}.get(env.language, ("是", "否"))[0 if found else 1]
    if isinstance(found, Fraction):
        return written(found)
    if isinstance(found, datetime):
        there = found.astimezone(env.tzinfo)
        return f"{there.year:04}-{there.month:02}-{there.day:02} {there.hour:02}:{there.minute:02}"
    if isinstance(found, date):
        return f"{found.year:04}-{found.month:02}-{found.day:02}"
    return str(found)


def read_number(env: Env, node: Call, text: str) -> Fraction:
    plain = text.strip()
    for full, half in zip("０１２３４５６７８９．，－＋％￥\u3000", "0123456789.,-+%¥ ", strict=True):
        plain = plain.replace(full, half)
    sign = -1 if plain[:1] == "-" else 1
    plain = plain[1:] if plain[:1] in ("+", "-") else plain
    plain = plain[1:] if plain[:1] in ("¥", "$", "€") and plain else plain
    plain = plain[1:] if plain[:1] in tuple(" \t\n\r\f\v") and plain else plain
    is_percent = plain.endswith("%")
    plain = plain[:-1] if is_percent else plain
    plain = plain[:-1] if plain[-1:] in tuple(" \t\n\r\f\v") and plain else plain
    before, _point, after = plain.partition(".")
    groups = before.split(",")
    is_grouped = len(groups) > 1 and 1 <= len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:])
    digits = "".join(groups)
    good = (is_grouped or len(groups) == 1) and all(one in "0123456789" for one in digits + after)
    if not good or not (digits or after) or len(after) > 30 or (not is_grouped and len(digits) > 30):
        raise Failed("#VALUE!")
    number = Fraction(int(digits + after or "0"), 10 ** len(after))
    if len((digits + after).lstrip("0")) > 34 or number >= 10**19:
        raise Failed("#VALUE!")
    return at_places(sign * number / (100 if is_percent else 1), 10)


def formatted(env: Env, node: Call, found: Any, pattern: str | None = None) -> str:
    if pattern is None or isinstance(found, (str, bool)):
        return shown(env, found)
    if isinstance(found, Fraction):
        return number_as(found, pattern)
    there = found.astimezone(env.tzinfo) if isinstance(found, datetime) else found
    return moment_as(there, pattern)


def number_as(number: Fraction, pattern: str) -> str:
    start = next(at for at, one in enumerate(pattern) if one in "0#,.")
    end = start
    while end < len(pattern) and pattern[end] in "0#,.":
        end += 1
    before, middle_part, after = pattern[:start], pattern[start:end], pattern[end:]
    wholes, _, places = middle_part.partition(".")
    number = number * 100 if after.startswith("%") else number
    kept = at_places(number, len(places))
    units = int(abs(kept) * 10 ** len(places))
    digits = str(units).rjust(len(places) + 1, "0")
    front, back = (digits[: -len(places)], digits[-len(places) :]) if places else (digits, "")
    while back and len(back) > places.count("0") and back[-1] == "0":
        back = back[:-1]
    front = front.lstrip("0").rjust(wholes.count("0"), "0")
    if "," in wholes:
        pieces = []
        while len(front) > 3:
            pieces.insert(0, front[-3:])
            front = front[:-3]
        front = ",".join([front, *pieces])
    return ("-" if kept < 0 else "") + before + front + ("." + back if back else "") + after


def moment_as(there: Any, pattern: str) -> str:
    """Only the formats that the tests write."""
    has_time = isinstance(there, datetime)
    hour, minute, second = (there.hour, there.minute, there.second) if has_time else (0, 0, 0)
    text = pattern.replace("hh:mm:ss", f"{hour:02}:{minute:02}:{second:02}").replace(
        "hh:mm", f"{hour:02}:{minute:02}"
    )
    text = (
        text.replace("h:mm", f"{hour}:{minute:02}")
        .replace("yyyy", f"{there.year:04}")
        .replace("yy", f"{there.year % 100:02}")
    )
    text = text.replace("mm", f"{there.month:02}").replace("dd", f"{there.day:02}")
    return text.replace("m", str(there.month)).replace("d", str(there.day))


SUFFIXES = (
    "股份有限公司",
    "有限责任公司",
    "责任有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "集团",
    "总公司",
    "分公司",
    "公司",
    "厂",
    "有限責任公司",
    "集團",
    "總公司",
    "company",
    "limited",
    "llc",
    "gmbh",
    "co.",
)
DOTTED = ("ltd", "inc", "corp", "corporation", "co,ltd", "coltd", "co.,ltd", "co.ltd")


def normalised(env: Env, node: Call, text: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if not one.isspace())
    plain = "".join(one for one in plain if one not in "()[]{}<>《》【】,，、;；:：'\"“”‘’·・_-")
    endings = {*SUFFIXES, *DOTTED, *(one + "." for one in DOTTED)}
    starts = [at for at in range(len(plain)) if made_of(plain[at:], endings)]
    return plain[: starts[0]] or plain if starts else plain


def made_of(text: str, endings: set[str]) -> bool:
    return text == "" or any(text.startswith(one) and made_of(text[len(one) :], endings) for one in endings)


# --- dates ----------------------------------------------------------------------------------------


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def length_of(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else MONTH_LENGTHS[month - 1]


def month_from(months: int) -> tuple[int, int]:
    """Months since year 0 as (year, month)."""
    if not 12 <= months < 120_000:
        raise Failed("#NUM!")
    return months // 12, months % 12 + 1


def add_months(day: date, count: int) -> date:
    year, month = month_from(day.year * 12 + day.month - 1 + count)
    return date(year, month, min(day.day, length_of(year, month)))


def moved(day: date, count: int, unit: str) -> date:
    if unit in MONTHS:
        return add_months(day, count * MONTHS[unit])
    return day_number(day.toordinal() + count * (7 if unit == "week" else 1))


def date_add(env: Env, node: Call, start: Any, count: Fraction, unit: str) -> Any:
    if not isinstance(start, datetime):
        return moved(start, whole(count), unit)
    if unit in ("hour", "minute"):
        return elapsed(start, whole(count) * (3_600_000_000 if unit == "hour" else 60_000_000))
    there = start.astimezone(env.tzinfo)
    day = moved(there.date(), whole(count), unit)
    return datetime.combine(day, there.time(), tzinfo=env.tzinfo).replace(fold=there.fold).astimezone(UTC)


def difference(env: Env, node: Call, start: Any, end: Any, unit: str) -> Fraction:
    if isinstance(start, datetime):
        minutes = Fraction((end - start) // timedelta(microseconds=1), 60_000_000)
        return towards_zero(minutes if unit == "minute" else minutes / 60, Fraction(1))
    if unit in ("day", "week"):
        return towards_zero(
            Fraction(end.toordinal() - start.toordinal(), 7 if unit == "week" else 1), Fraction(1)
        )
    sign, first, last = (1, start, end) if end >= start else (-1, end, start)
    months = (last.year - first.year) * 12 + last.month - first.month - (1 if last.day < first.day else 0)
    return sign * Fraction(months // MONTHS[unit])


def make_date(env: Env, node: Call, year: Fraction, month: Fraction, day: Fraction) -> date:
    found = month_from(whole(year) * 12 + whole(month) - 1)
    return day_number(date(*found, 1).toordinal() + whole(day) - 1)


def start_of(env: Env, node: Call, day: date, unit: str) -> date:
    if unit == "week":
        return date.fromordinal(max(day.toordinal() - day.weekday(), 1))
    first = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1, "month": day.month}.get(unit)
    return day if first is None else date(day.year, first, 1)


def end_of(env: Env, node: Call, day: date, unit: str) -> date:
    if unit == "week":
        return day_number(day.toordinal() - day.weekday() + 6)
    last = {"year": 12, "quarter": (day.month - 1) // 3 * 3 + 3, "month": day.month}.get(unit)
    return day if last is None else date(day.year, last, length_of(day.year, last))


def weekday(env: Env, node: Call, day: date, system: Fraction = Fraction(2)) -> Fraction:
    number = (day.toordinal() - 1) % 7  # 1 January of year 1 was a Monday
    found = {1: (number + 1) % 7 + 1, 2: number + 1, 3: number}.get(whole(system))
    if found is None:
        raise Failed("#NUM!")
    return Fraction(found)


def read_date(env: Env, node: Call, found: Any) -> date:
    if isinstance(found, datetime):
        return found.astimezone(env.tzinfo).date()
    if isinstance(found, date):
        return found
    text = shown(env, found).strip()
    text = text.removesuffix("日")
    for sign in "/.年月":
        text = text.replace(sign, "-")
    pieces = text.split("-")
    lengths = [len(one) for one in pieces]
    if (
        len(pieces) != 3
        or lengths[0] != 4
        or not all(one in "0123456789" for piece in pieces for one in piece)
    ):
        raise Failed("#VALUE!")
    if not all(1 <= one <= 2 for one in lengths[1:]):
        raise Failed("#VALUE!")
    year, month, day = map(int, pieces)
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= length_of(year, month)):
        raise Failed("#VALUE!")
    return date(year, month, day)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "div": lambda env, node, left, right: quotient(left, right),
    "mod": lambda env, node, left, right: remainder(left, right),
    "MOD": lambda env, node, left, right: remainder(left, right),
    "pow": lambda env, node, left, right: power(left, right),
    "neg": lambda env, node, one: -one,
    "lt": compared(lambda a, b: a < b),
    "le": compared(lambda a, b: a <= b),
    "gt": compared(lambda a, b: a > b),
    "ge": compared(lambda a, b: a >= b),
    "BETWEEN": lambda env, node, one, low, high: low <= one <= high,
    "ABS": lambda env, node, one: abs(one),
    "SIGN": lambda env, node, one: Fraction((one > 0) - (one < 0)),
    "INT": lambda env, node, one: Fraction(one.numerator // one.denominator),
    "TRUNC": rounded(towards_zero),
    "ROUND": rounded(half_up),
    "ROUNDUP": rounded(away),
    "ROUNDDOWN": rounded(towards_zero),
    "LEFT": lambda env, node, text, count=Fraction(1): text[: min(count_of(count), LIMIT_TEXT)],
    "RIGHT": right,
    "MID": middle,
    "UPPER": cased(str.upper),
    "LOWER": cased(str.lower),
    "TRIM": trimmed,
    "FIND": found_at,
    "CONTAINS": lambda env, node, text, part: part in text,
    "STARTSWITH": lambda env, node, text, part: text[: len(part)] == part,
    "ENDSWITH": lambda env, node, text, part: (
        len(part) <= len(text) and text[len(text) - len(part) :] == part
    ),
    "TEXT": formatted,
    "VALUE": read_number,
    "NORM": normalised,
    "ASTEXT": lambda env, node, one: shown(env, one),
    "DATE": make_date,
    "DATEVALUE": read_date,
    "YEAR": lambda env, node, day: Fraction(day.year),
    "MONTH": lambda env, node, day: Fraction(day.month),
    "DAY": lambda env, node, day: Fraction(day.day),
    "QUARTER": lambda env, node, day: Fraction((day.month - 1) // 3 + 1),
    "WEEKDAY": weekday,
    "DATEADD": date_add,
    "DATEDIF": difference,
    "EDATE": lambda env, node, day, count: add_months(day, whole(count)),
    "EOMONTH": lambda env, node, day, count=Fraction(0): end_of(
        env, node, add_months(day, whole(count)), "month"
    ),
    "DAYS": lambda env, node, end, start: Fraction(end.toordinal() - start.toordinal()),
    "STARTOF": start_of,
    "ENDOF": end_of,
}

"""Texts and dates on SQLite: the language's own Python functions under SQL names.

In: values as SQLite keeps them (ISO dates, microseconds, scaled numbers). Out: the same; NULL for a
blank or failed result. Registered by `functions.register_functions`; called by the translation where plain
SQL cannot say it. One truth with the Python back end: these *are* its functions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, localcontext
from functools import lru_cache, wraps
from typing import Any

from expressions.evaluation import CONTEXT, FAILURES, Env, number_text, power, zone_of
from expressions.functions import dates, formats, numbers, scoring, texts
from runtime.store.columns.moments import EPOCH, MICROSECOND
from runtime.store.widths import narrow

_WIDE = Context(prec=400, Emin=-400, Emax=400)  # moves the point and rounds nothing
_ROUNDINGS = {"half": numbers.round_half_up, "up": numbers.round_up, "down": numbers.round_down}


def strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """NULL for a NULL argument, for a failure and for an empty text."""

    @wraps(function)
    def called(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            found = function(*arguments)
        except FAILURES:
            return None
        return None if found == "" else found

    return called


def decimal_of(number: int | str, scale: int) -> Decimal:
    return _WIDE.scaleb(Decimal(int(number)), -scale) if scale else Decimal(int(number))


def scaled(number: Decimal, scale: int) -> int | str:
    return narrow(int(_WIDE.scaleb(number, scale)))


@lru_cache(maxsize=64)
def _env(zone: str) -> Env:
    return Env(EPOCH, EPOCH.date(), zone)


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


# --- texts ----------------------------------------------------------------------------------------------


def substitute(text: str | None, old: str, new: str, which: int | None) -> str | None:
    if text is None:
        return None
    try:
        return texts.substitute(text, old, new, which)
    except FAILURES:
        return None


def value(text: str) -> int | str:
    return scaled(Decimal(texts.value(text)), 10)


def plain_number(number: int | str, scale: int) -> str:
    return number_text(decimal_of(number, scale))


def formatted_number(number: int | str, scale: int, pattern: str) -> str | None:
    with localcontext(CONTEXT):
        return formats.format_number(decimal_of(number, scale), pattern)


def formatted_date(day: str, pattern: str) -> str | None:
    return formats.format_moment(date.fromisoformat(day), pattern)


def formatted_moment(moment: int, zone: str, pattern: str) -> str | None:
    return formats.format_moment(_moment(moment).astimezone(zone_of(zone)), pattern)


def moment_text(moment: int, zone: str) -> str:
    return texts.as_text(_env(zone), _moment(moment))


# --- numbers that need the context --------------------------------------------------------------------------


def raised(base: int | str, base_scale: int, exponent: int | str, exponent_scale: int) -> int | str:
    return scaled(power(decimal_of(base, base_scale), decimal_of(exponent, exponent_scale)), 10)


def rounded_by(number: int | str, scale: int, places: int | str, places_scale: int, mode: str) -> int | str:
    count = int(decimal_of(places, places_scale))
    return scaled(_ROUNDINGS[mode](decimal_of(number, scale), count), scale)


# --- dates ----------------------------------------------------------------------------------------------


def add_days(day: str, count: int) -> str:
    return dates.add_days(date.fromisoformat(day), count).isoformat()


def shift_date(day: str, count: int, unit: str) -> str:
    return dates.date_add(_env("UTC"), date.fromisoformat(day), count, unit).isoformat()


def end_of(day: str, unit: str) -> str:
    return dates.end_of(date.fromisoformat(day), unit).isoformat()


def start_of(day: str, unit: str) -> str:
    return dates.start_of(date.fromisoformat(day), unit).isoformat()


def make_date(year: int, month: int, day: int) -> str:
    return dates.make_date(year, month, day).isoformat()


def date_value(text: str) -> str:
    return dates.date_value(_env("UTC"), text).isoformat()


def date_difference(start: str, end: str, unit: str) -> int:
    return dates.date_difference(date.fromisoformat(start), date.fromisoformat(end), unit)


def local_date(moment: int, zone: str) -> str:
    return _moment(moment).astimezone(zone_of(zone)).date().isoformat()


def shift(moment: int, microseconds: int | str) -> int | None:
    try:
        return _microseconds(_moment(moment) + timedelta(microseconds=int(microseconds)))
    except OverflowError:
        return None


def shift_moment(moment: int, count: int, unit: str, zone: str) -> int | None:
    moved = dates.date_add(_env(zone), _moment(moment), count, unit)
    if not isinstance(moved, datetime):
        raise TypeError(f"not an instant: {moved!r}")
    return _microseconds(moved.astimezone(UTC))


CALLS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("fl_substitute", 4, substitute),
    ("fl_upper", 1, strict(texts.upper)),
    ("fl_lower", 1, strict(texts.lower)),
    ("fl_trim", 1, strict(texts.trim)),
    ("fl_norm", 1, strict(scoring.normalised_name)),
    ("fl_value", 1, strict(value)),
    ("fl_text", 2, strict(plain_number)),
    ("fl_number_text", 3, strict(formatted_number)),
    ("fl_date_text", 2, strict(formatted_date)),
    ("fl_moment_text", 2, strict(moment_text)),
    ("fl_moment_text", 3, strict(formatted_moment)),
    ("fl_pow", 4, strict(raised)),
    ("fl_round_by", 5, strict(rounded_by)),
    ("fl_add_days", 2, strict(add_days)),
    ("fl_shift_date", 3, strict(shift_date)),
    ("fl_end_of", 2, strict(end_of)),
    ("fl_start_of", 2, strict(start_of)),
    ("fl_make_date", 3, strict(make_date)),
    ("fl_date_value", 1, strict(date_value)),
    ("fl_date_difference", 3, strict(date_difference)),
    ("fl_local_date", 2, strict(local_date)),
    ("fl_shift", 2, strict(shift)),
    ("fl_shift_moment", 4, strict(shift_moment)),
)

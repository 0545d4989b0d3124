"""TEXT(value, format): numbers, dates and instants by a constant format.

In: calls. Out: `OPERATORS`. SQLite calls the language's own formatter; on PostgreSQL the format is taken
apart here and becomes plain SQL. A format that differs from row to row has no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Text, and_, case, cast, false, func, literal, null

from expressions.evaluation import MAX_TEXT
from expressions.functions import formats
from expressions.kinds import TEXT
from expressions.nodes import Call, Const
from runtime.store.exact import PRECISION
from runtime.store.translation import postgresql_dates as pg
from runtime.store.translation.binding import once
from runtime.store.translation.context import Context, Operator, blank_part
from runtime.store.translation.environment import NotTranslatable
from runtime.store.translation.parts import Flag, Part, Sql, all_present, any_failed
from runtime.store.translation.shown import shown
from runtime.store.translation.texts import not_empty


def formatted(context: Context, node: Call) -> Part:
    part = context.part(node.arguments[0])
    if part.is_blank_constant:
        return blank_part(context, TEXT, part.error)
    pattern = _pattern(node)
    if pattern is None or part.kind.name in ("text", "bool"):
        return shown(context, part)
    value = _WRITERS[part.kind.name](context, part, pattern)
    own = None
    if part.kind.is_number:
        own = _too_long(context, part, pattern)
    longest = MAX_TEXT if part.kind.is_number else 8 * len(pattern)
    return Part(
        not_empty(value),
        TEXT,
        None,
        True,
        any_failed((part.error, own)),
        size=part.size + 30,
        longest=longest,
    )


def _too_long(context: Context, part: Part, pattern: str) -> Flag | None:
    """More than 34 digits at the format's places are refused."""
    shape = formats.number_format(pattern)
    if shape is None:
        raise TypeError(pattern)
    scale = shape.most_places + (2 if shape.is_percent else 0)
    if part.number.limit // 10**part.number.scale < 10 ** (PRECISION - scale - 1):
        return None
    magnitude = context.numbers.absolute(part, part.kind)
    most = context.numbers.constant(10 ** (PRECISION - scale))
    is_long = context.numbers.compare("ge", magnitude, most)
    return Flag(lambda: and_(all_present([part]), func.coalesce(is_long, false())), 2 * part.size + 4)


def _pattern(node: Call) -> str | None:
    if len(node.arguments) < 2:
        return None
    written = node.arguments[1]
    if not isinstance(written, Const):
        raise NotTranslatable("TEXT", written.span, "format_not_constant")
    if written.value is None:
        return None
    pattern = str(written.value)
    is_known = (
        formats.is_number_format(pattern)
        if node.arguments[0].kind.is_number
        else formats.is_date_format(pattern)
    )
    if node.arguments[0].kind.name not in ("text", "bool") and not is_known:
        raise NotTranslatable("TEXT", written.span, "format_unknown")
    return pattern


def _write_number(context: Context, part: Part, pattern: str) -> Sql:
    if context.is_sqlite:
        return func.fl_number_text(
            context.numbers.best(part), part.number.scale, literal(pattern, Text()), type_=Text()
        )
    shape = formats.number_format(pattern)
    if shape is None:
        raise TypeError(pattern)
    number: Any = part.value * 100 if shape.is_percent else part.value
    whole_limit = part.number.limit // 10**part.number.scale * 100
    if whole_limit * 10**shape.most_places >= 10**PRECISION:
        most = 10 ** (PRECISION - shape.most_places)
        number = once(number, part.size, lambda one: case((func.abs(one) < most, one)))
    rounded = func.round(number, shape.most_places)
    return once(rounded, 99, lambda one: _assembled(one, shape))


def _assembled(number: Sql, shape: Any) -> Sql:
    digits = cast(func.abs(number), Text())
    whole: Sql = func.ltrim(func.split_part(digits, ".", 1), "0", type_=Text())
    whole = func.lpad(whole, func.greatest(func.char_length(whole), shape.least_whole), "0", type_=Text())
    if shape.is_grouped:
        whole = func.regexp_replace(whole, r"(\d)(?=(\d{3})+$)", r"\1,", "g", type_=Text())
    text: Sql = whole
    if shape.most_places:
        places = func.split_part(digits, ".", 2)
        kept = func.substr(places, 1, shape.least_places, type_=Text())
        more = func.rtrim(func.substr(places, shape.least_places + 1), "0", type_=Text())
        fraction = kept.concat(more)
        text = whole.concat(case((fraction != "", literal(".", Text()).concat(fraction)), else_=""))
    minus = case((number < 0, "-"), else_="")
    after = ("%" if shape.is_percent else "") + shape.after
    return literal("", Text()).concat(minus).concat(shape.before).concat(text).concat(after)


def _write_date(context: Context, part: Part, pattern: str) -> Sql:
    if context.is_sqlite:
        return func.fl_date_text(part.value, literal(pattern, Text()), type_=Text())
    return once(part.value, part.size, lambda day: _written(day, pattern, has_time=False))


def _write_moment(context: Context, part: Part, pattern: str) -> Sql:
    zone = context.env.zone
    if context.is_sqlite:
        return func.fl_moment_text(part.value, literal(zone, Text()), literal(pattern, Text()), type_=Text())
    return once(pg.local(part.value, zone), 99, lambda there: _written(there, pattern, has_time=True))


_DATE_PARTS: dict[str, tuple[str, int]] = {  # part of a format → (part of a date, least digits)
    "yyyy": ("year", 4),
    "yy": ("year", 2),
    "mm": ("month", 2),
    "m": ("month", 1),
    "dd": ("day", 2),
    "d": ("day", 1),
    "hh": ("hour", 2),
    "h": ("hour", 1),
    "min": ("minute", 2),
    "min1": ("minute", 1),
    "ss": ("second", 2),
    "s": ("second", 1),
}
_TIMES = ("hour", "minute", "second")


def _written(value: Sql, pattern: str, *, has_time: bool) -> Sql:
    text: Sql = literal("", Text())
    for part in formats.date_parts(pattern):
        name, least = _DATE_PARTS.get(part, ("", 0))
        if not name:
            text = text.concat(literal(part, Text()))
        elif name in _TIMES and not has_time:
            text = text.concat(literal("0" * least, Text()))
        else:
            text = text.concat(_number(value, part, name, least))
    return case((value.is_not(null()), text))


def _number(value: Sql, part: str, name: str, least: int) -> Sql:
    # the second of a timestamp has a fraction, which is not shown
    found = pg.part_of(name, func.date_trunc("second", value) if name == "second" else value)
    if part == "yy":
        found = found.op("%", precedence=8)(100)
    text = cast(found, Text())
    return text if least == 1 else func.lpad(text, least, "0", type_=Text())


_WRITERS: dict[str, Callable[[Context, Part, str], Sql]] = {
    "number": _write_number,
    "date": _write_date,
    "datetime": _write_moment,
}
OPERATORS: Mapping[str, Operator] = {"TEXT": formatted}

"""What the language does letter by letter, in plain PostgreSQL: case, names, numbers in text.

In: text expressions. Out: text expressions. PostgreSQL's own upper() goes by a collation, Python by
Unicode; so the tables come from Python and travel as bound texts of `translate()`. SQLite calls the
Python functions themselves (`exact.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from expressions.functions import formats, scoring
from expressions.functions.texts import lower_letter, upper_letter
from runtime.store.translation.binding import once
from runtime.store.translation.parts import Sql

_CASED = range(0x80, 0x1F000)  # no letter beyond has another case
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_LARGEST = 10**19


@lru_cache(maxsize=4)
def _table(change: Callable[[str], str]) -> tuple[str, str]:
    pairs = [(one, change(one)) for one in map(chr, _CASED)]
    kept = [(one, other) for one, other in pairs if other != one and len(other) == 1]
    return "".join(one for one, _ in kept), "".join(other for _, other in kept)


def upper(text: Sql) -> Sql:
    before, after = _table(upper_letter)
    return func.translate(func.upper(collate(text, "C")), before, after, type_=Text())


def lower(text: Sql) -> Sql:
    before, after = _table(lower_letter)
    return func.translate(func.lower(collate(text, "C")), before, after, type_=Text())


@lru_cache(maxsize=1)
def _folded_to_several() -> tuple[tuple[str, str], ...]:
    """Letters that casefold to more than one, as far as NFKC leaves them: ß and its like."""
    every = map(chr, _CASED)
    return tuple((one, one.casefold()) for one in every if _is_kept(one) and len(one.casefold()) > 1)


def _is_kept(one: str) -> bool:
    return unicodedata.normalize("NFKC", one) == one


def normalised_name(text: Sql) -> Sql:
    """NORM, step by step as `scoring.normalised_name`."""
    before, after = _table(str.casefold)
    plain = func.normalize(text, literal_column("NFKC"))
    folded = func.lower(collate(plain, "C"))
    marked = "".join(one for one, _ in _folded_to_several())
    spread = once(folded, 99, lambda it: case((func.translate(it, marked, "") != it, _spread(it)), else_=it))
    # what has no counterpart in the second text is deleted
    name = func.translate(spread, before + scoring.IGNORED + _SPACES, after, type_=Text())
    return once(name, 99, _without_suffix)


def _spread(text: Sql) -> Sql:
    """Letter by letter; only for texts that have such a letter."""
    letters = (
        func.regexp_split_to_table(text, "")
        .table_valued("letter", with_ordinality="place", joins_implicitly=True)
        .render_derived()
    )
    several = {literal(one, Text()): literal(other, Text()) for one, other in _folded_to_several()}
    changed = case(several, value=letters.c.letter, else_=letters.c.letter)
    joined = func.string_agg(changed, aggregate_order_by(literal("", Text()), letters.c.place), type_=Text())
    return select(joined).select_from(letters).correlate_except(letters).scalar_subquery()


def _without_suffix(name: Sql) -> ColumnElement[Any]:
    short = func.nullif(func.regexp_replace(name, scoring.SUFFIXES.pattern, ""), "")
    return func.coalesce(short, func.nullif(name, ""), type_=Text())


def number_in(text: Sql) -> Sql:
    """VALUE: NULL for what is no number."""
    before = "".join(map(chr, formats.HALF_WIDTH))
    after = before.translate(formats.HALF_WIDTH)
    plain = func.translate(func.btrim(text, _SPACES), before, after, type_=Text())
    return once(plain, 99, _read_number)


def _read_number(plain: Sql) -> ColumnElement[Any]:
    is_number = plain.op("~")(_pattern())
    digits = func.regexp_replace(plain, "[^-0-9.]", "", "g", type_=Text())
    number = cast(case((is_number, digits)), Numeric())
    significant = func.char_length(func.ltrim(func.regexp_replace(digits, "[-.]", "", "g"), "0"))
    is_percent = func.strpos(plain, "%") > 0
    value = case((is_percent, number * literal_column("0.01")), else_=number)
    fits = and_(significant <= 34, func.abs(number) < literal(_LARGEST, Numeric()))
    return case((fits, func.round(value, 10)))


@lru_cache(maxsize=1)
def _pattern() -> str:
    """The language's own pattern, in PostgreSQL's spelling."""
    unnamed = re.sub(r"\(\?P<\w+>", "(", formats.VALUE.pattern)
    return "^" + unnamed.replace(r"\Z", "$").replace(r"\d", "[0-9]").replace(r"\s", r"[ \t\n\r\f\v]")

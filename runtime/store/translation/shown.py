"""Values as text, and text as values: what `&` writes, option labels, VALUE.

In: calls, `Part`s of any kind. Out: `OPERATORS`, `shown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Numeric, Text, case, cast, func, literal

from expressions.evaluation import MAX_TEXT
from expressions.kinds import TEXT
from expressions.names import option_label
from expressions.nodes import Call
from runtime.store.translation import letters
from runtime.store.translation.context import Context, blank_part, item_of
from runtime.store.translation.parts import Part, Shape, Sql, any_failed, no_result

LONGEST_NUMBER = 130
_YES = {"zh-CN": ("是", "否"), "zh-TW": ("是", "否"), "en": ("Yes", "No")}


def as_text(context: Context, node: Call) -> Part:
    return shown(context, context.part(node.arguments[0]))


def shown(context: Context, part: Part) -> Part:
    """A value as `&` writes it."""
    if part.is_blank_constant:
        return blank_part(context, TEXT, part.error)
    write, longest = _WRITERS[part.kind.name]
    value = write(context, part)
    return Part(value, TEXT, None, part.is_nullable, part.error, size=part.size + 4, longest=longest)


def _write_bool(context: Context, part: Part) -> Sql:
    yes, no = _YES.get(context.env.language, _YES["en"])
    return case((part.value, literal(yes, Text())), (~part.value, literal(no, Text())))


def _write_date(context: Context, part: Part) -> Sql:
    return part.value if context.is_sqlite else func.to_char(part.value, "YYYY-MM-DD", type_=Text())


def _write_moment(context: Context, part: Part) -> Sql:
    zone = literal(context.env.zone, Text())
    if context.is_sqlite:
        return func.fl_moment_text(part.value, zone, type_=Text())
    return func.to_char(func.timezone(zone, part.value), "YYYY-MM-DD HH24:MI", type_=Text())


_WRITERS: dict[str, tuple[Callable[[Context, Part], Sql], int]] = {
    "number": (lambda context, part: context.numbers.text(part), LONGEST_NUMBER),
    "text": (lambda _context, part: part.value, MAX_TEXT),
    "choice": (lambda _context, part: part.value, MAX_TEXT),
    "user": (lambda _context, part: cast(part.value, Text()), 19),
    "record": (lambda _context, part: cast(part.value, Text()), 19),
    "bool": (_write_bool, 4),
    "date": (_write_date, 10),
    "datetime": (_write_moment, 16),
}


def label(context: Context, node: Call) -> Part:
    return label_of(context, node, context.part(node.arguments[0]))


def label_of(context: Context, node: Call, part: Part) -> Part:
    """An option's label; an option that is gone is blank."""
    argument = node.arguments[0]
    kind = item_of(argument) if argument.kind.is_list else argument.kind
    labels = {one.id: option_label(one, context.env.language) for one in kind.choices}
    if not labels or part.is_blank_constant:
        return blank_part(context, TEXT, part.error)
    whens = {literal(option, Text()): literal(text, Text()) for option, text in labels.items()}
    longest = max(map(len, labels.values()))
    value = context.values.made(case(whens, value=part.value), TEXT)
    return Part(value, TEXT, None, True, part.error, size=part.size + len(labels), longest=longest)


def value_of(context: Context, node: Call) -> Part:
    """VALUE: a number out of text."""
    part = context.part(node.arguments[0])
    if part.is_blank_constant:
        return blank_part(context, node.kind, part.error)
    value = (
        func.fl_value(part.value, type_=BigInteger()) if context.is_sqlite else letters.number_in(part.value)
    )
    if not context.is_sqlite:
        value = cast(value, Numeric())
    bad = no_result(value, part.size + 20, [part])
    error = any_failed((part.error, bad))
    return Part(value, node.kind, Shape(10, 10**29), True, error, size=part.size + 20)


OPERATORS: Mapping[str, Any] = {
    "ASTEXT": as_text,
    "LABEL": label,
    "LABEL each": label_of,
    "VALUE": value_of,
}

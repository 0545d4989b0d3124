"""Text: joining, cutting, changing, searching.

In: calls. Out: `OPERATORS`. Characters are code points on both
engines; LIKE is never emitted. On SQLite what plain SQL cannot say is done by the language's own Python
functions, registered in `exact.py`; on PostgreSQL by plain SQL. An empty text becomes NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
)

from expressions.evaluation import MAX_TEXT
from expressions.kinds import BOOL, TEXT, Kind
from expressions.nodes import Call
from runtime.store.translation import letters
from runtime.store.translation.context import Context, Operator, blank_part
from runtime.store.translation.integers import as_integer
from runtime.store.translation.parts import (
    Flag,
    Part,
    Sql,
    all_present,
    any_failed,
    size_of,
)

TOO_MANY = MAX_TEXT + 1


def raw(part: Part) -> Sql:
    """The text with '' for blank."""
    if part.raw is not None:
        return part.raw
    if part.is_blank_constant:
        return literal("", Text())
    return func.coalesce(part.value, "", type_=Text()) if part.is_nullable else part.value


def not_empty(value: Sql) -> Sql:
    return func.nullif(value, "", type_=Text())


def length(context: Context, value: Sql) -> Sql:
    name = "length" if context.is_sqlite else "char_length"
    found: Sql = getattr(func, name)(value, type_=BigInteger())
    return found


def made(
    value: Sql, parts: Sequence[Part], *own: Flag | None, longest: int = MAX_TEXT, size: int = 2
) -> Part:
    """The text that a strict function made of its arguments."""
    error = any_failed((*(part.error for part in parts), *own))
    return Part(value, TEXT, None, True, error, size=size + size_of(parts), longest=longest)


def any_blank(context: Context, kind: Kind, parts: Sequence[Part]) -> Part | None:
    if any(part.is_blank_constant for part in parts):
        return blank_part(context, kind, any_failed(part.error for part in parts))
    return None


# --- joining --------------------------------------------------------------------------------------------


def join(context: Context, node: Call) -> Part:
    parts = context.parts(node.arguments)
    pieces = [raw(part) for part in parts if not part.is_blank_constant]
    if not pieces:
        return blank_part(context, TEXT, any_failed(part.error for part in parts))
    joined: Sql = pieces[0]
    for piece in pieces[1:]:
        joined = joined.concat(piece)
    error = any_failed(part.error for part in parts)
    size = size_of(parts)
    longest = sum(part.longest for part in parts)
    if longest > MAX_TEXT:
        whole = joined
        too_long = Flag(lambda: length(context, whole) > MAX_TEXT, size)
        error = any_failed((error, too_long))
        size *= 2
    is_nullable = not any(part.is_constant and not part.is_blank_constant for part in parts)
    value = not_empty(joined) if is_nullable else joined
    kept = joined
    if error is not None:
        value, kept = case((~error.build(), value)), case((~error.build(), joined))
    size += 2 * (0 if error is None else error.size)
    return Part(
        context.values.made(value, TEXT), TEXT, None, is_nullable or error is not None, error,
        size=size, raw=kept, longest=min(longest, MAX_TEXT),
    )  # fmt: skip


# --- cutting --------------------------------------------------------------------------------------------


def left(context: Context, node: Call) -> Part:
    return _cut(context, node, lambda text, count: func.substr(text, 1, count, type_=Text()))


def right(context: Context, node: Call) -> Part:
    if context.is_sqlite:
        return _cut(context, node, lambda text, count: func.substr(text, -count, count, type_=Text()))
    return _cut(context, node, lambda text, count: func.right(text, count, type_=Text()))


def _cut(context: Context, node: Call, cut: Callable[[Sql, Sql], Sql]) -> Part:
    text = context.part(node.arguments[0])
    given = (
        context.number(context.part(node.arguments[1]))
        if len(node.arguments) > 1
        else context.numbers.constant(1)
    )
    blank = any_blank(context, TEXT, [text, given])
    if blank is not None:
        return blank
    count = as_integer(context, given, -1, TOO_MANY)
    negative = _negative(text, count, 0)
    value = not_empty(cut(text.value, _at_least(context, count, 0)))
    if negative is not None:
        value = case((count.value >= 0, value))
    longest = min(text.longest, count.constant) if isinstance(count.constant, int) else text.longest
    return made(value, [text, count], negative, longest=max(longest, 0))


def _at_least(context: Context, count: Part, least: int) -> Sql:
    """The count, but never less: PostgreSQL raises on a negative length even where CASE is to prevent it."""
    if isinstance(count.constant, int):
        return literal(max(count.constant, least), Integer())
    if context.is_sqlite:
        return count.value
    return cast(func.greatest(count.value, least), Integer())


def _negative(text: Part, count: Part, least: int) -> Flag | None:
    """`#VALUE!` for a count below `least`."""
    if isinstance(count.constant, int) and count.constant >= least:
        return None
    size = text.size + 2 * count.size + 4
    return Flag(lambda: and_(all_present((text, count)), func.coalesce(count.value < least, False)), size)


def middle(context: Context, node: Call) -> Part:
    text = context.part(node.arguments[0])
    given = context.numbers_of(node.arguments[1:])
    blank = any_blank(context, TEXT, [text, *given])
    if blank is not None:
        return blank
    start, count = as_integer(context, given[0], 0, TOO_MANY), as_integer(context, given[1], -1, TOO_MANY)
    flags = [_negative(_both(text, start, count), start, 1), _negative(_both(text, start, count), count, 0)]
    cut = func.substr(text.value, _at_least(context, start, 1), _at_least(context, count, 0), type_=Text())
    value = not_empty(cut)
    if flags != [None, None]:
        value = case((and_(start.value >= 1, count.value >= 0), value))
    longest = min(text.longest, count.constant) if isinstance(count.constant, int) else text.longest
    return made(value, [text, start, count], *flags, longest=max(longest, 0))


def _both(*parts: Part) -> Part:
    """Stands for several operands in a flag: present when all are."""
    value = case((all_present(parts), literal(1)))
    return Part(value, TEXT, is_nullable=any(part.is_nullable for part in parts))


def text_length(context: Context, node: Call) -> Part:
    part = context.part(node.arguments[0])
    if part.is_blank_constant:
        return replace(context.numbers.constant(0), error=part.error)
    value = length(context, part.value)
    if part.is_nullable:
        value = func.coalesce(value, 0, type_=BigInteger())
    if part.error is not None:
        value = case((~part.error.build(), value))
    found = context.numbers.integer(
        value, node.kind, MAX_TEXT, is_nullable=part.error is not None, size=part.size + 2
    )
    return replace(found, error=part.error)


# --- changing -------------------------------------------------------------------------------------------


def _changed(name: str, on_postgresql: Callable[[Sql], Sql]) -> Operator:
    def changed(context: Context, node: Call) -> Part:
        part = context.part(node.arguments[0])
        if part.is_blank_constant:
            return blank_part(context, TEXT, part.error)
        value = (
            getattr(func, name)(part.value, type_=Text()) if context.is_sqlite else on_postgresql(part.value)
        )
        return made(value, [part], longest=MAX_TEXT if name == "fl_norm" else part.longest)

    return changed


def _trimmed(text: Sql) -> Sql:
    plain = func.btrim(func.replace(text, "\u3000", " "), " ")
    return not_empty(func.regexp_replace(plain, " +", " ", "g", type_=Text()))


def substitute(context: Context, node: Call) -> Part:
    text, old, new = context.parts(node.arguments[:3])
    which = (
        context.number(context.part(node.arguments[3]))
        if len(node.arguments) > 3
        else context.numbers.constant(None)
    )
    parts = [text, old, new, which]
    if text.is_blank_constant:
        return blank_part(context, TEXT, any_failed(part.error for part in parts))
    nth = as_integer(context, which, 0, TOO_MANY)
    bound = [text.value, raw(old), raw(new), nth.value]
    if context.is_sqlite:
        value: Sql = func.fl_substitute(*bound, type_=Text())
    else:
        value = _substituted(text.value, raw(old), raw(new), nth)
    fails = Flag(
        lambda: and_(text.value.is_not(null()), raw(old) != "", _substitution_fails(context, bound)),
        8 + 4 * size_of(parts),
    )
    found = made(not_empty(value), parts, fails, size=10 + 3 * size_of(parts))
    # a blank `old` or `new` is no blank result, so their failing has to be said
    error = any_failed((old.error, new.error, which.error))
    return found if error is None else replace(found, value=case((~error.build(), found.value)))


def _substituted(text: Sql, old: Sql, new: Sql, nth: Part) -> Sql:
    every: Sql = func.replace(text, old, new, type_=Text())
    every = case((length_of(text) + _growth(text, old, new) <= MAX_TEXT, every))
    found: Sql
    if nth.is_blank_constant:
        found = every
    else:
        pieces = func.string_to_array(text, old)
        at = cast(nth.value, Integer())
        before = func.array_to_string(
            func.trim_array(pieces, func.greatest(func.cardinality(pieces) - at, 0)), old
        )
        rest = func.substr(text, func.char_length(before) + func.char_length(old) + 1, type_=Text())
        one = case((func.cardinality(pieces) > at, before.concat(new).concat(rest)), else_=text)
        found = case((nth.value.is_(null()), every), (nth.value >= 1, one))
    return case((old == "", text), else_=found)


def length_of(text: Sql) -> Sql:
    return func.char_length(text, type_=Integer())


def _growth(text: Sql, old: Sql, new: Sql) -> Sql:
    times = (length_of(text) - length_of(func.replace(text, old, ""))).op("/", precedence=8)(
        func.greatest(length_of(old), 1)
    )
    return times * (length_of(new) - length_of(old))


def _substitution_fails(context: Context, bound: Sequence[Sql]) -> ColumnElement[bool]:
    text, old, new, at = bound
    if context.is_sqlite:
        too_long: Sql = func.fl_substitute(*bound, type_=Text()).is_(null())
        return too_long
    is_nth = func.coalesce(at < 1, False)
    is_long = and_(at.is_(null()), length_of(text) + _growth(text, old, new) > MAX_TEXT)
    return is_nth | is_long


# --- searching ------------------------------------------------------------------------------------------


def find(context: Context, node: Call) -> Part:
    needle, text = context.parts(node.arguments[:2])
    given = (
        context.number(context.part(node.arguments[2]))
        if len(node.arguments) > 2
        else context.numbers.constant(1)
    )
    parts = [needle, text, given]
    blank = any_blank(context, node.kind, parts)
    if blank is not None:
        return blank
    start = as_integer(context, given, 0, TOO_MANY)
    search = func.instr if context.is_sqlite else func.strpos
    flag = None
    if start.constant == 1:
        value: Sql = func.nullif(search(text.value, needle.value), 0, type_=BigInteger())
    else:
        first = _at_least(context, start, 1)
        found = func.nullif(
            search(func.substr(text.value, first, type_=Text()), needle.value), 0, type_=BigInteger()
        )
        value = case((start.value >= 1, found + start.value - 1))
        flag = _negative(_both(needle, text, start), start, 1)
    result = context.numbers.integer(value, node.kind, TOO_MANY, size=3 + 2 * size_of(parts))
    return result.also_failed(*(part.error for part in parts), flag)


def _search(build: Callable[[Context, Sql, Sql], ColumnElement[bool]]) -> Operator:
    def searched(context: Context, node: Call) -> Part:
        text, piece = context.parts(node.arguments)
        error = any_failed((text.error, piece.error))
        if text.is_blank_constant or piece.is_blank_constant:
            return blank_part(context, BOOL, error)
        value = build(context, text.value, piece.value)
        is_nullable = text.is_nullable or piece.is_nullable
        return Part(value, BOOL, None, is_nullable, error, size=size_of((text, piece)))

    return searched


def _contains(context: Context, text: Sql, piece: Sql) -> ColumnElement[bool]:
    search = func.instr if context.is_sqlite else func.strpos
    return search(text, piece, type_=BigInteger()) > 0


def _starts_with(context: Context, text: Sql, piece: Sql) -> ColumnElement[bool]:
    return (
        func.substr(text, 1, length(context, piece) if context.is_sqlite else func.char_length(piece))
        == piece
    )


def _ends_with(context: Context, text: Sql, piece: Sql) -> ColumnElement[bool]:
    if context.is_sqlite:
        return func.substr(text, -length(context, piece), type_=Text()) == piece
    return func.right(text, func.char_length(piece), type_=Text()) == piece


OPERATORS: Mapping[str, Any] = {
    "concat": join,
    "CONCATENATE": join,
    "LEFT": left,
    "RIGHT": right,
    "MID": middle,
    "LEN": text_length,
    "UPPER": _changed("fl_upper", letters.upper),
    "LOWER": _changed("fl_lower", letters.lower),
    "TRIM": _changed("fl_trim", _trimmed),
    "NORM": _changed("fl_norm", letters.normalised_name),
    "SUBSTITUTE": substitute,
    "FIND": find,
    "CONTAINS": _search(_contains),
    "STARTSWITH": _search(_starts_with),
    "ENDSWITH": _search(_ends_with),
}

"""Logic: conditions, comparisons, choices between values, blanks and errors.

In: calls. Out: `OPERATORS`, and `CONDITIONS` for where blank, false and failed are all the same (there
the SQL is what one would write by hand, so that indexes work). Lazy as in the language: what an
unchosen branch does never happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, case, collate, false, func, literal, not_, null, or_, true

from expressions.kinds import BOOL, Kind
from expressions.nodes import Call, Node
from runtime.store.translation.context import Condition, Context, Operator, Piece, blank_part
from runtime.store.translation.parts import (
    RELATIONS,
    Flag,
    Part,
    Shape,
    Sql,
    all_present,
    any_failed,
    flag_size,
    flag_of,
    size_of,
)
from runtime.store.translation.sources import exists_in

Bool = ColumnElement[bool]


def truth(part: Part) -> Bool:
    """The condition, blank (and failed) being false; never NULL."""
    if not part.is_nullable and part.error is None:
        return part.value
    if part.is_blank_constant:
        return false()
    return func.coalesce(part.value, false())


def unless_failed(value: Sql, flag: Flag | None) -> Sql:
    """NULL when failed: for operators that would make a value of a failed operand."""
    return value if flag is None else case((not_(flag.build()), value))


def boolean(value: Sql, parts: Sequence[Part], error: Flag | None, *, is_nullable: bool = False) -> Part:
    value = unless_failed(value, error)
    size = size_of(parts) + flag_size(error)
    return Part(value, BOOL, None, is_nullable or error is not None, error, size=size)


# --- and, or, not ---------------------------------------------------------------------------------------


def conjunction(context: Context, node: Call) -> Part:
    return _junction(context, node, is_all=True)


def disjunction(context: Context, node: Call) -> Part:
    return _junction(context, node, is_all=False)


def _junction(context: Context, node: Call, *, is_all: bool) -> Part:
    parts = context.parts(node.arguments)
    joined = and_ if is_all else or_
    return boolean(joined(*map(truth, parts)), parts, _first_failure(parts, is_all=is_all))


def _first_failure(parts: Sequence[Part], *, is_all: bool) -> Flag | None:
    """Failed when a condition is that was still looked at."""
    if all(part.error is None for part in parts):
        return None

    def build() -> Bool:
        found: Bool = false()
        for part in reversed(parts):
            goes_on = truth(part) if is_all else not_(truth(part))
            found = or_(flag_of(part.error), and_(goes_on, found))
        return found

    return Flag(build, size_of(parts) + sum(flag_size(part.error) for part in parts))


def negation(context: Context, node: Call) -> Part:
    part = context.part(node.arguments[0])
    return boolean(not_(truth(part)), [part], part.error)


def exclusive(context: Context, node: Call) -> Part:
    parts = context.parts(node.arguments)
    value = truth(parts[0])
    for part in parts[1:]:
        value = _differ(value, truth(part))
    return boolean(value, parts, any_failed(part.error for part in parts))


def _differ(left: Bool, right: Bool) -> Bool:
    one, zero = literal(1), literal(0)
    return case((left, one), else_=zero) != case((right, one), else_=zero)


# --- comparisons ----------------------------------------------------------------------------------------


def comparable(context: Context, left: Part, right: Part) -> tuple[Part, Part]:
    """A blank without a kind takes the other's."""
    if left.shape is not None or right.shape is not None:
        return context.number(left), context.number(right)
    return left, right


def order_of(context: Context, part: Part) -> Sql:
    """Texts are ordered by code point; a column has that collation already."""
    is_text = part.kind.name in ("text", "choice")
    if is_text and not context.is_sqlite and not part.is_column:
        return collate(part.value, "C")
    return part.value


def related(context: Context, operator: str, left: Part, right: Part) -> Bool:
    """NULL when a side is."""
    left, right = comparable(context, left, right)
    if left.shape is not None:
        return context.numbers.compare(operator, left, right)
    if operator in ("eq", "ne"):
        return RELATIONS[operator](left.value, right.value)  # type: ignore[no-any-return]
    return RELATIONS[operator](order_of(context, left), order_of(context, right))  # type: ignore[no-any-return]


def equal(context: Context, left: Part, right: Part) -> Bool:
    """Blank equals blank; never NULL."""
    left, right = comparable(context, left, right)
    if right.is_blank_constant:
        return left.value.is_(null())
    if left.is_blank_constant:
        return right.value.is_(null())
    if not (left.is_nullable or right.is_nullable):
        return related(context, "eq", left, right)
    if left.shape is None:
        return left.value.is_not_distinct_from(right.value)
    found = related(context, "eq", left, right)
    if left.is_nullable and right.is_nullable:
        return func.coalesce(found, and_(left.value.is_(null()), right.value.is_(null())))
    return func.coalesce(found, false())


def equality(context: Context, node: Call) -> Part:
    left, right = context.parts(node.arguments)
    return boolean(equal(context, left, right), [left, right], any_failed((left.error, right.error)))


def inequality(context: Context, node: Call) -> Part:
    left, right = context.parts(node.arguments)
    return boolean(not_(equal(context, left, right)), [left, right], any_failed((left.error, right.error)))


def ordering(operator: str) -> Operator:
    def compared(context: Context, node: Call) -> Part:
        left, right = context.parts(node.arguments)
        error = any_failed((left.error, right.error))
        if left.is_blank_constant or right.is_blank_constant:
            return blank_part(context, BOOL, error)
        value = related(context, operator, left, right)
        is_nullable = left.is_nullable or right.is_nullable or error is not None
        return Part(value, BOOL, None, is_nullable, error, size=size_of((left, right)))

    return compared


def between(context: Context, node: Call) -> Part:
    parts = context.parts(node.arguments)
    error = any_failed(part.error for part in parts)
    if any(part.is_blank_constant for part in parts):
        return blank_part(context, BOOL, error)
    value: Bool = _inside(context, parts)
    if any(part.is_nullable for part in parts):
        value = case((all_present(parts), value))
    is_nullable = any(part.is_nullable for part in parts) or error is not None
    return Part(value, BOOL, None, is_nullable, error, size=2 * size_of(parts))


def _inside(context: Context, parts: Sequence[Part]) -> Bool:
    value, low, high = parts
    return and_(related(context, "ge", value, low), related(context, "le", value, high))


# --- membership -----------------------------------------------------------------------------------------


def membership(context: Context, node: Call) -> Part:
    item = context.part(node.arguments[0])
    pieces = context.pieces(node.arguments[1])
    error = any_failed((item.error, *(failure_of(piece) for piece in pieces)))
    value = func.coalesce(_is_member(context, item, pieces), false())
    return boolean(value, [item, *(piece.part for piece in pieces)], error)


def _is_member(context: Context, item: Part, pieces: Sequence[Piece]) -> Bool:
    single = [piece.part for piece in pieces if piece.rows is None and not piece.part.is_blank_constant]
    many = [piece for piece in pieces if piece.rows is not None]
    found: list[Bool] = []
    if item.is_blank_constant:
        return false()
    if single:
        found.append(_among(context, item, single))
    for piece in many:
        assert piece.rows is not None
        found.append(exists_in(piece.rows, related(context, "eq", piece.part, item)))
    is_any = or_(false(), *found)
    return and_(item.value.is_not(null()), is_any) if item.is_nullable and many else is_any


def _among(context: Context, item: Part, single: Sequence[Part]) -> Bool:
    if all(part.is_constant for part in single) and not item.is_constant:
        if item.shape is None:
            return item.value.in_([part.value for part in single])
        values, shape = context.numbers.shared([item, *single])
        if (shape == item.shape and item.number.is_narrow) or not context.is_sqlite:
            return values[0].in_(values[1:])
    return or_(*(related(context, "eq", item, part) for part in single))


def failure_of(piece: Piece) -> Flag | None:
    """Failed when a row of it is."""
    error, rows = piece.part.error, piece.rows
    if error is None or rows is None:
        return error
    return Flag(lambda: exists_in(rows, error.build()), error.size + 6)


# --- choices between values -----------------------------------------------------------------------------


def choose(
    context: Context,
    node: Call,
    whens: Sequence[tuple[Bool, Flag | None, Part]],
    otherwise: Part,
    conditions_size: int,
) -> Part:
    """The first value whose condition holds. A condition may fail; later ones are then not looked at."""
    results = [*(part for _, _, part in whens), otherwise]
    values, shape = one_kind(context, node.kind, results)
    cases: list[tuple[Any, Any]] = []
    for (condition, failed, _), value in zip(whens, values, strict=False):
        if failed is not None:
            cases.append((failed.build(), null()))
        cases.append((condition, value))
    value = case(*cases, else_=values[-1])
    if not node.kind.is_number:
        value = context.values.made(value, node.kind)
    size = len(whens) * 2 + size_of(results) + conditions_size + sum(flag_size(flag) for _, flag, _ in whens)
    error = _chosen_failure(whens, otherwise, conditions_size)
    longest = max(part.longest for part in results)
    is_nullable = any(part.is_nullable for part in results) or error is not None
    return Part(value, node.kind, shape, is_nullable, error, size=size, longest=longest)


def _chosen_failure(
    whens: Sequence[tuple[Bool, Flag | None, Part]], otherwise: Part, conditions_size: int
) -> Flag | None:
    flags = [flag for _, failed, part in whens for flag in (failed, part.error)]
    if otherwise.error is None and all(flag is None for flag in flags):
        return None

    def build() -> Bool:
        cases: list[tuple[Any, Any]] = []
        for condition, failed, part in whens:
            if failed is not None:
                cases.append((failed.build(), true()))
            cases.append((condition, flag_of(part.error)))
        return case(*cases, else_=flag_of(otherwise.error))

    size = 3 * len(whens) + conditions_size + sum(flag_size(one) for one in (*flags, otherwise.error))
    return Flag(build, size)


def one_kind(context: Context, kind: Kind, parts: Sequence[Part]) -> tuple[list[Sql], Shape | None]:
    """Values that may stand in one CASE; numbers brought to one scale."""
    if kind.is_number:
        return context.numbers.shared([context.number(part) for part in parts])
    blank = context.values.blank(kind).value
    return [blank if part.is_blank_constant else part.value for part in parts], None


def if_else(context: Context, node: Call) -> Part:
    condition = context.part(node.arguments[0])
    then = context.part(node.arguments[1])
    otherwise = context.part(node.arguments[2]) if len(node.arguments) > 2 else context.values.blank(node.kind)
    return choose(context, node, [(_tested(condition), condition.error, then)], otherwise, condition.size)


def _tested(part: Part) -> Bool:
    """A condition inside CASE WHEN, where NULL is not chosen anyway."""
    return false() if part.is_blank_constant else part.value


def ifs(context: Context, node: Call) -> Part:
    arguments = node.arguments
    whens, size = [], 0
    for at in range(0, len(arguments) - 1, 2):
        condition = context.part(arguments[at])
        size += condition.size
        whens.append((_tested(condition), condition.error, context.part(arguments[at + 1])))
    otherwise = context.part(arguments[-1]) if len(arguments) % 2 else context.values.blank(node.kind)
    return choose(context, node, whens, otherwise, size)


def switch(context: Context, node: Call) -> Part:
    arguments = node.arguments
    value = context.part(arguments[0])
    last = len(arguments) if len(arguments) % 2 else len(arguments) - 1
    given = [context.part(arguments[at]) for at in range(1, last, 2)]
    results = [context.part(arguments[at + 1]) for at in range(1, last, 2)]
    otherwise = context.part(arguments[-1]) if len(arguments) % 2 == 0 else context.values.blank(node.kind)
    simple = _simple_switch(context, node, value, given, [*results, otherwise])
    if simple is not None:
        return simple
    whens, size = [], 0
    failed = value.error
    for one, result in zip(given, results, strict=True):
        size += value.size + one.size
        whens.append((equal(context, value, one), any_failed((failed, one.error)), result))
        failed = None
    return choose(context, node, whens, otherwise, size)


def _simple_switch(
    context: Context, node: Call, subject: Part, cases: Sequence[Part], results: Sequence[Part]
) -> Part | None:
    """CASE subject WHEN …, which has a large subject once; not where a blank is to match a blank."""
    parts = [subject, *cases, *results]
    if subject.is_cheap or any(one.error is not None for one in parts) or any(one.is_nullable for one in cases):
        return None
    if any(one.shape is not None for one in (subject, *cases)):
        compared, _ = context.numbers.shared([context.number(one) for one in (subject, *cases)])
    else:
        compared = [one.value for one in (subject, *cases)]
    values, shape = one_kind(context, node.kind, results)
    whens = dict(zip(compared[1:], values, strict=False))
    value: Sql = case(whens, value=compared[0], else_=values[-1])
    if not node.kind.is_number:
        value = context.values.made(value, node.kind)
    is_nullable = any(part.is_nullable for part in results)
    longest = max(part.longest for part in results)
    return Part(value, node.kind, shape, is_nullable, size=size_of(parts), longest=longest)


def coalesce(context: Context, node: Call) -> Part:
    parts = context.parts(node.arguments)
    values, shape = one_kind(context, node.kind, parts)
    error = _blank_until(parts)
    value = values[0] if len(values) == 1 else func.coalesce(*values)
    value = unless_failed(value if node.kind.is_number else context.values.made(value, node.kind), error)
    is_nullable = all(part.is_nullable for part in parts) or error is not None
    longest = max(part.longest for part in parts)
    size = size_of(parts) + flag_size(error)
    return Part(value, node.kind, shape, is_nullable, error, size=size, longest=longest)


def _blank_until(parts: Sequence[Part]) -> Flag | None:
    """Failed when one is before which all were blank."""
    if all(part.error is None for part in parts):
        return None

    def build() -> Bool:
        found: Bool = false()
        for part in reversed(parts):
            found = or_(flag_of(part.error), and_(part.value.is_(null()), found))
        return found

    return Flag(build, size_of(parts) + sum(flag_size(part.error) for part in parts))


def if_error(context: Context, node: Call) -> Part:
    part, fallback = context.parts(node.arguments)
    if part.error is None:
        return replace(part, kind=node.kind)
    flag = part.error
    kept = replace(part, error=None)
    return choose(context, node, [(flag.build(), None, fallback)], kept, flag.size)


def is_error(context: Context, node: Call) -> Part:
    part = context.part(node.arguments[0])
    value = flag_of(part.error)
    return Part(value, BOOL, is_nullable=False, size=1 + flag_size(part.error))


# --- blanks ---------------------------------------------------------------------------------------------


def is_empty(context: Context, node: Call) -> Part:
    return _emptiness(context, node.arguments[0], is_empty=True)


def is_not_empty(context: Context, node: Call) -> Part:
    return _emptiness(context, node.arguments[0], is_empty=False)


def _emptiness(context: Context, node: Node, *, is_empty: bool) -> Part:
    value, error, parts = filled(context, node)
    return boolean(not_(value) if is_empty else value, parts, error)


def filled(context: Context, node: Node) -> tuple[Bool, Flag | None, list[Part]]:
    """Whether there is a value; a list has one when it has an item."""
    if not node.kind.is_list:
        part = context.part(node)
        found = true() if not part.is_nullable else part.value.is_not(null())
        return (false() if part.is_blank_constant else found), part.error, [part]
    pieces = context.pieces(node)
    error = any_failed(failure_of(piece) for piece in pieces)
    found = or_(false(), *(true() if piece.rows is None else exists_in(piece.rows) for piece in pieces))
    return found, error, [piece.part for piece in pieces]


# --- conditions -----------------------------------------------------------------------------------------


def all_hold(context: Context, node: Call) -> Bool:
    return and_(*(context.condition(one) for one in node.arguments))


def any_holds(context: Context, node: Call) -> Bool:
    """A failed condition fails the whole, whatever comes after it."""
    found: Bool = false()
    for one in reversed(node.arguments):
        part = context.part(one) if may_fail(context, one) else None
        held = context.condition(one)
        found = or_(held, found) if part is None else or_(held, and_(not_(flag_of(part.error)), found))
    return found


def may_fail(context: Context, node: Node) -> bool:
    return context.part(node).error is not None


def are_equal(context: Context, node: Call) -> Bool:
    left, right = comparable(context, *context.parts(node.arguments))
    if left.is_blank_constant or right.is_blank_constant or (left.is_nullable and right.is_nullable):
        value: Bool = equality(context, node).value
        return value
    return related(context, "eq", left, right)


def is_inside(context: Context, node: Call) -> Bool:
    parts = context.parts(node.arguments)
    return null() if any(part.is_blank_constant for part in parts) else _inside(context, parts)  # type: ignore[return-value]


def is_among(context: Context, node: Call) -> Bool:
    item = context.part(node.arguments[0])
    pieces = context.pieces(node.arguments[1])
    if item.error is not None or any(failure_of(piece) for piece in pieces):
        value: Bool = membership(context, node).value
        return value
    return _is_member(context, item, pieces)


OPERATORS: Mapping[str, Operator] = {
    "and": conjunction,
    "AND": conjunction,
    "or": disjunction,
    "OR": disjunction,
    "not": negation,
    "XOR": exclusive,
    "eq": equality,
    "ne": inequality,
    "lt": ordering("lt"),
    "le": ordering("le"),
    "gt": ordering("gt"),
    "ge": ordering("ge"),
    "BETWEEN": between,
    "in": membership,
    "INLIST": membership,
    "IF": if_else,
    "IFS": ifs,
    "SWITCH": switch,
    "COALESCE": coalesce,
    "IFERROR": if_error,
    "ISERROR": is_error,
    "ISEMPTY": is_empty,
    "ISNOTEMPTY": is_not_empty,
}
CONDITIONS: Mapping[str, Condition] = {
    "and": all_hold,
    "AND": all_hold,
    "or": any_holds,
    "OR": any_holds,
    "eq": are_equal,
    "BETWEEN": is_inside,
    "in": is_among,
    "INLIST": is_among,
}

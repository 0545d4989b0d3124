"""Logic: and, or, not, choices between values, blanks and errors.

In: calls. Out: `OPERATORS`, and `CONDITIONS` for where blank, false and failed are all the same (there
the SQL is what one would write by hand, so that indexes work). Lazy as in the language: what an
unchosen branch does never happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case, false, func, literal, not_, null, or_, true

from expressions.kinds import BOOL, Kind
from expressions.nodes import Call, Node
from runtime.store.translation.comparisons import equal, failure_of
from runtime.store.translation.context import Condition, Context, Operator
from runtime.store.translation.parts import Flag, Part, Shape, Sql, any_failed, flag_of, flag_size, size_of
from runtime.store.translation.sources import exists_in
from runtime.store.translation.truths import Bool, boolean, truth, unless_failed

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
    otherwise = (
        context.part(node.arguments[2]) if len(node.arguments) > 2 else context.values.blank(node.kind)
    )
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
    if (
        subject.is_cheap
        or any(one.error is not None for one in parts)
        or any(one.is_nullable for one in cases)
    ):
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
        single: Bool = true() if not part.is_nullable else part.value.is_not(null())
        return (false() if part.is_blank_constant else single), part.error, [part]
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


OPERATORS: Mapping[str, Operator] = {
    "and": conjunction,
    "AND": conjunction,
    "or": disjunction,
    "OR": disjunction,
    "not": negation,
    "XOR": exclusive,
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
}

"""Comparisons: = != < <= > >=, BETWEEN, and membership in lists.

In: calls. Out: `OPERATORS`, and `CONDITIONS` for where blank, false and failed are all the same: there
the SQL is what one would write by hand, the column bare, so that indexes work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, case, collate, false, func, not_, null, or_

from expressions.kinds import BOOL
from expressions.nodes import Call
from runtime.store.translation.context import Condition, Context, Operator, Piece, blank_part
from runtime.store.translation.parts import RELATIONS, Flag, Part, Sql, all_present, any_failed, size_of
from runtime.store.translation.sources import exists_in
from runtime.store.translation.truths import Bool, boolean


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
        return RELATIONS[operator](left.value, right.value)
    return RELATIONS[operator](order_of(context, left), order_of(context, right))


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


# --- conditions -----------------------------------------------------------------------------------------


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
    "eq": equality,
    "ne": inequality,
    "lt": ordering("lt"),
    "le": ordering("le"),
    "gt": ordering("gt"),
    "ge": ordering("ge"),
    "BETWEEN": between,
    "in": membership,
    "INLIST": membership,
}
CONDITIONS: Mapping[str, Condition] = {
    "eq": are_equal,
    "BETWEEN": is_inside,
    "in": is_among,
    "INLIST": is_among,
}

"""Operators and plain functions: what needs all its arguments.

In: the writer and a call. Out: pieces. Errors beat blanks: arguments that may fail are worked out before
anything is skipped, so `blank + 1/0` is `#DIV/0!` in Python as in SQL. What cannot fail stays one
expression with the guards of all its operands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from expressions import bounds
from expressions.emission.pieces import Piece
from expressions.evaluation import CONTEXT, number_text
from expressions.functions import REGISTRY
from expressions.functions.dates import add_days, add_elapsed, days_between, elapsed_days
from expressions.functions.texts import join
from expressions.nodes import Call, Const, Node

if TYPE_CHECKING:
    from expressions.compiler import Writer

LONGEST_INT = 28  # whole numbers that may grow longer are counted as Decimal, with its context
LARGEST = 40  # Emax: results with more digits before the point may be #NUM!
_PRECISION = 34


def call(writer: Writer, node: Call) -> Piece:
    """Any function with a Python meaning, by its registry entry."""
    entry = REGISTRY[node.function]
    python = python_of(node.function)
    pieces = [writer.piece(one) for one in node.arguments]
    before = [writer.name("env")] if entry.takes_env else []
    if entry.blanks == "own":
        code = writer.call(python, *before, *[writer.value(one) for one in pieces])
        guards: tuple[str, ...] = ()
    else:
        guards = _guards(pieces)
        code = writer.call(python, *before, *[one.code for one in pieces])
    if node.kind.name == "text":
        code = writer.some([code, writer.constant(None)])  # an empty text is blank
    if entry.may_fail or entry.may_be_blank:
        return writer.assigned(writer.guarded(guards, code), is_blankable=bool(guards) or entry.may_be_blank)
    return Piece(code, guards)


def python_of(function: str) -> Callable[..., Any]:
    python = REGISTRY[function].python
    if python is None:
        raise TypeError(f"{function} has no Python meaning of its own")
    return python


def _guards(pieces: Sequence[Piece]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(guard for piece in pieces for guard in piece.guards))


def _settled(writer: Writer, node: Node, pieces: Sequence[Piece], code: Any) -> Piece:
    """A number that might overflow is worked out at once; any other stays an expression."""
    piece = Piece(code, _guards(pieces))
    if bounds.whole_digits(node.kind) <= LARGEST:
        return piece
    return writer.assigned(writer.value(piece), is_blankable=bool(piece.guards))


def _arithmetic(writer: Writer, node: Call) -> Piece:
    """`+`, `-`, `*` of numbers, from the left; of dates through the date functions."""
    if any(one.kind.name in ("date", "datetime") for one in node.arguments):
        return _dates(writer, node)
    pieces = [writer.piece(one) for one in node.arguments]
    code = pieces[0].code
    if (
        node.kind.digits > LONGEST_INT
        and node.arguments[0].kind.scale == 0
        and not _is_decimal(node.arguments[0])
    ):
        code = writer.call(Decimal, code)
    for piece in pieces[1:]:
        code = writer.operate(node.function, code, piece.code)
    return _settled(writer, node, pieces, code)


def _is_decimal(node: Node) -> bool:
    return isinstance(node, Const) or (isinstance(node, Call) and node.function in ("div", "ROUND", "pow"))


def _dates(writer: Writer, node: Call) -> Piece:
    left, right = node.arguments
    pieces = [writer.piece(left), writer.piece(right)]
    names = (left.kind.name, right.kind.name)
    helpers: dict[tuple[str, str], Callable[..., Any]] = {
        ("date", "date"): days_between, ("datetime", "datetime"): elapsed_days,
        ("date", "number"): add_days, ("datetime", "number"): add_elapsed,
        ("date", "null"): add_days, ("datetime", "null"): add_elapsed,
    }  # fmt: skip
    step = pieces[1].code
    if node.function == "sub" and names[1] == "number":
        step = writer.negate(step)
    code = writer.call(helpers[names], pieces[0].code, step)
    guards = _guards(pieces)
    return writer.assigned(writer.guarded(guards, code), is_blankable=bool(guards))


def _division(writer: Writer, node: Call) -> Piece:
    """A constant divisor other than zero cannot fail: the quotient stays an expression."""
    divisor = node.arguments[1]
    if isinstance(divisor, Const) and divisor.value and node.kind.digits <= _PRECISION:
        pieces = [writer.piece(one) for one in node.arguments]
        return Piece(writer.call(python_of("div"), pieces[0].code, pieces[1].code), _guards(pieces))
    return call(writer, node)


def _negation(writer: Writer, node: Call) -> Piece:
    piece = writer.piece(node.arguments[0])
    return Piece(writer.negate(piece.code), piece.guards)


def _rounding(writer: Writer, node: Call) -> Piece:
    """ROUND to a constant number of places: one call of the context."""
    places = (
        node.arguments[1].value if len(node.arguments) > 1 and isinstance(node.arguments[1], Const) else None
    )
    if len(node.arguments) == 1:
        places = 0
    whole = bounds.whole_digits(node.arguments[0].kind)
    if not isinstance(places, (int, Decimal)) or not 0 <= places <= 20 or whole + int(places) >= _PRECISION:
        return call(writer, node)
    piece = writer.piece(node.arguments[0])
    quantum = Decimal(1).scaleb(-int(places))
    return Piece(writer.call(_QUANTIZE, piece.code, writer.constant(quantum)), piece.guards)


_QUANTIZE = CONTEXT.quantize


def _comparison(writer: Writer, node: Call) -> Piece:
    """Blank with anything is blank, except that `=` and `!=` always answer."""
    left, right = (writer.piece(one) for one in node.arguments)
    if node.function in ("eq", "ne"):
        return Piece(writer.compare(node.function, writer.value(left), writer.value(right)))
    return Piece(writer.compare(node.function, left.code, right.code), _guards((left, right)))


def _between(writer: Writer, node: Call) -> Piece:
    value, low, high = (writer.piece(one) for one in node.arguments)
    return Piece(writer.between(low.code, value.code, high.code), _guards((value, low, high)))


def _length(writer: Writer, node: Call) -> Piece:
    piece = writer.piece(node.arguments[0])
    size = writer.call(len, piece.code)
    return Piece(
        writer.choose(writer.is_blank(piece.guards), writer.constant(0), size) if piece.guards else size
    )


def _joined(writer: Writer, node: Call) -> Piece:
    parts = [writer.value(writer.piece(one)) for one in node.arguments]
    return writer.assigned(writer.some([writer.call(join, *parts), writer.constant(None)]))


def _as_text(writer: Writer, node: Call) -> Piece:
    """A number as text needs no environment."""
    if node.arguments[0].kind.is_number:
        piece = writer.piece(node.arguments[0])
        return Piece(writer.call(number_text, piece.code), piece.guards)
    return call(writer, node)


RULES: dict[str, Any] = {
    "add": _arithmetic, "sub": _arithmetic, "mul": _arithmetic, "div": _division, "neg": _negation,
    "ROUND": _rounding,
    "eq": _comparison, "ne": _comparison, "lt": _comparison, "le": _comparison, "gt": _comparison,
    "ge": _comparison,
    "BETWEEN": _between, "LEN": _length, "concat": _joined, "CONCATENATE": _joined, "ASTEXT": _as_text,
}  # fmt: skip

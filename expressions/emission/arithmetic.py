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
from expressions.evaluation import CONTEXT, MAX_TEXT, fail, number_text
from expressions.functions import REGISTRY
from expressions.functions.dates import add_days, add_elapsed, days_between, elapsed_days
from expressions.nodes import Call, Const, Node

if TYPE_CHECKING:
    from expressions.compiler import Writer

# Python's own decimal context is exact up to here; longer results need ours, and whole numbers that may
# grow longer are counted as Decimal.
LONGEST_INT = 28
LONGEST_CHAIN = 40  # terms in one Python expression: Python's own compiler goes down one level a term
LARGEST = 40  # Emax: results with more digits before the point may be #NUM!
_PRECISION = 34


def call(writer: Writer, node: Call) -> Piece:
    """Any function with a Python meaning, by its registry entry."""
    entry = REGISTRY[node.function]
    python = python_of(node.function)
    pieces = [writer.piece(one) for one in node.arguments]
    if any(one.kind.digits > LONGEST_INT for one in (node, *node.arguments)):
        writer.needs_context = True
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
    writer.needs_context = writer.needs_context or node.kind.digits > LONGEST_INT
    if bounds.whole_digits(node.kind) <= LARGEST:
        return piece
    return writer.assigned(writer.value(piece), is_blankable=bool(piece.guards))


def _arithmetic(writer: Writer, node: Call) -> Piece:
    """`+`, `-`, `*` of numbers, from the left; of dates through the date functions."""
    if any(one.kind.name in ("date", "datetime") for one in node.arguments):
        return _dates(writer, node)
    first = writer.piece(node.arguments[0])
    if (
        node.kind.digits > LONGEST_INT
        and node.arguments[0].kind.scale == 0
        and not _is_decimal(node.arguments[0])
    ):
        first = Piece(writer.call(Decimal, first.code), first.guards)
    pieces = [first, *[writer.piece(one) for one in node.arguments[1:]]]
    while len(pieces) > LONGEST_CHAIN:
        start, pieces = pieces[:LONGEST_CHAIN], pieces[LONGEST_CHAIN:]
        so_far = _settled(writer, node, start, _chain(writer, node.function, start))
        pieces.insert(0, writer.bound(so_far))
    return _settled(writer, node, pieces, _chain(writer, node.function, pieces))


def _chain(writer: Writer, function: str, pieces: Sequence[Piece]) -> Any:
    code = pieces[0].code
    for piece in pieces[1:]:
        code = writer.operate(function, code, piece.code)
    return code


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
    writer.needs_context = writer.needs_context or node.kind.digits > LONGEST_INT
    return Piece(writer.negate(piece.code), piece.guards)


def _rounding(writer: Writer, node: Call) -> Piece:
    """ROUND to a constant number of places: one call of the context."""
    places = (
        node.arguments[1].value if len(node.arguments) > 1 and isinstance(node.arguments[1], Const) else None
    )
    if len(node.arguments) == 1:
        places = 0
    whole = bounds.whole_digits(node.arguments[0].kind)
    if not isinstance(places, (int, Decimal)) or not 0 <= places <= 20:
        return call(writer, node)
    piece = writer.piece(node.arguments[0])
    quantum = Decimal(1).scaleb(-int(places))
    rounded = Piece(writer.call(_QUANTIZE, piece.code, writer.constant(quantum)), piece.guards)
    if whole + int(places) < _PRECISION:
        return rounded
    return writer.assigned(writer.value(rounded), is_blankable=bool(piece.guards))  # too long is #NUM!


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
    """Texts put together; longer than the language allows is `#LIMIT!`."""
    text = Piece(writer.constant(""))
    for start in range(0, len(node.arguments), LONGEST_CHAIN):
        code: Any = text.code if start else None
        for one in node.arguments[start : start + LONGEST_CHAIN]:
            piece = writer.piece(one)
            part = writer.some([writer.value(piece), writer.constant("")]) if piece.guards else piece.code
            code = part if code is None else writer.operate("add", code, part)
        text = writer.assigned(code, is_blankable=False)
        _refuse_long(writer, text)
    return writer.assigned(writer.some([text.code, writer.constant(None)]))


def _refuse_long(writer: Writer, text: Piece) -> None:
    is_long = writer.compare("gt", writer.call(len, text.code), writer.constant(MAX_TEXT))
    block: list[Any] = []
    with writer.aside(block):
        writer.assigned(writer.call(fail, writer.constant("#LIMIT!")))
    writer.when(is_long, block)


def _beginning(writer: Writer, node: Call) -> Piece:
    """LEFT with a constant count is a slice."""
    count = node.arguments[1] if len(node.arguments) > 1 else None
    if count is None or (isinstance(count, Const) and isinstance(count.value, Decimal) and count.value >= 0):
        size = min(int(str(count.value).partition(".")[0]), MAX_TEXT) if isinstance(count, Const) else 1
        piece = writer.piece(node.arguments[0])
        code = writer.some([writer.beginning(piece.code, size), writer.constant(None)])
        return writer.assigned(writer.guarded(piece.guards, code))
    return call(writer, node)


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
    "BETWEEN": _between, "LEN": _length, "LEFT": _beginning, "concat": _joined, "CONCATENATE": _joined,
    "ASTEXT": _as_text,
}  # fmt: skip

"""Lists and aggregates: loops over lines, items and rows, written inline.

In: the writer and a node. Out: pieces. A list as a value is a Python list (never None); aggregates
count as they go and make no list. What a loop needs of the record around is worked out before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from expressions.emission.arithmetic import LONGEST_INT, python_of
from expressions.emission.branching import is_filled
from expressions.emission.pieces import Piece
from expressions.emission.reading import row_of
from expressions.evaluation import ZERO, divide, lines_of
from expressions.nodes import Aggregate, Call, Const, Field, Follow, Items, Lines, Node, Parent, Setting

if TYPE_CHECKING:
    from expressions.compiler import Frame, Writer

Visit = Callable[["Piece"], None]


def lines(writer: Writer, node: Lines) -> Piece:
    name = writer.fresh("v")
    writer.assign(name, writer.call(list))
    _each(writer, node, lambda piece: writer.append(name, writer.value(piece)))
    return Piece(writer.name(name))


def items(writer: Writer, node: Items) -> Piece:
    if all(isinstance(one, Const) for one in node.items):
        values = tuple(one.value for one in node.items if isinstance(one, Const))
        return Piece(writer.name(writer.know("items", values)))
    if not any(one.kind.is_list for one in node.items):
        return Piece(writer.listed([writer.value(writer.piece(one)) for one in node.items]))
    name = writer.fresh("v")
    writer.assign(name, writer.call(list))
    _each(writer, node, lambda piece: writer.append(name, writer.value(piece)))
    return Piece(writer.name(name))


def _each(writer: Writer, node: Node, visit: Visit) -> None:
    """`visit` for every item of a list."""
    if isinstance(node, Items):
        for one in node.items:
            if one.kind.is_list:
                _each(writer, one, visit)
            else:
                visit(writer.piece(one))
    elif isinstance(node, Lines):
        _each_line(writer, node, visit)
    else:
        values = writer.some([writer.value(writer.piece(node)), writer.listed([])])
        writer.loop_values(values, visit)


def _each_line(writer: Writer, node: Lines, visit: Visit) -> None:
    frame = writer.frame
    found = writer.method(writer.name(row_of(writer, frame)), "get", writer.constant(node.subform))
    writer.loop(writer.call(lines_of, found), frame, lambda: visit(writer.piece(node.body)))


def parent(writer: Writer, node: Parent) -> Piece:
    """A value of the record around: fields are loaded where its frame begins, aggregates worked out once."""
    outer = writer.frame.parent or writer.outside
    if isinstance(node.body, (Field, Follow, Parent, Setting)):
        with writer.looking_from(outer):
            return writer.piece(node.body)
    return _hoisted(writer, node.body, outer)


def _hoisted(writer: Writer, node: Node, frame: Frame) -> Piece:
    """An aggregate of the record around, worked out once before the loop; a failure is kept and raised
    where the value is used."""
    key = ("#hoisted", id(node))
    kept = (*key, "failure")
    if key not in frame.loaded:
        name, failure, caught = writer.fresh("v"), writer.fresh("failure"), writer.fresh("caught")
        body: list[Any] = []
        with writer.looking_from(frame), writer.aside(body):
            piece = writer.piece(node)
            writer.assign(name, writer.value(piece))
            writer.assign(failure, writer.constant(None))
        bad: list[Any] = []
        with writer.aside(bad):
            writer.assign(name, writer.constant(None))
            writer.assign(failure, writer.name(caught))
        with writer.aside(frame.hoisted):
            writer.attempt(body, bad, failure=caught)
        frame.loaded[key], frame.loaded[kept] = name, failure
    writer.raise_again(frame.loaded[kept])
    return writer.variable(frame.loaded[key])


# --- aggregates -----------------------------------------------------------------------------------------


def aggregate(writer: Writer, node: Aggregate) -> Piece:
    write = _COUNT_DISTINCT if node.is_distinct else _AGGREGATES[node.function]
    writer.needs_context = writer.needs_context or node.kind.digits > LONGEST_INT
    if node.over == "list":
        argument = node.argument or Items((), node.kind, node.span)
        return write(writer, lambda visit: _each(writer, argument, visit))
    return write(writer, lambda visit: _each_row(writer, node.argument, visit))


def _each_row(writer: Writer, argument: Node | None, visit: Visit) -> None:
    def body() -> None:
        visit(writer.piece(argument) if argument is not None else Piece(writer.constant(True)))

    writer.loop(writer.name("rows"), writer.outside, body)


def _when_there(writer: Writer, piece: Piece, write: Callable[[], None]) -> None:
    """Blanks are skipped."""
    if not piece.guards:
        write()
        return
    block: list[Any] = []
    with writer.aside(block):
        write()
    writer.when(writer.is_there(piece.guards), block)


def _sum(writer: Writer, each: Callable[[Visit], None]) -> Piece:
    total = writer.fresh("v")
    writer.assign(total, writer.constant(ZERO))

    def visit(piece: Piece) -> None:
        more = writer.operate("add", writer.name(total), piece.code)
        _when_there(writer, piece, lambda: writer.assign(total, more))

    each(visit)
    return Piece(writer.name(total))


def _count(writer: Writer, each: Callable[[Visit], None]) -> Piece:
    count = writer.fresh("v")
    writer.assign(count, writer.constant(0))

    def visit(piece: Piece) -> None:
        if not piece.guards:
            writer.bound(piece)
        more = writer.operate("add", writer.name(count), writer.constant(1))
        _when_there(writer, piece, lambda: writer.assign(count, more))

    each(visit)
    return Piece(writer.name(count))


def _count_distinct(writer: Writer, each: Callable[[Visit], None]) -> Piece:
    seen = writer.fresh("v")
    writer.assign(seen, writer.call(set))
    each(lambda piece: _when_there(writer, piece, lambda: writer.add(seen, piece.code)))
    return Piece(writer.call(len, writer.name(seen)))


def _average(writer: Writer, each: Callable[[Visit], None]) -> Piece:
    total, count = writer.fresh("v"), writer.fresh("v")
    writer.assign(total, writer.constant(ZERO))
    writer.assign(count, writer.constant(0))

    def visit(piece: Piece) -> None:
        def write() -> None:
            writer.assign(total, writer.operate("add", writer.name(total), piece.code))
            writer.assign(count, writer.operate("add", writer.name(count), writer.constant(1)))

        _when_there(writer, piece, write)

    each(visit)
    quotient = writer.call(divide, writer.name(total), writer.name(count))
    return writer.assigned(writer.choose(writer.name(count), quotient, writer.constant(None)))


def _extreme(comparison: str) -> Callable[[Writer, Callable[[Visit], None]], Piece]:
    def write(writer: Writer, each: Callable[[Visit], None]) -> Piece:
        best = writer.fresh("v")
        writer.assign(best, writer.constant(None))

        def visit(piece: Piece) -> None:
            one = writer.bound(piece)
            is_better = writer.compare(comparison, one.code, writer.name(best))
            test = writer.some([writer.is_blank([best]), is_better])
            block: list[Any] = []
            with writer.aside(block):
                writer.assign(best, one.code)
            _when_there(writer, one, lambda: writer.when(test, block))

        each(visit)
        return writer.variable(best)

    return write


_COUNT_DISTINCT = _count_distinct
_AGGREGATES: dict[str, Callable[..., Any]] = {
    "SUM": _sum, "COUNT": _count, "COUNTA": _count, "AVERAGE": _average, "MIN": _extreme("lt"),
    "MAX": _extreme("gt"),
}  # fmt: skip


# --- functions of lists -----------------------------------------------------------------------------------


def _member(writer: Writer, node: Call) -> Piece:
    """A blank is a member of no list."""
    item, whole = (writer.piece(one) for one in node.arguments)
    values = writer.value(whole)
    found = writer.compare(
        "in", item.code, writer.some([values, writer.listed([])]) if whole.guards else values
    )
    return Piece(writer.every([writer.is_there(item.guards), found]) if item.guards else found)


def _bucket(writer: Writer, node: Call) -> Piece:
    number, cuts = (writer.piece(one) for one in node.arguments)
    values = writer.some([writer.value(cuts), writer.listed([])]) if cuts.guards else cuts.code
    return Piece(writer.call(python_of(node.function), writer.value(number), values))


def _filled_ratio(writer: Writer, node: Call) -> Piece:
    there = [
        writer.value(is_filled(writer, Call("ISNOTEMPTY", (one,), node.kind, one.span)))
        for one in node.arguments
    ]
    total = writer.call(sum, writer.listed(there))
    return Piece(writer.call(divide, total, writer.constant(len(node.arguments))))


RULES: dict[str, Any] = {
    "in": _member, "INLIST": _member, "BUCKET_ASC": _bucket, "BUCKET_DESC": _bucket,
    "FILLED_RATIO": _filled_ratio,
}  # fmt: skip

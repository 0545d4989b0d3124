"""The lazy functions: what is not chosen is not worked out.

In: the writer and a call. Out: pieces. Branches that are plain expressions become one Python
expression; others become statements in blocks of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from expressions.emission.pieces import Piece
from expressions.nodes import Call, Const, Node

if TYPE_CHECKING:
    from expressions.compiler import Writer

LONGEST_NEST = 20  # conditions below one another in the generated code


def _aside(writer: Writer, node: Node) -> tuple[list[Any], Piece]:
    """A node's piece with the statements it needs, kept apart."""
    block: list[Any] = []
    with writer.aside(block):
        piece = writer.piece(node)
    return block, piece


def _written(writer: Writer, target: str, node: Node) -> list[Any]:
    """Statements that put a node's value into `target`."""
    block, piece = _aside(writer, node)
    with writer.aside(block):
        writer.assign(target, writer.value(piece))
    return block


def _if(writer: Writer, node: Call) -> Piece:
    condition = writer.piece(node.arguments[0])
    otherwise = node.arguments[2] if len(node.arguments) > 2 else None
    return _choice(writer, writer.test(condition), node.arguments[1], otherwise)


def _choice(writer: Writer, test: Any, then: Node, otherwise: Node | None) -> Piece:
    first_block, first = _aside(writer, then)
    second_block, second = _aside(writer, otherwise) if otherwise is not None else ([], None)
    other = writer.value(second) if second is not None else writer.constant(None)
    is_blankable = second is None or bool(first.guards or second.guards)
    if not first_block and not second_block:
        code = writer.choose(test, writer.value(first), other)
        return writer.assigned(code) if is_blankable else Piece(code)
    name = writer.fresh("v")
    with writer.aside(first_block):
        writer.assign(name, writer.value(first))
    with writer.aside(second_block):
        writer.assign(name, other)
    writer.when(test, first_block, second_block)
    return writer.variable(name, is_blankable=is_blankable)


def _ifs(writer: Writer, node: Call) -> Piece:
    pairs = list(zip(node.arguments[::2], node.arguments[1::2], strict=False))
    otherwise = node.arguments[-1] if len(node.arguments) % 2 else None
    tests: list[tuple[Callable[[], Any], Node]] = [
        (lambda condition=condition: writer.test(writer.piece(condition)), result)  # type: ignore[misc]
        for condition, result in pairs
    ]
    return _chain(writer, tests, otherwise)


def _switch(writer: Writer, node: Call) -> Piece:
    subject = writer.bound(writer.piece(node.arguments[0]))
    rest = node.arguments[1:]
    otherwise = rest[-1] if len(rest) % 2 else None
    tests: list[tuple[Callable[[], Any], Node]] = [
        (lambda case=case: _is_case(writer, subject, case), result)  # type: ignore[misc]
        for case, result in zip(rest[::2], rest[1::2], strict=False)
    ]
    return _chain(writer, tests, otherwise)


def _is_case(writer: Writer, subject: Piece, case: Node) -> Any:
    return writer.compare("eq", writer.value(subject), writer.value(writer.piece(case)))


def _chain(writer: Writer, tests: Sequence[tuple[Callable[[], Any], Node]], otherwise: Node | None) -> Piece:
    """`if … else: if …`: later conditions are worked out only when earlier ones did not hold. Long
    chains go on after a while beside, not below: Python's compiler goes down one level for each."""
    name = writer.fresh("v")
    if len(tests) <= LONGEST_NEST:
        _nested(writer, name, tests, otherwise)
        return writer.variable(name)
    is_open = writer.fresh("v")
    writer.assign(is_open, writer.constant(True))
    for start in range(0, len(tests), LONGEST_NEST):
        is_last = start + LONGEST_NEST >= len(tests)
        block: list[Any] = []
        with writer.aside(block):
            writer.assign(is_open, writer.constant(False))
            rest = otherwise if is_last else None
            still_open = "" if is_last else is_open
            _nested(writer, name, tests[start : start + LONGEST_NEST], rest, still_open=still_open)
        writer.when(writer.name(is_open), block)
    return writer.variable(name)


def _nested(
    writer: Writer,
    name: str,
    tests: Sequence[tuple[Callable[[], Any], Node]],
    otherwise: Node | None,
    *,
    still_open: str = "",
) -> None:
    last = _written(writer, name, otherwise) if otherwise is not None else []
    with writer.aside(last):
        if otherwise is None:
            writer.assign(name, writer.constant(None))
        if still_open:
            writer.assign(still_open, writer.constant(True))
    for make_test, result in reversed(tests):
        block: list[Any] = []
        with writer.aside(block):
            test = make_test()
            writer.when(test, _written(writer, name, result), last)
        last = block
    writer.block.extend(last)


def _all(writer: Writer, node: Call) -> Piece:
    return _joined(writer, node.arguments, is_and=True)


def _any(writer: Writer, node: Call) -> Piece:
    return _joined(writer, node.arguments, is_and=False)


def _joined(writer: Writer, nodes: Sequence[Node], *, is_and: bool) -> Piece:
    """Short-circuit: a condition that needs statements is worked out only while the matter is open."""
    join = writer.every if is_and else writer.some
    ready: list[Any] = []
    name = ""
    for node in nodes:
        block, piece = _aside(writer, node)
        if not block or not (ready or name):
            writer.block.extend(block)
            ready.append(writer.truth(piece))
            continue
        before = [writer.name(name)] if name else []
        name = name or writer.fresh("v")
        writer.assign(name, join([*before, *ready]))
        with writer.aside(block):
            writer.assign(name, writer.truth(piece))
        writer.when(writer.name(name) if is_and else writer.deny(writer.name(name)), block)
        ready = []
    return Piece(join([*([writer.name(name)] if name else []), *ready]))


def _not(writer: Writer, node: Call) -> Piece:
    return Piece(writer.deny(writer.test(writer.piece(node.arguments[0]))))


def _xor(writer: Writer, node: Call) -> Piece:
    truths = [writer.truth(writer.piece(one)) for one in node.arguments]
    code = truths[0]
    for one in truths[1:]:
        code = writer.compare("ne", code, one)
    return Piece(code)


def _coalesce(writer: Writer, node: Call) -> Piece:
    first = writer.piece(node.arguments[0])
    if not first.guards or len(node.arguments) == 1:
        return first
    name = writer.fresh("v")
    writer.assign(name, writer.value(first))
    is_blankable = True
    for one in node.arguments[1:]:
        block, piece = _aside(writer, one)
        with writer.aside(block):
            writer.assign(name, writer.value(piece))
        writer.when(writer.is_blank([name]), block)
        if not piece.guards:
            is_blankable = False
            break
    return writer.variable(name, is_blankable=is_blankable)


def _if_error(writer: Writer, node: Call) -> Piece:
    name, is_failed = writer.fresh("v"), writer.fresh("v")
    with writer.trying():
        body = _written(writer, name, node.arguments[0])
    writer.assign(is_failed, writer.constant(False))
    failed: list[Any] = []
    with writer.aside(failed):
        writer.assign(is_failed, writer.constant(True))
    writer.attempt(body, failed, result=name)
    writer.when(writer.name(is_failed), _written(writer, name, node.arguments[1]))
    return writer.variable(name)


def _is_error(writer: Writer, node: Call) -> Piece:
    name = writer.fresh("v")
    with writer.trying():
        body, piece = _aside(writer, node.arguments[0])
    with writer.aside(body):
        writer.assign(name, writer.value(piece))  # worked out, then forgotten
        writer.assign(name, writer.constant(False))
    failed: list[Any] = []
    with writer.aside(failed):
        writer.assign(name, writer.constant(True))
    writer.attempt(body, failed, result=name)
    return Piece(writer.name(name))


def _is_empty(writer: Writer, node: Call) -> Piece:
    return _emptiness(writer, node.arguments[0], is_empty=True)


def is_filled(writer: Writer, node: Call) -> Piece:
    return _emptiness(writer, node.arguments[0], is_empty=False)


def _emptiness(writer: Writer, node: Node, *, is_empty: bool) -> Piece:
    piece = writer.piece(node)
    if node.kind.is_list:
        empty = writer.deny(writer.value(piece))
        return Piece(empty if is_empty else writer.deny(empty))
    if not piece.guards:
        if not isinstance(node, Const):
            writer.bound(piece)
        return Piece(writer.constant(not is_empty))
    return Piece(writer.is_blank(piece.guards) if is_empty else writer.is_there(piece.guards))


RULES: dict[str, Any] = {
    "IF": _if, "IFS": _ifs, "SWITCH": _switch, "AND": _all, "OR": _any, "and": _all, "or": _any,
    "not": _not, "XOR": _xor,
    "COALESCE": _coalesce, "IFERROR": _if_error, "ISERROR": _is_error, "ISEMPTY": _is_empty,
    "ISNOTEMPTY": is_filled,
}  # fmt: skip

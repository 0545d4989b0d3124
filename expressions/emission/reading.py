"""Reading: constants, fields of the row at hand, behind links, of the parent, of settings; the clock.

In: the writer and a node. Out: pieces. Loads go to the beginning of their frame: a field is read once,
and reading never fails.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from expressions.emission.pieces import Piece
from expressions.evaluation import column_of
from expressions.kinds import Kind
from expressions.names import option_label
from expressions.nodes import Call, Const, Field, Follow, Setting

if TYPE_CHECKING:
    from expressions.compiler import Frame, Writer

NOTHING: Any = MappingProxyType({})
_LANGUAGES = ("zh-CN", "zh-TW", "en")


def const(writer: Writer, node: Const) -> Piece:
    if node.value is None:
        return writer.assigned(writer.constant(None))
    return Piece(writer.constant(node.value))


def own_field(writer: Writer, node: Field) -> Piece:
    return writer.variable(field_of(writer, writer.frame, node.field, node.kind))


def field_of(writer: Writer, frame: Frame, field: str, kind: Kind) -> str:
    """The variable of a field; '' and () are blank."""
    return writer.loaded(frame, field, lambda: _got(writer, row_of(writer, frame), field, kind))


def row_of(writer: Writer, frame: Frame) -> str:
    """The variable that holds the frame's row; the parent's is loaded from the environment."""
    if frame.row != "up":
        return frame.row
    env_parent = writer.attribute(writer.name("env"), "parent")
    return writer.loaded(frame, "#row", lambda: writer.some([env_parent, _nothing(writer)]))


def follow(writer: Writer, node: Follow) -> Piece:
    """`link.field`: the linked rows are in `env.related`; no link, no row: blank."""
    frame = writer.frame
    row = _linked_row(writer, frame, node)
    key = (*node.path, node.field)
    return writer.variable(writer.loaded(frame, key, lambda: _got(writer, row, node.field, node.kind)))


def _linked_row(writer: Writer, frame: Frame, node: Follow) -> str:
    link = writer.piece(node.link)

    def find() -> Any:
        rows = writer.loaded(writer.root, ("#form", node.form), lambda: _related(writer, node.form))
        return writer.some([writer.method(writer.name(rows), "get", link.code), _nothing(writer)])

    return writer.loaded(frame, (*node.path, "#row"), find)


def _related(writer: Writer, form: str) -> Any:
    related = writer.attribute(writer.name("env"), "related")
    return writer.some([writer.method(related, "get", writer.constant(form)), _nothing(writer)])


def setting(writer: Writer, node: Setting) -> Piece:
    settings = writer.attribute(writer.name("env"), "settings")

    def row() -> Any:
        return writer.some([writer.method(settings, "get", writer.constant(node.form)), _nothing(writer)])

    name = writer.loaded(writer.root, ("#setting", node.form), row)
    if node.column is None:
        key = ("#setting", node.form, node.field)
        return writer.variable(
            writer.loaded(writer.root, key, lambda: _got(writer, name, node.field, node.kind))
        )
    value = writer.method(writer.name(name), "get", writer.constant(node.field))
    return writer.assigned(writer.call(column_of, value, writer.constant(node.column)), is_blankable=False)


def _got(writer: Writer, row: str, field: str, kind: Kind) -> Any:
    code = writer.method(writer.name(row), "get", writer.constant(field))
    return writer.some([code, writer.constant(None)]) if kind.name in ("text", "list") else code


def _nothing(writer: Writer) -> Any:
    if "nothing" not in writer.known:
        writer.known["nothing"] = NOTHING
    return writer.name("nothing")


# --- the clock, the actor, labels -----------------------------------------------------------------------


def _of_env(attribute: str, *, is_blankable: bool) -> Any:
    def rule(writer: Writer, _node: Call) -> Piece:
        load = writer.attribute(writer.name("env"), attribute)
        name = writer.loaded(writer.root, ("#env", attribute), lambda: load)
        return writer.variable(name, is_blankable=is_blankable)

    return rule


def label(writer: Writer, node: Call) -> Piece:
    """An option's label in the language of the environment; of a list, its labels."""
    inner = node.arguments[0]
    piece = writer.piece(inner)
    kind = inner.kind.item if inner.kind.is_list and inner.kind.item else inner.kind
    labels = _labels(writer, kind)
    if inner.kind.is_list:
        return writer.assigned(writer.call(labels_of, writer.value(piece), labels), is_blankable=False)
    return writer.assigned(writer.method(labels, "get", writer.value(piece)))


def _labels(writer: Writer, kind: Kind) -> Any:
    tables = {tag: {one.id: option_label(one, tag) for one in kind.choices} for tag in _LANGUAGES}
    key = ("#labels", tuple(one.id for one in kind.choices))

    def choose() -> Any:
        known = writer.name(writer.know("labels", tables))
        language = writer.attribute(writer.name("env"), "language")
        return writer.method(known, "get", language, writer.name(writer.know("labels", tables["en"])))

    return writer.name(writer.loaded(writer.root, key, choose))


def labels_of(options: Any, labels: dict[str, str]) -> list[str | None]:
    return [labels.get(one) for one in options or ()]


RULES = {
    "TODAY": _of_env("today", is_blankable=False), "NOW": _of_env("now", is_blankable=False),
    "CURRENTUSER": _of_env("actor_member", is_blankable=True), "LABEL": label,
}  # fmt: skip

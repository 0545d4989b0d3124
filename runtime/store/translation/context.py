"""Walking a checked node: what every operator gets to translate its arguments.

In: nodes, a row source, the environment. Out: `Part`s, conditions and the pieces of lists. The operators
stand in the family modules, found by name (`OPERATORS`, `CONDITIONS` in operators.py); `translate.py` is
the public face.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, case, null, true

from expressions import compile_expression
from expressions.evaluation import Env, ErrorValue
from expressions.kinds import Kind
from expressions.nodes import (
    Aggregate,
    Call,
    Const,
    Field,
    Follow,
    Items,
    Lines,
    Node,
    Parent,
    Setting,
)
from runtime.store.translation.environment import NotTranslatable, SqlEnv, TooLarge
from runtime.store.translation.parts import NOT_CONSTANT, Flag, Part
from runtime.store.translation.sources import LiveRollUp, Rows, RowSource
from runtime.store.translation.values import Arithmetic, Values

MOST_SQL = 6_000  # nodes of SQL that one expression may become
Operator = Callable[["Context", Call], Part]
Condition = Callable[["Context", Call], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Tables:
    """What is looked up by name; filled by operators.py."""

    operators: Mapping[str, Operator]
    conditions: Mapping[str, Condition]
    aggregate: Callable[[Context, Aggregate], Part]
    roll_up: Callable[[Context, LiveRollUp, Kind], Part]
    is_too_deep: Callable[..., bool]
    by_python: Callable[[Context, Node], Part]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a list: one value, or (with `rows`) one for each row."""

    part: Part
    rows: Rows | None = None
    is_whole: bool = False  # the lines themselves, not a value of them


@dataclass(frozen=True, slots=True)
class Context:
    """Where a node is translated."""

    env: SqlEnv
    values: Values
    tables: Tables
    source: RowSource | None  # None: only constants may be translated
    is_grouped: bool = False  # aggregates over "rows" are those of this SELECT
    only: ColumnElement[bool] | None = None  # … and go over these rows of it

    @property
    def is_sqlite(self) -> bool:
        return self.values.is_sqlite

    @property
    def numbers(self) -> Arithmetic:
        return self.values.numbers

    def at(self, source: RowSource) -> Context:
        """The same, for another row."""
        return replace(self, source=source, is_grouped=False, only=None)

    @property
    def row(self) -> RowSource:
        if self.source is None:
            raise LookupError("this expression reads a row, and there is none")
        return self.source

    # --- values -------------------------------------------------------------------------------------

    def part(self, node: Node) -> Part:
        """The value of a node that is not a list."""
        if node.kind.is_list:
            raise NotTranslatable(getattr(node, "function", type(node).__name__), node.span, "list")
        found = _PARTS[type(node)](self, node)
        if found.size > MOST_SQL:
            raise TooLarge(getattr(node, "function", type(node).__name__), node.span, "too_large")
        return found

    def parts(self, nodes: tuple[Node, ...]) -> list[Part]:
        return [self.part(node) for node in nodes]

    def numbers_of(self, nodes: tuple[Node, ...]) -> list[Part]:
        """Number parts; a blank without a kind counts as a blank number."""
        return [self.number(self.part(node)) for node in nodes]

    def number(self, part: Part) -> Part:
        return part if part.shape is not None else self.numbers.constant(None)

    def condition(self, node: Node) -> ColumnElement[bool]:
        """The node where blank, false and failed are all the same (WHERE, FILTER)."""
        if isinstance(node, Call):
            special = self.tables.conditions.get(node.function)
            if special is not None and not is_same_everywhere(node):
                return special(self, node)
        value: ColumnElement[bool] = self.part(node).value
        return value

    def whole(self, node: Node) -> Part:
        """A node that stands in a statement by itself: as `part`, but never too deep for SQLite's parser."""
        try:
            part = self.part(node)
            self._not_too_deep(part.value, node)
        except TooLarge:
            if self.is_sqlite:
                return self.tables.by_python(self, node)
            raise
        return part

    def whole_condition(self, node: Node) -> ColumnElement[bool]:
        """As `condition`, likewise."""
        try:
            found = self.condition(node)
            self._not_too_deep(found, node)
        except TooLarge:
            if not self.is_sqlite:
                raise
            found = self.tables.by_python(self, node).value
        return found

    def _not_too_deep(self, value: ColumnElement[Any], node: Node) -> None:
        if self.tables.is_too_deep(value, is_sqlite=self.is_sqlite):
            raise TooLarge(getattr(node, "function", type(node).__name__), node.span, "too_deep")

    def _constant(self, node: Const) -> Part:
        return self.values.constant(node.value, node.kind)

    def _field(self, node: Field) -> Part:
        definition = self.row.definition(node.field)
        if isinstance(definition, LiveRollUp):
            found = self.tables.roll_up(self, definition, node.kind)
        elif definition is not None:
            found = replace(self, is_grouped=False, only=None).part(definition)
        else:
            column = self.row.column(node.field)
            return self.values.column(column, node.kind, is_nullable=self.row.is_nullable(node.field))
        if self.row.is_nullable("id"):  # a row that a link may not lead to: then everything of it is blank
            is_there = self.row.column("id").is_not(null())
            value = self.numbers.best(found) if found.shape is not None else found.value
            found = replace(
                found, value=case((is_there, value)), is_nullable=True, native=None, plain=None, raw=None
            )
        # A cell that failed is blank to its readers, as it would be in its column.
        return replace(
            found, kind=node.kind, error=None, is_nullable=found.is_nullable or found.error is not None
        )

    def _parent(self, node: Parent) -> Part:
        return self.at(self.row.parent()).part(node.body)

    def _follow(self, node: Follow) -> Part:
        return self.at(self.row_behind(node.link, node.form)).part(node.body)

    def row_behind(self, link: Node, form: str) -> RowSource:
        """The row that a link points to."""
        if isinstance(link, Parent):
            return self.at(self.row.parent()).row_behind(link.body, form)
        if isinstance(link, Follow):
            return self.at(self.row_behind(link.link, link.form)).row_behind(link.body, form)
        if not isinstance(link, Field):
            raise NotTranslatable(type(link).__name__, link.span, "not_a_link")
        return self.row.follow(link.field, self.part(link).value, form)

    def _setting(self, node: Setting) -> Part:
        return self.values.constant(self.setting(node), node.kind)

    def setting(self, node: Setting) -> Any:
        return self.env.settings.get(node.form, {}).get(node.field)

    def _call(self, node: Call) -> Part:
        if is_same_everywhere(node):
            return self.folded(node)
        operator = self.tables.operators.get(node.function)
        if operator is None:
            raise NotTranslatable(node.function, node.span)
        return operator(self, node)

    def _aggregate(self, node: Aggregate) -> Part:
        if node.over == "list" and is_same_everywhere(node):
            return self.folded(node)
        return self.tables.aggregate(self, node)

    def folded(self, node: Node) -> Part:
        """What is the same for every row, computed once by the Python back end and bound."""
        env = self.env
        surroundings = Env(
            env.now, env.today, env.zone, env.settings, {}, None, env.actor_member, env.language
        )  # fmt: skip
        value = _compiled(node).evaluate({}, surroundings)
        if isinstance(value, ErrorValue):
            return replace(self.values.blank(node.kind), error=Flag(true), constant=NOT_CONSTANT)
        return self.values.constant(value, node.kind)

    # --- lists ----------------------------------------------------------------------------------------

    def pieces(self, node: Node) -> list[Piece]:
        """The parts of a list, in its order."""
        if isinstance(node, Items):
            return [piece for item in node.items for piece in self.pieces(item)]
        if not node.kind.is_list:
            return [Piece(self.part(node))]
        return _PIECES[type(node)](self, node)

    def _lines(self, node: Lines) -> list[Piece]:
        rows = self.row.lines(node.subform)
        item = node.kind.item
        is_whole = isinstance(node.body, Const) and item is not None and item.name == "record"
        return [Piece(self.at(rows.source).whole(node.body), rows, is_whole)]

    def _values(self, node: Field) -> list[Piece]:
        rows, column = self.row.values(node.field)
        return [Piece(self.values.column(column, item_of(node), is_nullable=False), rows)]

    def _setting_list(self, node: Setting) -> list[Piece]:
        found = self.setting(node) or ()
        if node.column is not None:
            found = tuple(line.get(node.column) for line in found)
            return [Piece(self.values.constant(one, item_of(node))) for one in found]
        if item_of(node).name == "record":
            return [Piece(self.values.constant(True, Kind("bool")), None, True) for _ in found]
        return [Piece(self.values.constant(one, item_of(node))) for one in found]

    def _parent_list(self, node: Parent) -> list[Piece]:
        return self.at(self.row.parent()).pieces(node.body)

    def _follow_list(self, node: Follow) -> list[Piece]:
        return self.at(self.row_behind(node.link, node.form)).pieces(node.body)

    def _call_list(self, node: Call) -> list[Piece]:
        """LABEL and TODATE of a list: of each of its values."""
        each = self.tables.operators.get(f"{node.function} each")
        if each is None:
            raise NotTranslatable(node.function, node.span, "list")
        maker: Any = each
        return [
            replace(piece, part=maker(self, node, piece.part)) for piece in self.pieces(node.arguments[0])
        ]


_PARTS: dict[type, Callable[[Context, Any], Part]] = {
    Const: Context._constant,
    Field: Context._field,
    Parent: Context._parent,
    Follow: Context._follow,
    Setting: Context._setting,
    Call: Context._call,
    Aggregate: Context._aggregate,
}
_PIECES: dict[type, Callable[[Context, Any], list[Piece]]] = {
    Lines: Context._lines,
    Field: Context._values,
    Setting: Context._setting_list,
    Parent: Context._parent_list,
    Follow: Context._follow_list,
    Call: Context._call_list,
}


def item_of(node: Node) -> Kind:
    """The kind of a list's values."""
    return node.kind.item or Kind("null")


def blank_part(context: Context, kind: Kind, error: Flag | None = None) -> Part:
    """Blank whatever the row; failed where an operand is."""
    return replace(context.values.blank(kind), error=error)


@lru_cache(maxsize=4096)
def _compiled(node: Node) -> Any:
    return compile_expression(node)


@lru_cache(maxsize=16384)
def is_same_everywhere(node: Node) -> bool:
    """Whether the node reads no row: constants, settings and the clock only."""
    match node:
        case Const() | Setting():
            return True
        case Items(items=items):
            return all(map(is_same_everywhere, items))
        case Call(arguments=arguments):
            return all(map(is_same_everywhere, arguments))
        case Aggregate(argument=argument, over="list"):
            return argument is not None and is_same_everywhere(argument)
        case _:
            return False

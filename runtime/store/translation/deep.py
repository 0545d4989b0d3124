"""Expressions too deep for SQLite's parser: the Python back end answers for them, row by row.

In: a context and a node. Out: a `Part` whose SQL is one call, `fl_python(key, …)`, of the values that
the node reads. SQLite before 3.46 gives up at a hundred nested symbols ("parser stack overflow"), which
some twenty nested functions reach; PostgreSQL has no such limit. What reads lists or other rows stays SQL
and is handed in; formulas of live fields are worked out along with the node.

The compiled expressions are kept by a key of what they say, so that a kept statement finds them again.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, TableClause, Text, func, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.selectable import Alias

from expressions import compile_expression
from expressions.evaluation import Env, ErrorValue
from expressions.kinds import BOOL, NULL, Kind
from expressions.nodes import Aggregate, Call, Const, Field, Items, Node
from runtime.store.columns.moments import EPOCH, MICROSECOND, DateColumn, microseconds
from runtime.store.exact import BOTTOM, TOP
from runtime.store.exact_calls import decimal_of, scaled
from runtime.store.translation.context import Context, is_same_everywhere
from runtime.store.translation.parts import Flag, Part, Shape
from runtime.store.translation.sources import LiveRollUp

_SHALLOW = 11  # nested SQLAlchemy elements that never are too deep
_MOST_NESTED = 170  # … and that always are
_MOST_LOOKED_AT = 4_000
_MARGIN = 24  # nested symbols left for the statement around
_ROW = "#"


@dataclass(frozen=True)
class Kept:
    """A compiled expression and how its arguments and its value travel."""

    run: Callable[[dict[str, Any], Env], Any]
    read: tuple[Callable[[Any], Any], ...]
    write: Callable[[Any], Any]


_KEPT: dict[str, Kept] = {}
_lock = threading.Lock()


def is_too_deep(value: ColumnElement[Any], *, is_sqlite: bool) -> bool:
    """Whether the expression is nested too deeply: for SQLite's parser inside a statement, or for
    SQLAlchemy, which compiles by recursion."""
    depth = _nesting(value)
    if depth > _MOST_NESTED:
        return True
    return is_sqlite and depth >= _SHALLOW and _has_limit() and _is_refused(value)


def _nesting(value: ColumnElement[Any]) -> int:
    """How deep the elements of SQLAlchemy are nested, by a quick look; as deep as it goes when large."""
    deepest = looked_at = 0
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        looked_at += 1
        deepest = max(deepest, depth)
        if looked_at > _MOST_LOOKED_AT:
            return max(deepest, _SHALLOW)
        if not isinstance(one, TableClause | Alias):
            waiting.extend((child, depth + 1) for child in one.get_children())
    return deepest


def _is_refused(value: ColumnElement[Any]) -> bool:
    wrapped = str(select(value).compile(dialect=_DIALECT))
    start = wrapped.find(" ") + 1
    return _overflows(f"{wrapped[:start]}{'(' * _MARGIN}{wrapped[start:]}")


_DIALECT = sqlite.dialect()


def _overflows(statement: str) -> bool:
    with _lock:
        try:
            _probe().execute(statement)
        except sqlite3.Error as error:  # any other complaint comes after the parser is through
            return "stack overflow" in str(error)
    return False


@lru_cache(maxsize=1)
def _probe() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)


@lru_cache(maxsize=1)
def _has_limit() -> bool:
    return _overflows("SELECT " + "abs(" * 90 + "1" + ")" * 90)


def by_python(context: Context, node: Node) -> Part:
    """The node as one call."""
    gathered = _Gathered(context)
    rewritten = gathered.rewritten(node)
    shape = Shape(min(node.kind.scale, BOTTOM), 10 ** (TOP + BOTTOM)) if node.kind.is_number else None
    kept = Kept(
        compile_expression(rewritten).evaluate,
        tuple(_reader(part) for part in gathered.parts),
        _writer(node.kind, shape),
    )
    said = repr((rewritten, [(part.kind.name, part.shape) for part in gathered.parts], shape))
    key = hashlib.sha256(said.encode()).hexdigest()[:32]
    _KEPT.setdefault(key, kept)
    values = [context.numbers.best(part) if part.shape else part.value for part in gathered.parts]
    arguments = [*(literal(one, Text()) for one in (key, context.env.zone, context.env.language)), *values]
    found = func.fl_python(*arguments, type_=context.values.work_type(node.kind))
    size = 4 + sum(part.size for part in gathered.parts)
    error = Flag(lambda: func.fl_python_fails(*arguments) == 1, size)
    return Part(found, node.kind, shape, True, error, size=size)


@dataclass
class _Gathered:
    """Rewrites a tree so that everything it reads is a field of one made-up row."""

    context: Context
    parts: list[Part] = field(default_factory=list)

    def rewritten(self, node: Node) -> Node:
        if isinstance(node, Const) or (node.kind.is_list and not self._is_list(node)):
            return node
        if isinstance(node, Field) and not node.kind.is_list:
            return self._field(node)
        if isinstance(node, Aggregate) and isinstance(node.argument, Items):
            items = node.argument.items
            if not any(one.kind.is_list for one in items):
                changed = replace(node.argument, items=tuple(map(self.rewritten, items)))
                return replace(node, argument=changed)
        if (
            isinstance(node, Call)
            and node.arguments
            and not any(self._is_list(one) for one in node.arguments)
        ):
            return replace(node, arguments=tuple(self.rewritten(one) for one in node.arguments))
        return self._handed_in(node)

    def _is_list(self, node: Node) -> bool:
        return node.kind.is_list and not (is_same_everywhere(node) and not _reads_settings(node))

    def _field(self, node: Field) -> Node:
        row = self.context.row
        definition = row.definition(node.field)
        if definition is None or isinstance(definition, LiveRollUp) or row.is_nullable("id"):
            return self._handed_in(node)
        # a cell that failed is blank to its readers
        blank = Const(None, NULL, node.span)
        return Call("IFERROR", (self.rewritten(definition), blank), node.kind, node.span)

    def _handed_in(self, node: Node) -> Node:
        part = self.context.part(node)
        found = self._argument(part, node)
        if part.error is None:
            return found
        flag = Part(part.error.build(), BOOL, is_nullable=False, size=part.error.size)
        one, zero = (Const(Decimal(value), Kind("number", 1, 0), node.span) for value in (1, 0))
        failing = Call("div", (one, zero), Kind("number", 12, 10), node.span)
        failed = Call("ISEMPTY", (failing,), BOOL, node.span)  # is never answered: the division fails first
        chosen = Call("IF", (failed, found, found), node.kind, node.span)
        return Call("IF", (self._argument(flag, node), chosen, found), node.kind, node.span)

    def _argument(self, part: Part, node: Node) -> Node:
        self.parts.append(part)
        return Field(
            _ROW, f"a{len(self.parts) - 1}", part.kind if part.kind is BOOL else node.kind, node.span
        )


def _reads_settings(node: Node) -> bool:
    return "Setting(" in repr(node)


# --- how values travel --------------------------------------------------------------------------------


def _reader(part: Part) -> Callable[[Any], Any]:
    if part.shape is not None:
        scale = part.shape.scale
        return lambda value: decimal_of(value, scale)
    return _READ.get(part.kind.name, lambda value: value)


def _writer(kind: Kind, shape: Shape | None) -> Callable[[Any], Any]:
    if shape is not None:
        return lambda value: scaled(Decimal(value), shape.scale)
    return _WRITE.get(kind.name, lambda value: value)


_READ: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "date": lambda value: DateColumn().process_result_value(value, _DIALECT),
    "datetime": lambda value: EPOCH + value * MICROSECOND,
}
_WRITE: dict[str, Callable[[Any], Any]] = {
    "bool": int,
    "date": lambda value: value.isoformat(),
    "datetime": microseconds,
}


@lru_cache(maxsize=64)
def _env(zone: str, language: str) -> Env:
    """The clock and the actor are among the arguments."""
    return Env(EPOCH, EPOCH.date(), zone, language=language)


def _answer(key: str, zone: str, language: str, arguments: tuple[Any, ...]) -> tuple[Kept, Any]:
    kept = _KEPT[key]
    row = {
        f"a{at}": None if value is None else read(value)
        for at, (read, value) in enumerate(zip(kept.read, arguments, strict=True))
    }
    return kept, kept.run(row, _env(zone, language))


def python_value(key: str, zone: str, language: str, *arguments: Any) -> Any:
    kept, found = _answer(key, zone, language, arguments)
    return None if found is None or isinstance(found, ErrorValue) else kept.write(found)


def python_fails(key: str, zone: str, language: str, *arguments: Any) -> int:
    return int(isinstance(_answer(key, zone, language, arguments)[1], ErrorValue))

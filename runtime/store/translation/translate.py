"""The translation of checked expressions to SQL: the public face of this package.

In: a node (or `Checked`), where its row comes from, the environment. Out: SQLAlchemy expressions whose
selected values are run-time values of the language. Called by `record_rows` and the rest of the store.
An expression that fails is NULL, as a blank; `error_of` tells them apart. `NotTranslatable` says which
function has no SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, collate, false

from expressions.nodes import Node
from runtime.store.translation.context import MOST_SQL, Context
from runtime.store.translation.deep import by_python, is_too_deep
from runtime.store.translation.environment import Dialect, SqlEnv
from runtime.store.translation.operators import TABLES
from runtime.store.translation.rollups import Measure, Parents, grouped, selected
from runtime.store.translation.sources import LiveRollUp, RowSource, Shelf
from runtime.store.translation.values import Values


def translate(node: Node, source: RowSource | None, env: SqlEnv) -> ColumnElement[Any]:
    """The value, typed so that selecting it gives a run-time value."""
    context = _context(env, source)
    return selected(context, context.whole(node), node.kind)


def condition(node: Node, source: RowSource | None, env: SqlEnv) -> ColumnElement[bool]:
    """The node as a WHERE: blank and failed do not hold. Plain SQL, so that indexes are used."""
    return _context(env, source).whole_condition(node)


def ordering(node: Node, source: RowSource | None, env: SqlEnv) -> ColumnElement[Any]:
    """What to sort by: numbers by size, texts by code point. Blanks are NULL."""
    context = _context(env, source)
    part = context.whole(node)
    if part.shape is not None:
        return context.numbers.order(part)
    is_text = part.kind.name in ("text", "choice")
    return collate(part.value, "C") if is_text and not env.is_sqlite else part.value


def error_of(node: Node, source: RowSource | None, env: SqlEnv) -> ColumnElement[bool]:
    """Whether the expression fails on the row; never NULL."""
    context = _context(env, source)
    error = context.whole(node).error
    if error is None:
        return false()
    if env.is_sqlite and (error.size > MOST_SQL or is_too_deep(error.build(), is_sqlite=True)):
        error = by_python(context, node).error
    return false() if error is None else error.build()


def measure(
    node: Node, source: RowSource, env: SqlEnv, *, only: ColumnElement[bool] | None = None
) -> ColumnElement[Any]:
    """A measure of the SELECT at hand (GROUP BY is the caller's), over its rows where `only` holds."""
    context = Context(env, _values(env.dialect), TABLES, source, is_grouped=True, only=only)
    return selected(context, context.part(node), node.kind)


def rollup_select(
    shelf: Shelf, host: str, one: LiveRollUp, measures: Sequence[Measure], parents: Parents, env: SqlEnv
) -> Select[Any]:
    """One grouped SELECT for a batch of parents: `parent`, `measure_0`, `measure_1` …

    `one` says which rows (its own measure and condition are not looked at); parents without such rows
    are not in the result: theirs is the measure over nothing."""
    return grouped(_context(env, None), shelf, host, one, measures, parents)


def _context(env: SqlEnv, source: RowSource | None) -> Context:
    return Context(env, _values(env.dialect), TABLES, source)


@lru_cache(maxsize=2)
def _values(dialect: Dialect) -> Values:
    return Values(dialect)

"""A value written once and used several times: a scalar subquery gives it a name.

In: an SQL expression and what to make of it. Out: one expression. Used on PostgreSQL where a value is
needed twice (SQLite has registered functions), so that SQL grows with the formula and never doubles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from runtime.store.translation.parts import CHEAP, Sql


def once(value: Sql, size: int, use: Callable[[Sql], ColumnElement[Any]]) -> ColumnElement[Any]:
    """`use(value)`, with a large value computed once; OFFSET 0 keeps the planner from copying it."""
    if size <= CHEAP:
        return use(value)
    named = select(value.label("v")).correlate_except().offset(0).subquery()
    made = use(named.c.v)
    return select(made).select_from(named).correlate_except(named).scalar_subquery()


def once_each(
    values: list[tuple[Sql, int]], use: Callable[[list[Sql]], ColumnElement[Any]]
) -> ColumnElement[Any]:
    """As `once`, for several values."""
    if sum(size for _, size in values) <= CHEAP * len(values):
        return use([value for value, _ in values])
    labelled = [value.label(f"v{at}") for at, (value, _) in enumerate(values)]
    named = select(*labelled).correlate_except().offset(0).subquery()
    made = use([named.c[f"v{at}"] for at in range(len(values))])
    return select(made).select_from(named).correlate_except(named).scalar_subquery()

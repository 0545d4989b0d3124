"""Values of fields that have no column to be read: translated expressions over records.

In: a shelf, a form, record ids or nothing, nodes by field id. Out: values by record id. Called by
`runtime.live`, `runtime.rollups` and `runtime.queries`. One statement, however many fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from expressions.nodes import Node
from runtime.store.membership import among
from runtime.store.record_reads import conditions_of
from runtime.store.scopes import AnyScope
from runtime.store.translation import (
    LiveRollUp,
    Measure,
    Shelf,
    SqlEnv,
    record_source,
    rollup_select,
    translate,
)


def values_of_records(
    connection: Connection,
    shelf: Shelf,
    form_id: str,
    ids: Collection[int],
    nodes: Mapping[str, Node],
    env: SqlEnv,
    *,
    scope: AnyScope,
) -> dict[int, dict[str, Any]]:
    """For each of these records that the scope allows, the values of the nodes by their keys."""
    if not ids:
        return {}
    source = record_source(shelf, form_id)
    tables = shelf.tables(form_id)
    columns = [translate(node, source, env).label(f"x_{place}") for place, node in enumerate(nodes.values())]
    table = tables.table
    statement = select(table.c.id, *columns).select_from(source.joins.clause)
    statement = statement.where(among(connection, table.c.id, ids), *conditions_of(scope, tables))
    rows = connection.execute(statement, execution_options={"scope": scope})
    return {row[0]: dict(zip(nodes, row[1:], strict=True)) for row in rows}


def grouped_measures(
    connection: Connection,
    shelf: Shelf,
    host: str,
    one: LiveRollUp,
    measures: Sequence[Measure],
    ids: Collection[int],
    env: SqlEnv,
    *,
    scope: AnyScope,
) -> dict[int, tuple[Any, ...]]:
    """The measures over the rows that point to each of these records; those without are not there."""
    if not ids:
        return {}
    statement = rollup_select(shelf, host, one, measures, ids, env)
    rows = connection.execute(statement, execution_options={"scope": scope})
    return {row[0]: tuple(row[1:]) for row in rows}

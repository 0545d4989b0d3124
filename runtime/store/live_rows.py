"""Values of fields that have no column to be read, and grouped roll-ups: translated expressions over records.

In: a shelf, a form, record ids, nodes or measures. Out: values by record id. Called by `runtime.live` and
`runtime.rollups`. One statement, however many records and fields. A statement that depends on nothing but
the app's version (and the day, and settings) is built once and kept in the caller's `memory` under its `key`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, MutableMapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from expressions.nodes import Node
from runtime.store.columns.references import RecordId
from runtime.store.database import dialect_of
from runtime.store.membership import among_named, write_values
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

Memory = MutableMapping[Hashable, Any]
Key = tuple[Hashable, Hashable]  # the statement's name, and what was put into it
IDS = "ids"


def values_of_records(
    connection: Connection,
    shelf: Shelf,
    form_id: str,
    ids: Collection[int],
    nodes: Mapping[str, Node],
    env: SqlEnv,
    *,
    scope: AnyScope,
    memory: Memory,
    key: Key | None,
) -> dict[int, dict[str, Any]]:
    """For each of these records that the scope allows, the values of the nodes by their keys."""
    if not ids:
        return {}

    def build() -> Select[Any]:
        source = record_source(shelf, form_id)
        columns = [translate(node, source, env).label(f"x_{at}") for at, node in enumerate(nodes.values())]
        table = shelf.tables(form_id).table
        wanted = select(table.c.id, *columns).select_from(source.joins.clause)
        return wanted.where(among_named(dialect_of(connection), table.c.id, IDS))

    statement = _kept(memory, key, build).where(*conditions_of(scope, shelf.tables(form_id)))
    return {row[0]: dict(zip(nodes, row[1:], strict=True)) for row in _run(connection, statement, ids, scope)}


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
    memory: Memory,
    key: Key | None,
) -> dict[int, tuple[Any, ...]]:
    """The measures over the rows that point to each of these records; those without are not there."""
    if not ids:
        return {}

    def build() -> Select[Any]:
        dialect = dialect_of(connection)
        parents = lambda column: among_named(dialect, column, IDS)  # noqa: E731
        return rollup_select(shelf, host, one, measures, parents, env)

    statement = _kept(memory, key, build)
    return {row[0]: tuple(row[1:]) for row in _run(connection, statement, ids, scope)}


def _kept(memory: Memory, key: Key | None, build: Callable[[], Select[Any]]) -> Select[Any]:
    """One statement a name: yesterday's, or that of another setting, gives way."""
    if key is None:
        return build()
    name, held = key
    found = memory.get(name)
    if found is None or found[0] != held:
        found = memory[name] = (held, build())
    return found[1]


def _run(connection: Connection, statement: Select[Any], ids: Collection[int], scope: AnyScope) -> Any:
    given = {IDS: write_values(connection, RecordId, ids)}
    return connection.execute(statement, given, execution_options={"scope": scope})

"""Roll-ups of many records at once: one grouped SELECT per source and link, however many measures.

In: roll-ups of one form and the ids of its records. Out: their values by roll-up and record. Called by
`runtime.recompute` under locks on those records, so that the figures are those of the moment of commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from builder.compute import RollUp
from runtime import evaluation, live
from runtime.store import live_rows
from runtime.store.scopes import SystemScope
from runtime.store.translation import LiveRollUp, Measure

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

ROLLUP = SystemScope("rollup")


def groups(wanted: Iterable[RollUp]) -> list[list[RollUp]]:
    """Roll-ups that one statement serves: of the same source through the same link."""
    found: dict[tuple[str, str | None], list[RollUp]] = defaultdict(list)
    for one in wanted:
        found[(one.source, one.link)].append(one)
    return list(found.values())


def grouped(
    work: Work, form: FormHandle, group: Sequence[RollUp], ids: Sequence[int]
) -> dict[str, dict[int, Any]]:
    """For each roll-up its value for each record; of nothing where nothing points there."""
    first = group[0]
    rows = live_rows.grouped_measures(
        work.connection,
        live.shelf(work, form.app),
        form.id,
        LiveRollUp(first.source_form, first.source, first.link, first.clause.node, None),
        [Measure(one.clause.node, one.where.node if one.where else None) for one in group],
        ids,
        live.environment(work, form),
        scope=ROLLUP,
        memory=form.app.memory,
        key=live.statement_key(work, form, "rollup", group),
    )
    found: dict[str, dict[int, Any]] = {}
    for place, one in enumerate(group):
        nothing = evaluation.storable(one.kind, one.empty.compiled.evaluate({}, _NO_ENV))
        found[one.id] = {
            record_id: evaluation.storable(one.kind, rows[record_id][place]) if record_id in rows else nothing
            for record_id in ids
        }
    return found


_NO_ENV: Any = None  # the measure over nothing is made of constants

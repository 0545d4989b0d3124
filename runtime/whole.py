"""Whole rows: records as readers see them, the live columns of their lines included.

In: ids and fields. Out: row dicts; lines completed in Python. Called by queries, history, explanations and
the record service for its answer; `runtime.live` has the part that the database computes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from runtime import evaluation, linked, live
from runtime.store import record_reads
from runtime.store.scopes import AnyScope, SystemScope

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]
LINKED = SystemScope("linked")


def read_whole(
    work: Work,
    form: FormHandle,
    ids: Collection[int],
    fields: Collection[str],
    *,
    scope: AnyScope = LINKED,
    is_live_only: bool = False,
) -> list[Row]:
    """Rows as readers see them: stored fields, and the others computed; lines with their live columns."""
    found = record_reads.read_rows(
        work.connection, form.tables, ids, fields, scope=scope, is_live_only=is_live_only
    )
    computed = live.untrusted(work, form, fields)
    if computed and found:
        for record_id, values in live.values_of(work, form, list(found), computed, scope).items():
            found[record_id].update(values)
    complete_lines(work, form, list(found.values()))
    return list(found.values())


def complete_lines(work: Work, form: FormHandle, found: Sequence[Row]) -> None:
    """Live columns of lines, in Python: the record and its lines are in hand."""
    late = [
        one for one in form.plan.formulas if one.table != form.id and not live.is_trusted(work, form, one)
    ]
    present = [one for one in late if any(one.table in row for row in found)]
    if not present or not found:
        return
    related = linked.gather(work, form, found, form.plan.linked)
    env = linked.environment(work, form, related)
    for row in found:
        evaluation.compute(form.plan, present, row, env)

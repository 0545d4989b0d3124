"""Reverting: what a changeset did is undone, days later too, except where somebody went on from it.

In: a changeset. Out: `RevertOutcome`: how many records get their values back, go, or come back, and which
are left as they are (the laws: `undoing`). A revert is itself a changeset, so it can be undone as well.
Called through `runtime.changesets` by screens, the API and demo data.

What is more than `MOST_AT_ONCE` records is left to a job (`slices`), so that others can save in
between; a dry run then counts (`foreseeing`). A changeset is reverted by one at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import rows
from runtime.changesets.writing import Changeset, ChangesetWriter, get_changeset
from runtime.errors import NotFoundError
from runtime.store import changeset_rows
from runtime.undoing import foreseeing, slices
from runtime.undoing.laws import (
    RevertOutcome,
    Undo,
    gather,
    mark,
    open_forms,
    put_back,
    remove_created,
)

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

MOST_AT_ONCE = 1_000  # records; more of them are reverted by a job
SLICE = 500


def revert(work: Work, changeset_id: int, *, is_dry_run: bool = False) -> RevertOutcome:
    """Undoes a changeset, at once or (then `job_id` is set) by a job; a dry run only says what that would
    do."""
    changeset = get_changeset(work, changeset_id, lock=not is_dry_run)
    problem = refusal(changeset)
    if problem is not None:
        return RevertOutcome(is_dry_run=is_dry_run, problems=(problem,))
    if changeset.number is None:
        raise NotFoundError("changeset", changeset_id)
    if changeset.records > MOST_AT_ONCE:
        if is_dry_run:
            return foreseeing.foresee(work, changeset)
        return slices.start(work, changeset, changeset.number)
    return _revert_now(work, changeset, changeset.number, RevertOutcome(is_dry_run=is_dry_run))


def refusal(changeset: Changeset) -> Problem | None:
    """Why a changeset cannot be reverted now, if so."""
    if changeset.is_open:
        return Problem("changeset.is_open")
    if changeset.is_being_reverted:
        return Problem("changeset.being_reverted")
    return Problem("changeset.is_reverted") if changeset.is_reverted else None


def _revert_now(work: Work, changeset: Changeset, number: int, outcome: RevertOutcome) -> RevertOutcome:
    undone = _read_changes(work, changeset.id)
    handles = open_forms(work, number, undone)
    writer = ChangesetWriter(work, handles[number], "revert", {"changeset": str(changeset.id)})
    writer.reverts = changeset.id
    for one, form in handles.items():
        _revert_form(work, form, changeset.id, undone.get(one, {}), writer, outcome)
    if not outcome.is_dry_run:
        writer.begin()
        outcome.changeset_id = writer.finish()
        mark(work, changeset, outcome.changeset_id)
    return outcome


def _read_changes(work: Work, changeset_id: int) -> dict[int, dict[int, Undo]]:
    """By form number and record."""
    by_form: dict[int, list[Any]] = defaultdict(list)
    for change in changeset_rows.changes_of_changeset(work.connection, work.workspace.id, changeset_id):
        by_form[change.number].append(change)
    return {number: gather(changes) for number, changes in by_form.items()}


def _revert_form(
    work: Work,
    form: FormHandle,
    changeset_id: int,
    undone: Mapping[int, Undo],
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    for ids in _slices(rows.created_in(work, form, changeset_id)):
        remove_created(work, form, ids, changeset_id, writer, outcome)
    for ids in _slices(list(undone)):
        put_back(work, form, {one: undone[one] for one in ids}, changeset_id, writer, outcome)


def _slices(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))

"""What the revert of a large changeset would do, counted by the database instead of gone through.

In: a changeset that may be reverted. Out: a `RevertOutcome` with counts and reasons, `is_about`: a record of
which others changed only some fields counts as changed since, and unique values are not looked at. Called by
`reverting.revert` for a dry run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import access
from runtime.changesets.writing import Changeset
from runtime.store import revert_counts
from runtime.undoing.laws import RevertOutcome, open_forms

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


def foresee(work: Work, changeset: Changeset) -> RevertOutcome:
    outcome = RevertOutcome(is_dry_run=True, is_about=True)
    if changeset.number is None:
        return outcome
    changed = revert_counts.numbers_of_changeset(work.connection, work.workspace.id, changeset.id)
    for number, form in open_forms(work, changeset.number, changed).items():
        _count_created(work, form, changeset.id, outcome)
        if number in changed:
            _count_changed(work, form, changeset.id, outcome)
    outcome.reasons = +outcome.reasons  # without those that count nothing
    return outcome


def _count_created(work: Work, form: FormHandle, changeset_id: int, outcome: RevertOutcome) -> None:
    scope = access.record_scope(work, form, "delete")
    found = revert_counts.count_created(
        work.connection, form.tables, work.workspace.id, changeset_id, scope=scope
    )
    outcome.deleted += found.gone
    outcome.reasons.update({"edited": found.edited, "not_yours": found.outside})


def _count_changed(work: Work, form: FormHandle, changeset_id: int, outcome: RevertOutcome) -> None:
    scope = access.record_scope(work, form, "edit")
    found = revert_counts.count_changed(
        work.connection, form.tables, work.workspace.id, changeset_id, scope=scope
    )
    outcome.restored += found.restored
    outcome.deleted += found.deleted
    outcome.undeleted += found.undeleted
    outcome.reasons.update({"edited": found.edited, "deleted": found.away, "not_yours": found.outside})

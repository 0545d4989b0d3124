"""Founding: the one record of a single-record form is made, with its defaults, when the form is published.

In: a handle of such a form. Out: the record's id. Called by `runtime.publishing` and by bundles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import records, rows, single_records
from runtime.candidates import new_candidates
from runtime.changesets import ChangesetWriter

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


def ensure(work: Work, form: FormHandle) -> int:
    """The id of the one record, made now if need be."""
    work.require_writing()
    ids = rows.ids_of(work, form, 1)
    if ids:
        return ids[0]
    batch = new_candidates(work, form, [{}])
    for one in batch.candidates:  # a required field without a default waits for somebody to fill it
        one.problems = []
    writer = ChangesetWriter(work, form, "settings", {"kind": "single"})
    records.store_new(batch, writer)
    writer.finish()
    single_records.forget(work, form)
    return int(batch.candidates[0].row["id"])

"""Changesets: one cause and all the cells it changed. History, undo and audit are read from them.

In: what the record service writes, and questions about it. Out: `Changeset`, `history` of a record,
`revert`. A changeset may span several transactions: opened by `open_changeset`, each batch with its part.
"""

from runtime.changesets.history import FieldChange, HistoryEntry, history
from runtime.changesets.reverting import revert
from runtime.changesets.reverting_job import RevertRun, find_run
from runtime.changesets.undoing import RevertOutcome, Skipped
from runtime.changesets.writing import (
    ACTIONS,
    Changeset,
    ChangesetWriter,
    close_changeset,
    get_changeset,
    list_changesets,
    open_changeset,
    read_cause,
)

__all__ = [
    "ACTIONS",
    "Changeset",
    "ChangesetWriter",
    "FieldChange",
    "HistoryEntry",
    "RevertOutcome",
    "RevertRun",
    "Skipped",
    "close_changeset",
    "find_run",
    "get_changeset",
    "history",
    "list_changesets",
    "open_changeset",
    "read_cause",
    "revert",
]

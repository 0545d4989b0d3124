"""Changesets: one cause and all the cells it changed. History, undo and audit are read from them.

In: what the record service writes, and questions about it. Out: `Changeset`, `history` of a record; undo is
`runtime.undoing`. A changeset may span several transactions: opened by `open_changeset`, each batch with
its part.
"""

from runtime.changesets.history import FieldChange, HistoryEntry, history
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
    "close_changeset",
    "get_changeset",
    "history",
    "list_changesets",
    "open_changeset",
    "read_cause",
]

"""The log of a draft as values, and what can be undone: pure decisions over stored lines.

In: the lines of a draft's log. Out: `Entry`, `Conflict`, and which entry a person may undo or redo, and who
stands in the way. Called by `runtime.drafts` only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EVERYTHING = "*"  # the element that an edit of the whole document touches


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `undoes`/`redoes` is the revision of the line that it takes back."""

    revision: int
    member_id: int | None
    at: datetime
    edit: Mapping[str, Any]
    inverse: Mapping[str, Any]
    touched: frozenset[str]
    undoes: int | None = None
    redoes: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed the same element since: who, when, and both edits."""

    element: str
    member_id: int | None
    at: datetime
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]


def read_entry(row: Any) -> Entry:
    return Entry(
        row.revision,
        row.member_id,
        row.at,
        row.edit,
        row.inverse,
        frozenset(row.touched),
        row.undoes,
        row.redoes,
    )


def meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two edits are about the same element."""
    return bool(one & other) or EVERYTHING in one or EVERYTHING in other


def conflict_with(entry: Entry, mine: frozenset[str], edit: Mapping[str, Any]) -> Conflict:
    shared = sorted(mine & entry.touched) or sorted(mine | entry.touched)
    return Conflict(shared[0], entry.member_id, entry.at, entry.edit, edit)


def last_undoable(log: Sequence[Entry], member_id: int | None) -> Entry | None:
    """The member's newest entry that changes the form and was not taken back.

    A redo stands for the edit it put back, and can be undone in its turn."""
    taken_back = {entry.undoes for entry in log}
    for entry in reversed(log):
        if entry.member_id == member_id and entry.undoes is None and entry.revision not in taken_back:
            return entry
    return None


def last_redoable(log: Sequence[Entry], member_id: int | None) -> Entry | None:
    """The member's newest undo not yet redone; an own edit after it ends redoing."""
    put_back = {entry.redoes for entry in log}
    for entry in reversed(log):
        if entry.member_id != member_id or entry.revision in put_back:
            continue
        if entry.undoes is not None:
            return entry
        if entry.redoes is None:
            return None
    return None


def builder_on(log: Sequence[Entry], entry: Entry) -> Entry | None:
    """A later entry of somebody else on the same element that still stands: it was built on `entry`."""
    gone = {one.undoes for one in log} | {one.redoes for one in log}
    for later in log:
        if later.revision <= entry.revision or later.member_id == entry.member_id:
            continue
        is_standing = later.revision not in gone and later.undoes is None
        if is_standing and meet(later.touched, entry.touched):
            return later
    return None

"""Changesets being written and listed.

In: what the record service changes. Out: `ChangesetWriter`, `Changeset` and the functions that open, close,
find and list them. A change keeps what cells were *before*; an insert writes none (the record's `created_in`
says it). Computed cells are included, marked derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runtime.deltas import write_value
from runtime.errors import NotFoundError
from runtime.record_ids import new_record_id, new_record_ids
from runtime.store import changeset_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

# What a changeset did first of all; people read it in history, translated.
ACTIONS = (
    "create", "update", "delete", "restore", "import", "revert", "fill", "daily", "settings", "demo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changeset:
    """One cause, as people see it."""

    id: int
    at: datetime
    actor: str  # member, key, system
    member_id: int | None
    action: str
    cause: Mapping[str, Any]
    number: int | None  # of the form it began with
    records: int
    is_open: bool
    reverts: int | None
    reverted_by: int | None
    reverting_by: int | None = None  # the revert of it that is going on

    @property
    def is_being_reverted(self) -> bool:
        return self.reverting_by is not None

    @property
    def is_reverted(self) -> bool:
        return self.reverted_by is not None


@dataclass
class ChangesetWriter:
    """The part of a changeset that one unit of work writes. Its row comes with the first write."""

    work: Work
    form: FormHandle
    action: str
    cause: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    is_begun: bool = False
    reverts: int | None = None
    _changes: list[dict[str, Any]] = field(default_factory=list)
    _records: int = 0

    @classmethod
    def continuing(cls, work: Work, form: FormHandle, changeset_id: int) -> ChangesetWriter:
        """One more part of an open changeset."""
        return cls(work, form, "", {}, changeset_id, is_begun=True)

    def begin(self, records: int = 0) -> int:
        """Makes sure that the changeset's row is there, counting `records` more; answers its id."""
        if self.is_begun:
            self._records += records
            return self.id
        self.id = self.id or new_record_id()
        insert(self.work, self, records=records, is_open=False)
        self.is_begun = True
        return self.id

    def add(
        self,
        form: FormHandle,
        record_id: int,
        kind: str,
        version: int,
        before: Mapping[str, Any],
        *,
        is_derived: bool = False,
    ) -> None:
        """What somebody changed of a record, or (derived) what followed: computed cells. `version` is the
        one it had before."""
        self._changes.append(
            {
                "workspace_id": self.work.workspace.id,
                "number": form.number,
                "record_id": record_id,
                "kind": kind,
                "version": version,
                "before": {key: write_value(value) for key, value in before.items()},
                "is_derived": is_derived,
            }
        )

    def add_derived(self, form: FormHandle, record_id: int, version: int, before: Mapping[str, Any]) -> None:
        self.add(form, record_id, "update", version, before, is_derived=True)

    def finish(self) -> int | None:
        """Writes what was noted; the id, or None when nothing happened at all."""
        if self._changes:
            self.begin()
            ids = new_record_ids(len(self._changes))
            for change, sequence in zip(self._changes, ids, strict=True):
                change |= {"changeset_id": self.id, "sequence": sequence}
            changeset_rows.insert_changes(self.work.connection, self._changes)
        if self._records:
            changeset_rows.add_records(self.work.connection, self.work.workspace.id, self.id, self._records)
        self._changes, self._records = [], 0
        return self.id if self.is_begun else None


def writer_for(
    work: Work, form: FormHandle, action: str, cause: Mapping[str, Any] | str | None, changeset: int | None
) -> ChangesetWriter:
    """One more part of an open changeset, or a new one."""
    if changeset is not None:
        return ChangesetWriter.continuing(work, form, changeset)
    return ChangesetWriter(work, form, action, read_cause(cause))


def insert(work: Work, writer: ChangesetWriter, *, records: int, is_open: bool) -> None:
    actor = work.actor
    changeset_rows.insert_changeset(
        work.connection,
        {
            "id": writer.id,
            "workspace_id": work.workspace.id,
            "at": work.now,
            "actor": actor.kind,
            "member_id": actor.member_id,
            "key_id": actor.key_id,
            "action": writer.action,
            "cause": dict(writer.cause) or None,
            "number": writer.form.number,
            "is_open": is_open,
            "closed_at": None if is_open else work.now,
            "records": records,
            "reverts": writer.reverts,
        },
    )


def read_cause(cause: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    """A cause as it is kept: a word becomes {"kind": word}."""
    return {"kind": cause} if isinstance(cause, str) else dict(cause or {})


def open_changeset(
    work: Work,
    form: FormHandle,
    action: str,
    cause: Mapping[str, Any] | str | None = None,
    *,
    reverts: int | None = None,
) -> int:
    """A changeset for several units of work, such as an import; ended by `close_changeset`."""
    writer = ChangesetWriter(work, form, action, read_cause(cause), new_record_id(), reverts=reverts)
    insert(work, writer, records=0, is_open=True)
    return writer.id


def close_changeset(work: Work, changeset_id: int) -> None:
    changeset_rows.close(work.connection, work.workspace.id, changeset_id, work.now)


def get_changeset(work: Work, changeset_id: int, *, lock: bool = False) -> Changeset:
    """One that the actor may see: his own, or any for designers."""
    if lock:
        changeset_rows.hold(work.connection, work.workspace.id, changeset_id)
    row = changeset_rows.find(work.connection, work.workspace.id, changeset_id)
    if row is None or not _may_see(work, row.member_id):
        raise NotFoundError("changeset", changeset_id)
    return read_row(row)


def list_changesets(
    work: Work, *, forms: Iterable[FormHandle] | None = None, limit: int = 50, before: int | None = None
) -> list[Changeset]:
    """Newest first: everybody's for designers, one's own for others."""
    rows = changeset_rows.list_changesets(
        work.connection,
        work.workspace.id,
        limit,
        before=before,
        numbers=None if forms is None else [one.number for one in forms],
        member_id=None if work.actor.is_designer else work.actor.member_id or 0,
    )
    return [read_row(row) for row in rows]


def _may_see(work: Work, member_id: int | None) -> bool:
    return work.actor.is_designer or (member_id is not None and member_id == work.actor.member_id)


def read_row(row: Any) -> Changeset:
    return Changeset(
        row.id, row.at, row.actor, row.member_id, row.action, row.cause or {}, row.number, row.records,
        bool(row.is_open), row.reverts, row.reverted_by, row.reverting_by,
    )  # fmt: skip

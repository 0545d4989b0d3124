"""Outcomes: what the record service hands out.

In: rows. Out: `Record`, `Outcome`, `Change`, `Preview`. Made by `runtime.records` and what it is made of,
read by everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from builder.problems import Problem

if TYPE_CHECKING:
    from runtime.conflicts import Conflict

Row = dict[str, Any]
Raw = Mapping[str, object]
Cause = Mapping[str, Any] | str | None
SYSTEM_KEYS = frozenset(
    {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "owner",
        "deleted_at",
        "created_in",
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: `values` by field id; a subform's value is a tuple of lines by column id, with "id"."""

    id: int
    version: int
    values: Mapping[str, Any]
    created_at: datetime
    created_by: int | None
    updated_at: datetime
    updated_by: int | None
    owner: int | None
    deleted_at: datetime | None = None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one write. Exactly one of `record`, `problems`, `conflict` says it."""

    record: Record | None = None
    problems: tuple[Problem, ...] = ()
    conflict: Conflict | None = None
    changeset_id: int | None = None
    is_changed: bool = True  # False: everything was there already, nothing was written

    @property
    def is_done(self) -> bool:
        return not self.problems and self.conflict is None


@dataclass(frozen=True, slots=True)
class Change:
    """One record to be changed. Without `version` whatever is there is built upon (imports)."""

    record_id: int
    raw: Raw
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A record as it would be stored, nothing written. Sets are of field keys ("lines.2.qty")."""

    values: Mapping[str, Any]
    visible: frozenset[str]
    required: frozenset[str]
    readonly: frozenset[str]
    problems: tuple[Problem, ...] = field(default=())


def record_of(row: Row) -> Record:
    """A row as it is handed out."""
    values = dict(row)
    for key in SYSTEM_KEYS:
        values.pop(key, None)
    return Record(
        row["id"], row["version"], values, row["created_at"], row["created_by"], row["updated_at"],
        row["updated_by"], row["owner"], row["deleted_at"],
    )  # fmt: skip

"""Scopes: on whose behalf a statement touches records, and how far it may see.

In: `runtime.access.record_scope` makes `Scope`s (nobody else may); the machinery itself says
`SystemScope(reason)`. Out: values that travel as the execution option `scope` of every statement on a
record table; `statements.py` refuses a statement without. `record_rows` compiles them into SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.store.errors import UnknownReasonError

Reach = Literal["everything", "owned", "nothing"]

# The complete list of why a statement may see records beyond a member's reach. A test holds it.
SYSTEM_SCOPE_REASONS = (
    "write",  # the record service writes and locks rows that access already opened
    "recompute",  # stored computed cells are kept right: they have their definer's rights
    "rollup",  # the rows behind a roll-up: the same for everybody who may see the field
    "linked",  # linked rows that a formula reads: computed fields have their definer's rights
    "settings",  # values of single-record forms, which expressions read as constants
    "unique",  # "this value is already used": a declared exception (docs/decisions)
    "link_key",  # links given by a key value are looked up before access is checked per record
    "title",  # the title of a linked record beside a link that the actor may see
    "changeset",  # history and undo read rows whose access the caller checked
    "schema",  # filling, checking and indexing columns
    "doctor",  # formloom doctor compares data with definitions
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one actor may see of one form's records. Made in `runtime.access` only."""

    workspace_id: int
    number: int  # the form's main table is r_<number>
    reach: Reach
    member_id: int | None = None

    @classmethod
    def everything(cls, workspace_id: int, number: int) -> Scope:
        return cls(workspace_id, number, "everything")

    @classmethod
    def owned_by(cls, workspace_id: int, number: int, member_id: int) -> Scope:
        return cls(workspace_id, number, "owned", member_id)

    @classmethod
    def nothing(cls, workspace_id: int, number: int) -> Scope:
        return cls(workspace_id, number, "nothing")


@dataclass(frozen=True, slots=True)
class SystemScope:
    """The machinery at work, with a stated reason that grep finds."""

    reason: str

    def __post_init__(self) -> None:
        if self.reason not in SYSTEM_SCOPE_REASONS:
            raise UnknownReasonError(self.reason)


AnyScope = Scope | SystemScope

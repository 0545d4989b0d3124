"""Who or what does something: a member, an API key of a member, or the system with a stated reason.

In: rows read by `runtime.people`, `runtime.sessions` and `runtime.apikeys`. Out: `Actor`, `Member`.
Every unit of work has exactly one; every access decision is made about it (`runtime.access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.errors import UnknownReasonError

RoleName = Literal["owner", "admin", "member"]
ROLES: tuple[RoleName, ...] = ("owner", "admin", "member")
DESIGNERS: frozenset[str] = frozenset({"owner", "admin"})

# What an API key may be limited to. No scopes at all would be a key that can do nothing.
SCOPES = ("records:read", "records:write", "definitions", "imports", "exports", "people")

# The complete list of why the system may act without a person. A test holds it; grep finds each use.
SYSTEM_REASONS = (
    "first_run",  # the owner and the first workspace, made before anybody exists
    "sign_in",  # a session or key is looked up before its member is known
    "job_worker",  # claiming, leasing and parking jobs
    "fill_column",  # a computed or converted column is filled in slices
    "daily_fields",  # fields that depend on today are recomputed at workspace midnight
    "command_line",  # an administrator at the machine itself
    "demo_data",  # a bundle's demo rows on a first start
)


@dataclass(frozen=True, slots=True)
class Member:
    """One account in one workspace."""

    id: int
    workspace_id: int
    account_id: int
    name: str
    email: str
    role: RoleName
    language: str = "zh-CN"
    zone: str = "Asia/Shanghai"
    is_active: bool = True

    @property
    def is_designer(self) -> bool:
        return self.role in DESIGNERS


@dataclass(frozen=True, slots=True)
class Actor:
    """`member` is None only for the system. `scopes` is None where nothing is narrowed."""

    kind: Literal["member", "key", "system"]
    workspace_id: int
    member: Member | None = None
    reason: str = ""
    scopes: frozenset[str] | None = None
    key_id: int | None = None

    @classmethod
    def of_member(cls, member: Member) -> Actor:
        return cls("member", member.workspace_id, member)

    @classmethod
    def of_key(cls, member: Member, key_id: int, scopes: frozenset[str]) -> Actor:
        return cls("key", member.workspace_id, member, scopes=scopes, key_id=key_id)

    @classmethod
    def system(cls, workspace_id: int, reason: str) -> Actor:
        if reason not in SYSTEM_REASONS:
            raise UnknownReasonError(reason)
        return cls("system", workspace_id, reason=reason)

    @property
    def member_id(self) -> int | None:
        return self.member.id if self.member else None

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def is_designer(self) -> bool:
        """Owners and admins design apps and see every record; a key does so as its scopes allow."""
        return self.is_system or (self.member is not None and self.member.is_designer)

    def allows(self, scope: str) -> bool:
        """Whether this actor is not narrowed away from `scope`."""
        return self.scopes is None or scope in self.scopes

    @property
    def name(self) -> str:
        return self.member.name if self.member else self.reason

"""Access: the only doors to apps, forms, records and drafts.

In: a unit of work (its actor) and a reference. Out: a handle that the actor may use so, or
`NotFoundError`, which also stands for "not yours": who may not see a thing cannot learn that it is
there. `ForbiddenError` only where the actor sees the thing anyway. `record_scope` says which records;
`runtime.queries` and `runtime.records` compile it into every statement. Deny by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from runtime.errors import ForbiddenError, NotFoundError
from runtime.store.scopes import Scope

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.platform import Work

Purpose = Literal["view", "add", "edit", "delete", "design", "import", "export"]

# What each purpose asks of an API key's scopes. A purpose that is missing here is refused.
SCOPE_OF: dict[str, str] = {
    "view": "records:read",
    "add": "records:write",
    "edit": "records:write",
    "delete": "records:write",
    "design": "definitions",
    "import": "imports",
    "export": "exports",
}
WRITES = frozenset({"add", "edit", "delete", "import"})


def open_app(work: Work, ref: str, *, to: Purpose = "view") -> AppVersion:
    """The app by its key or id."""
    app = work.catalogue.find_app(ref)
    if app is None or not may(work, to):
        raise denied(work, "app", ref, to, is_known=app is not None and may(work, "view"))
    return app


def open_form(work: Work, ref: str, *, to: Purpose, app: str | None = None) -> FormHandle:
    """The form by "app.form", by its logical id, or by its key inside `app`.

    In a writing unit of work the form's version is held until the end (docs/decisions, "Stale
    writers")."""
    handle = work.catalogue.find_form(ref, app=app)
    if handle is None or not may(work, to):
        raise denied(work, "form", ref, to, is_known=handle is not None and may(work, "view"))
    return work.hold_form(handle) if to in WRITES else handle


def may(work: Work, to: Purpose) -> bool:
    """Whether the actor may do this to forms at all. Which records: `record_scope`."""
    actor = work.actor
    if actor.is_system:
        return True
    if actor.member is None or not actor.member.is_active:
        return False
    if not actor.allows(SCOPE_OF[to]):
        return False
    return actor.is_designer if to == "design" else True


def record_scope(work: Work, form: FormHandle, to: Purpose = "view") -> Scope:
    """Which records of the form this actor may see or change."""
    actor = work.actor
    if not may(work, to):
        return Scope.nothing(work.workspace.id, form.number)
    if actor.is_designer or actor.member is None or form.form.member_scope == "all":
        return Scope.everything(work.workspace.id, form.number)
    return Scope.owned_by(work.workspace.id, form.number, actor.member.id)


def require_designer(work: Work) -> None:
    """For what only owners and admins do, where its existence is no secret."""
    if not may(work, "design"):
        work.denials.append(("design", ""))
        raise ForbiddenError("access.designers_only")


def require_people_admin(work: Work) -> None:
    """For changing members, roles and other people's keys."""
    actor = work.actor
    if not (actor.is_system or (actor.is_designer and actor.allows("people"))):
        work.denials.append(("people", ""))
        raise ForbiddenError("access.admins_only")


def denied(work: Work, kind: str, ref: str, to: str, *, is_known: bool) -> NotFoundError | ForbiddenError:
    """What to raise; where there was something to deny, the audit log hears of it."""
    if work.catalogue.knows(ref):
        work.denials.append((to, f"{kind}:{ref}"))
    return ForbiddenError(f"access.may_not_{to}") if is_known else NotFoundError(kind, ref)

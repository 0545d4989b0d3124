"""Definitions of every kind: apps, forms and views, listed, read, made and changed.

In: a unit of work, references and documents. Out: `DefinitionInfo`, documents, versions, or problems.
Called by the designer, the list screens (views) and the API. Apps and views have no drafts: what is
put is checked and published at once; forms go through `runtime.drafts` and `runtime.publishing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from builder.apps import App, Group, write_app
from builder.check_view import check_view
from builder.definitions import check_document
from builder.documents import read_form, write_form
from builder.forms import Labels
from builder.ids import new_logical_id
from builder.problems import Problem
from builder.starter import new_form
from builder.views import View, read_view, write_view
from expressions import check
from expressions.kinds import BOOL
from runtime import access, app_documents, audit, drafts
from runtime.catalogue import AppVersion, FormHandle
from runtime.errors import ForbiddenError, NotFoundError
from runtime.publishing import insert_version
from runtime.store import definition_rows, form_locks
from runtime.view_indexes import enqueue_indexing

if TYPE_CHECKING:
    from runtime.drafts import Draft, DraftOutcome
    from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class DefinitionInfo:
    """One published definition, without its document."""

    app: str
    kind: str
    id: str
    key: str
    version: int
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of a definition: immutable."""

    version: int
    state: str
    created_at: datetime
    created_by: int | None
    hash: str
    document: Mapping[str, Any]


# --- reading ----------------------------------------------------------------------------------


def list_definitions(work: Work, *, app: str | None = None, kind: str | None = None) -> list[DefinitionInfo]:
    """Published definitions that the actor may see: other people's personal views are not there."""
    mine = (None, work.actor.member_id)
    chosen = access.open_app(work, app).id if app is not None else None
    return [
        DefinitionInfo(head.app, head.kind, head.id, head.key, head.version, head.owner)
        for head in work.catalogue.heads
        if (chosen is None or head.app == chosen)
        and (kind is None or head.kind == kind)
        and head.owner in mine
    ]


def get_document(work: Work, app: AppVersion, kind: str, ref: str) -> tuple[Mapping[str, Any], int]:
    """The published document and its version, by logical id or key."""
    for info in list_definitions(work, app=app.id, kind=kind):
        if ref in (info.id, info.key):
            documents = definition_rows.read_versions(
                work.connection, work.workspace.id, app.id, [(kind, info.id, info.version)]
            )
            return documents[info.id], info.version
    raise NotFoundError(kind, ref)


def list_versions(work: Work, app: AppVersion, kind: str, logical_id: str) -> list[VersionInfo]:
    """Every version there ever was, newest first. For designers."""
    access.require_designer(work)
    rows = definition_rows.list_versions(work.connection, work.workspace.id, app.id, kind, logical_id)
    return [
        VersionInfo(row.version, row.state, row.created_at, row.created_by, row.hash, row.document)
        for row in rows
    ]


# --- apps and forms -----------------------------------------------------------------------------


def create_app(
    work: Work, key: str, labels: Labels, *, icon: str = "apps", color: str = "blue"
) -> AppVersion | tuple[Problem, ...]:
    """An empty app. Its key is its part of every URL and free in this workspace."""
    access.require_designer(work)
    app = App(new_logical_id(), key, dict(labels), icon, color, (Group("main", ()),))
    document = write_app(app)
    problems = check_document("app", document)
    if not problems and key in definition_rows.app_keys(work.connection, work.workspace.id):
        problems = (Problem("app.key_taken", {"key": key}, "/key"),)
    if problems:
        return problems
    app_id = install_app(work, document, key, origin=None)
    work.bump_revision()
    return work.catalogue.app(app_id)


def install_app(work: Work, document: Mapping[str, Any], key: str, *, origin: str | None) -> str:
    """The row of an app with its own document; answers the id of this copy."""
    app_id = new_logical_id()
    definition_rows.insert_app(
        work.connection, work.workspace.id, app_id, key, origin, work.now, work.actor.member_id
    )
    insert_version(work, app_id, "app", document["id"], document["key"], document)
    audit.note(work, "app.created", key)
    return app_id


def create_form(
    work: Work,
    app: AppVersion,
    labels: Labels,
    *,
    key: str | None = None,
    icon: str = "table",
    color: str = "blue",
    is_single: bool = False,
) -> DraftOutcome | tuple[Problem, ...]:
    """A draft of a form that is not there yet; it becomes real by being published.

    Without a key it gets one from its labels."""
    access.require_designer(work)
    form_locks.exclude_app(work.connection, work.workspace.id, app.id)
    others = [*(handle.form for handle in app.forms), *(one.form for one in drafts.list_drafts(work, app))]
    form = replace(new_form(labels, others), icon=icon, color=color, is_single=is_single)
    if key is not None:
        form = replace(form, key=key)
    problems = check_document("form", write_form(form))
    if not problems and any(form.key in (one.key, *one.aliases) for one in others):
        problems = (Problem("form.key_taken", {"key": form.key}, "/x-key"),)
    return problems or drafts.start_draft(work, app, form)


def restore_version(work: Work, draft: Draft, version: int) -> DraftOutcome:
    """Puts an earlier version of the form in the draft's place. Fields made since stay removed, not lost."""
    access.require_designer(work)
    row = definition_rows.find_version(
        work.connection, work.workspace.id, draft.app.id, "form", draft.form.id, version
    )
    if row is None:
        raise NotFoundError("version", version)
    earlier = read_form(row.document)
    document = write_form(drafts.keep_fields(earlier, draft.form))
    return drafts.replace_document(work, draft, document, draft.revision)


# --- views ----------------------------------------------------------------------------------------


def put_view(
    work: Work, form: FormHandle, document: Mapping[str, Any], *, is_shared: bool
) -> View | tuple[Problem, ...]:
    """Makes or changes a view. Anybody keeps personal ones; shared ones are for designers."""
    access.open_form(work, form.id, to="view", app=form.app.id)
    problems = check_document("view", document) or _check_view(work, form, read_view(document))
    if problems:
        return problems
    view = _with_canonical_filter(form, read_view(document))
    existing = next((head for head in _view_heads(work, form) if head.id == view.id), None)
    owner = None if is_shared else work.actor.member_id
    if is_shared:
        access.require_designer(work)
    if existing is not None and existing.owner != owner:
        _require_own(work, existing.owner)
    form_locks.exclude_app(work.connection, work.workspace.id, form.app.id)
    insert_version(work, form.app.id, "view", view.id, view.key, write_view(view), owner)
    if is_shared:
        audit.note(work, "view.changed", f"{form.app.key}.{form.key} {view.key}")
    work.bump_revision()
    if is_shared:
        enqueue_indexing(work, form.app.id)
    return read_view(write_view(view), owner)


def _check_view(work: Work, form: FormHandle, view: View) -> tuple[Problem, ...]:
    """It is of this form, names what is there, and its id is not somebody else's."""
    if view.form != form.id:
        return (Problem("view.other_form", {}, "/form"),)
    for head in work.catalogue.heads:
        is_same = head.kind == "view" and head.app == form.app.id and head.id == view.id
        if is_same and head.owner not in (None, work.actor.member_id):
            return (Problem("view.id_taken", {}, "/id"),)
    return check_view(view, app_documents.documents_of(work, form.app), form.world)


def _with_canonical_filter(form: FormHandle, view: View) -> View:
    """Its filter by ids, so that renaming a field breaks no view."""
    if not view.filter:
        return view
    checked = check(view.filter, form.world, form.id, expect=BOOL, role="condition")
    return replace(view, filter=checked.canonical)


def remove_view(work: Work, form: FormHandle, view_id: str) -> None:
    """A personal one by its owner, a shared one by a designer."""
    access.open_form(work, form.id, to="view", app=form.app.id)
    for head in _view_heads(work, form):
        if head.id == view_id:
            _require_own(work, head.owner)
            definition_rows.retire(work.connection, work.workspace.id, form.app.id, "view", view_id)
            work.bump_revision()
            return
    raise NotFoundError("view", view_id)


def _view_heads(work: Work, form: FormHandle) -> list[Any]:
    """Of all views of the app that the actor may know of."""
    mine = (None, work.actor.member_id)
    return [
        head
        for head in work.catalogue.heads
        if head.kind == "view" and head.app == form.app.id and head.owner in mine
    ]


def _require_own(work: Work, owner: int | None) -> None:
    if owner is None:
        access.require_designer(work)
    elif owner != work.actor.member_id:
        raise ForbiddenError("view.not_yours")

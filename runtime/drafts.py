"""Drafts: a form that is being redesigned, as an edit log with a revision (docs/decisions, "Drafts").

In: edits as JSON, each with the revision it was based on. Out: `Draft`, `DraftOutcome`. Called by the
designer and the API. One draft a form, shared by its designers: edits of different elements rebase, an
edit of an element that somebody changed since is a conflict naming them. Undo is each person's own,
read from the stored log, so that it survives a reload and a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.check_form import Inspection, inspect_form
from builder.definitions import check_document
from builder.documents import read_form, write_form
from builder.edits import NotLawfulError, invert, read_edit, touched, write_edit
from builder.edits import apply_edit as apply_to_form
from builder.forms import Form
from builder.impact import Impact, impact_of
from builder.mentions import texts_of_form
from builder.problems import Problem
from runtime import access, app_documents, audit
from runtime.canonical import canonical_document
from runtime.catalogue import AppVersion, FormHandle
from runtime.draft_log import (
    EVERYTHING,
    Conflict,
    Entry,
    builder_on,
    conflict_with,
    last_redoable,
    last_undoable,
    meet,
    read_entry,
)
from runtime.errors import NotFoundError
from runtime.store import draft_rows, form_locks

if TYPE_CHECKING:
    from runtime.platform import Work

REPLACE = "replace"  # an edit that puts a whole document in place: PUT …/draft, restore a version


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it would be published. Without a row (`id` None) nothing was changed yet."""

    id: int | None
    app: AppVersion
    form: Form  # as drafted
    base: Form | None  # as published; None for a form that never was
    base_version: int
    revision: int
    log: tuple[Entry, ...] = ()
    first_revision: int = 0  # what came before was published
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return self.base is None or self.form != self.base


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """The draft after the edit; or, unchanged, with why it was not applied."""

    draft: Draft
    problems: tuple[Problem, ...] = ()
    conflict: Conflict | None = None

    @property
    def is_applied(self) -> bool:
        return not self.problems and self.conflict is None


# --- opening ----------------------------------------------------------------------------------


def open_draft(work: Work, app: AppVersion | str, form_ref: str) -> Draft:
    """The form's draft; nothing is written before the first edit. For designers only."""
    opened = app if isinstance(app, AppVersion) else access.open_app(work, app, to="design")
    access.require_designer(work)
    handle = opened.find_form(form_ref)
    row = draft_rows.find(work.connection, work.workspace.id, opened.id, handle.id if handle else form_ref)
    if row is None and handle is None:
        row = draft_rows.find_by_key(work.connection, work.workspace.id, opened.id, form_ref)
    if row is not None:
        return _read(work, opened, handle, row)
    if handle is None:
        raise NotFoundError("form", form_ref)
    return Draft(None, opened, handle.form, handle.form, handle.version, 0, document=handle.document)


def list_drafts(work: Work, app: AppVersion) -> list[Draft]:
    """Every draft of the app that differs from what is published."""
    access.require_designer(work)
    rows = draft_rows.list_open(work.connection, work.workspace.id, app.id)
    drafts = [_read(work, app, app.find_form(row.logical_id), row) for row in rows]
    return [draft for draft in drafts if draft.is_changed]


def _read(work: Work, app: AppVersion, handle: FormHandle | None, row: Any) -> Draft:
    rows = draft_rows.read_log(work.connection, work.workspace.id, row.id)
    log = tuple(read_entry(one) for one in rows)
    return Draft(
        row.id,
        app,
        read_form(row.document),
        handle.form if handle else None,
        handle.version if handle else 0,
        row.revision,
        log,
        row.first_revision,
        row.document,
    )


def start_draft(work: Work, app: AppVersion, form: Form) -> DraftOutcome:
    """The draft of a form that was never published."""
    access.require_designer(work)
    draft_rows.insert(
        work.connection,
        work.workspace.id,
        app.id,
        form.id,
        key=form.key,
        document=write_form(form),
        base_version=0,
        member_id=work.actor.member_id,
        now=work.now,
    )
    audit.note(work, "form.started", f"{app.key}.{form.key}")
    return DraftOutcome(open_draft(work, app, form.id))


def keep_fields(earlier: Form, now: Form) -> Form:
    """`earlier`, with every field that was made since among its removed ones: columns are never lost."""
    fields = tuple(
        replace(one, subform=keep_fields(one.subform, now.by_id[one.id].subform or one.subform))
        if one.subform is not None and one.id in now.by_id
        else one
        for one in earlier.fields
    )
    kept = {one.id for one in fields}
    since = tuple(one for one in (*now.fields, *now.removed) if one.id not in kept)
    return replace(earlier, fields=fields, removed=since)


# --- editing ------------------------------------------------------------------------------------


def apply_edit(work: Work, draft: Draft, edit: Mapping[str, Any], based_on: int) -> DraftOutcome:
    """Applies one edit to the newest state of the draft, or says why not."""
    access.require_designer(work)
    draft = _lock(work, draft)
    parsed = read_edit(edit)
    if isinstance(parsed, Problem):
        return DraftOutcome(draft, (parsed,))
    if draft.id is not None and based_on < draft.first_revision:
        return DraftOutcome(draft, (Problem("draft.published_meanwhile"),))
    mine = touched(parsed)
    for entry in reversed(draft.log):
        if entry.revision > based_on and meet(mine, entry.touched):
            return DraftOutcome(draft, conflict=conflict_with(entry, mine, edit))
    return _append(work, draft, write_edit(parsed), touched=mine)


def replace_document(work: Work, draft: Draft, document: Mapping[str, Any], based_on: int) -> DraftOutcome:
    """Puts a whole document in the draft's place; any edit since `based_on` is a conflict."""
    access.require_designer(work)
    draft = _lock(work, draft)
    problems = check_document("form", document)
    if not problems and document.get("x-id") != draft.form.id:
        problems = (Problem("draft.other_form", {}, "/x-id"),)
    if problems:
        return DraftOutcome(draft, problems)
    edit = {"edit": REPLACE, "document": document}
    for entry in reversed(draft.log):
        if entry.revision > based_on:
            return DraftOutcome(draft, conflict=conflict_with(entry, frozenset({EVERYTHING}), edit))
    return _append(work, draft, edit, touched=frozenset({EVERYTHING}))


def undo(work: Work, draft: Draft) -> DraftOutcome:
    """Takes back the actor's last edit that still stands; refused when somebody built on it since."""
    access.require_designer(work)
    draft = _lock(work, draft)
    entry = last_undoable(draft.log, work.actor.member_id)
    if entry is None:
        return DraftOutcome(draft, (Problem("draft.nothing_to_undo"),))
    builder = builder_on(draft.log, entry)
    if builder is not None:
        return DraftOutcome(draft, conflict=conflict_with(builder, entry.touched, entry.inverse))
    return _append(work, draft, entry.inverse, touched=entry.touched, undoes=entry.revision)


def redo(work: Work, draft: Draft) -> DraftOutcome:
    """Puts back the actor's last undone edit, unless the actor edited anything since."""
    access.require_designer(work)
    draft = _lock(work, draft)
    entry = last_redoable(draft.log, work.actor.member_id)
    if entry is None:
        return DraftOutcome(draft, (Problem("draft.nothing_to_redo"),))
    builder = builder_on(draft.log, entry)
    if builder is not None:
        return DraftOutcome(draft, conflict=conflict_with(builder, entry.touched, entry.inverse))
    return _append(work, draft, entry.inverse, touched=entry.touched, redoes=entry.revision)


def discard(work: Work, draft: Draft) -> None:
    """Throws the draft away; what is published stays. A form that never was published is gone."""
    access.require_designer(work)
    draft = _lock(work, draft)
    if draft.id is None:
        return
    if draft.base is None:
        draft_rows.remove(work.connection, work.workspace.id, draft.id)
    else:
        close(work, draft, draft.base_version, draft.app.form(draft.form.id).document)
    audit.note(work, "draft.discarded", f"{draft.app.key}.{draft.form.key}")


def close(work: Work, draft: Draft, version: int, document: Mapping[str, Any]) -> None:
    """The draft starts anew from `version`. Its revision goes on, so that whoever still has the old
    one before them is told."""
    if draft.id is None:
        return  # nothing was ever edited
    draft_rows.close(
        work.connection,
        work.workspace.id,
        draft.id,
        base_version=version,
        document=document,
        revision=draft.revision + 1,
        now=work.now,
    )


# --- what publishing it would mean -----------------------------------------------------------------


def impact(work: Work, draft: Draft) -> Impact:
    """What refers to what the draft changes, and what it would break, in business words."""
    documents = app_documents.documents_of(work, draft.app)
    return impact_of(draft.base, draft.form, documents)


def inspect(work: Work, draft: Draft) -> Inspection:
    """Problems and warnings of this form with JSON pointers into it, for the designer."""
    return inspect_form(draft.form, app_documents.documents_of(work, draft.app))


def problems(work: Work, draft: Draft) -> tuple[Problem, ...]:
    """Everything that keeps this draft from being published now, in other forms too."""
    documents = app_documents.documents_of(work, draft.app)
    return app_documents.check_forms(documents, {draft.form.id: draft.form})


# --- the log ------------------------------------------------------------------------------------------


def _lock(work: Work, draft: Draft) -> Draft:
    """The draft as it is now, held until the end of the transaction."""
    work.require_writing()
    form_locks.exclude_app(work.connection, work.workspace.id, draft.app.id)
    return open_draft(work, draft.app, draft.form.id)


def _append(
    work: Work,
    draft: Draft,
    edit: Mapping[str, Any],
    *,
    touched: frozenset[str],
    undoes: int | None = None,
    redoes: int | None = None,
) -> DraftOutcome:
    after = _apply(draft, edit)
    if isinstance(after, Problem):
        return DraftOutcome(draft, (after,))
    line = {
        "revision": draft.revision + 1,
        "member_id": work.actor.member_id,
        "at": work.now,
        "edit": dict(edit),
        "inverse": _inverse(draft, edit),
        "touched": sorted(touched),
        "undoes": undoes,
        "redoes": redoes,
    }
    others = [handle.form for handle in draft.app.forms]
    known = {text.text for text in texts_of_form(draft.form)}
    _save(work, draft, after.key, canonical_document(write_form(after), others, known), line)
    return DraftOutcome(open_draft(work, draft.app, draft.form.id))


def _save(work: Work, draft: Draft, key: str, document: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    """The row comes with the first edit; then each edit is a line of the log and a newer document."""
    connection, workspace_id = work.connection, work.workspace.id
    draft_id = draft.id or draft_rows.insert(
        connection,
        workspace_id,
        draft.app.id,
        draft.form.id,
        key=key,
        document=document,
        base_version=draft.base_version,
        member_id=work.actor.member_id,
        now=work.now,
    )
    draft_rows.append(connection, workspace_id, draft_id, line)
    draft_rows.save(
        connection,
        workspace_id,
        draft_id,
        key=key,
        document=document,
        revision=line["revision"],
        now=work.now,
    )


def _apply(draft: Draft, edit: Mapping[str, Any]) -> Form | Problem:
    if edit.get("edit") == REPLACE:
        return read_form(edit["document"])
    parsed = read_edit(edit)
    return parsed if isinstance(parsed, Problem) else apply_to_form(draft.form, parsed)


def _inverse(draft: Draft, edit: Mapping[str, Any]) -> Mapping[str, Any]:
    if edit.get("edit") == REPLACE:
        return {"edit": REPLACE, "document": write_form(draft.form)}
    parsed = read_edit(edit)
    if isinstance(parsed, Problem):
        raise NotLawfulError(parsed)
    return write_edit(invert(draft.form, parsed))

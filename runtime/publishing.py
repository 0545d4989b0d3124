"""Publishing: a set of drafts becomes the running app, all or nothing (docs/decisions, "Publishing").

In: a writing unit of work and drafts, or whole definitions of a new app. Out: `PublishOutcome`: new
versions, or the problems with their places and a database unchanged to the bit. Called by the
designer, the API and `runtime.bundles`. In one transaction: checks, additive schema operations, immutable
versions, column states, jobs that fill, the workspace's revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.apps import AppDocuments, Group, read_app, write_app
from builder.compute import ComputedField, FormPlan, build_plans
from builder.dependencies import Cell
from builder.forms import Form
from builder.json_text import write_json
from builder.pointers import removed_spots, spots
from builder.problems import Problem
from runtime import access, app_documents, audit, drafts, filling, founding
from runtime.catalogue import AppVersion
from runtime.store import ddl, definition_rows, form_locks, physical_rows
from runtime.store.trials import trial
from runtime.view_indexes import enqueue_indexing

if TYPE_CHECKING:
    from runtime.drafts import Draft
    from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """`versions` by form id. With problems nothing happened. `to_fill` are the stored computed cells,
    (table, field), whose values a background job now computes; until then readers use the live
    expression."""

    problems: tuple[Problem, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    to_fill: frozenset[Cell] = frozenset()

    @property
    def is_published(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class NewForms:
    """Forms of one app to be published together, with the documents as they are kept."""

    app_id: str
    app_key: str
    before: AppDocuments
    forms: tuple[Form, ...]
    documents: Mapping[str, Mapping[str, Any]]


def publish(work: Work, app: AppVersion, draft_refs: Sequence[Draft | str]) -> PublishOutcome:
    """Publishes these drafts together; each as it is now, whatever the caller had read before."""
    access.require_designer(work)
    work.require_writing()
    form_locks.exclude_app(work.connection, work.workspace.id, app.id)
    work.refresh()
    app = access.open_app(work, app.id, to="design")
    chosen = [
        drafts.open_draft(work, app, ref if isinstance(ref, str) else ref.form.id) for ref in draft_refs
    ]
    changed = [draft for draft in chosen if draft.is_changed]
    if not changed:
        return PublishOutcome((Problem("publish.nothing_changed"),))
    new = NewForms(
        app.id,
        app.key,
        app_documents.documents_of(work, app),
        tuple(draft.form for draft in changed),
        {draft.form.id: draft.document for draft in changed},
    )
    outcome = publish_forms(work, new)
    if outcome.is_published:
        for draft in changed:
            if draft.id is not None:
                drafts.close(work, draft, outcome.versions[draft.form.id], draft.document)
        _join_navigation(work, app, [draft.form.id for draft in changed if draft.base is None])
        take_effect(work, app.id, outcome)
    return outcome


def publish_forms(work: Work, new: NewForms) -> PublishOutcome:
    """The primitive under publish, clone and import: everything but drafts and navigation.

    Its caller ends with `take_effect`, once the app's own document is in place."""
    problems = app_documents.check_forms(new.before, {form.id: form for form in new.forms})
    problems = problems or _check_conserved(new)
    if problems:
        return PublishOutcome(problems)
    _exclude_writers(work, new)
    with trial(work.connection) as attempt:
        stored = ddl.store_forms(work.connection, work.workspace.id, new.app_id, new.forms)
        if stored.duplicates:
            attempt.undo()
            return PublishOutcome(tuple(_describe(one, new) for one in stored.duplicates))
    versions = {}
    for form in new.forms:
        document = new.documents[form.id]
        versions[form.id] = insert_version(work, new.app_id, "form", form.id, form.key, document)
        audit.note(work, "form.published", f"{new.app_key}.{form.key} {versions[form.id]}")
    return PublishOutcome((), versions, _added_cells(stored) | _outdated_cells(new))


def take_effect(work: Work, app_id: str, outcome: PublishOutcome) -> None:
    """From here on everybody sees the new versions; what must be computed anew is asked for."""
    work.bump_revision()
    app = work.catalogue.app(app_id)
    for form_id in outcome.versions:
        if app.form(form_id).form.is_single:
            founding.ensure(work, app.form(form_id))
    if outcome.to_fill:
        filling.start(work, app, outcome.to_fill)
    filling.begin_days(work, work.catalogue.app(app_id))
    enqueue_indexing(work, app_id)


def _describe(one: ddl.Duplicates, new: NewForms) -> Problem:
    """A field cannot become unique while values stand twice; some of them are shown."""
    form = next(form for form in new.forms if form.id == one.form)
    named = form.by_id[one.field]
    values = ", ".join(str(value) for value in one.values)
    return Problem(
        "publish.duplicate_values", {"label": named.labels, "values": values}, f"form:{form.key}.{named.key}"
    )


def insert_version(
    work: Work,
    app_id: str,
    kind: str,
    logical_id: str,
    key: str,
    document: Mapping[str, Any],
    owner: int | None = None,
) -> int:
    """One more immutable version of a definition; the one before retires."""
    return definition_rows.insert_version(
        work.connection,
        work.workspace.id,
        app_id,
        kind,
        logical_id,
        key=key,
        document=document,
        document_hash=hash_document(document),
        owner=owner,
        now=work.now,
        member_id=work.actor.member_id,
    )


def hash_document(document: Mapping[str, Any]) -> str:
    """Of the one text that a document has: what tells two versions, or two clones, apart."""
    return hashlib.sha256(write_json(document).encode()).hexdigest()


def _check_conserved(new: NewForms) -> tuple[Problem, ...]:
    """What was removed earlier stays listed as removed, of the same type: values are never lost.
    (What a form loses or retypes now, impact analysis has refused already.)"""
    problems = []
    known = {form.id: form for form in new.before.forms}
    for form in new.forms:
        now = {spot.field.id: spot.field for spot in (*spots(form), *removed_spots(form))}
        before = known.get(form.id)
        for spot in removed_spots(before) if before else ():
            kept = now.get(spot.field.id)
            if kept is None or kept.type != spot.field.type:
                params = {"label": spot.field.labels}
                problems.append(Problem("publish.removed_field_lost", params, f"form:{form.key}/x-removed"))
    return tuple(problems)


def _exclude_writers(work: Work, new: NewForms) -> None:
    """In the order of the forms' numbers, as everybody locks them."""
    numbers = physical_rows.numbers_of_app(work.connection, work.workspace.id, new.app_id)
    known = (numbers.find_form(form.id) for form in new.forms)
    for number in sorted(one for one in known if one is not None):
        form_locks.exclude(work.connection, number)


# --- what must be computed anew ----------------------------------------------------------------


def _added_cells(stored: ddl.StoredForms) -> frozenset[Cell]:
    """Computed columns that came to a table with records in it."""
    table_of = {number: element or form for (form, element), number in stored.numbers.by_element.items()}
    return frozenset((table_of[column.number], column.field) for column in stored.to_fill)


def _outdated_cells(new: NewForms) -> frozenset[Cell]:
    """Stored cells that this publish gives another meaning, by their own expression or by one that
    they read, in whatever form of the app."""
    after = app_documents.with_forms(new.before, new.forms)
    plans, old = build_plans(after.forms), build_plans(new.before.forms)
    if not isinstance(plans, Mapping) or not isinstance(old, Mapping):
        return frozenset()  # cannot be: the forms were checked before
    meant_before = {one.cell: _meaning(one) for plan in old.values() for one in plan.computed}
    changed = {
        one.cell
        for plan in plans.values()
        for one in plan.computed
        if one.cell in meant_before and meant_before[one.cell] != _meaning(one)
    }
    reached = _downstream(changed, plans)
    return frozenset(
        one.cell for plan in plans.values() for one in plan.computed if one.cell in reached and one.is_stored
    )


def _meaning(one: ComputedField) -> object:
    """Everything that decides the values of a computed field."""
    return (one.field.config, one.mode, one.kind)


def _downstream(cells: set[Cell], plans: Mapping[str, FormPlan]) -> set[Cell]:
    """These cells and all that are computed from them, in whatever form."""
    graph = next(iter(plans.values())).graph if plans else None
    reached, waiting = set(cells), list(cells)
    while waiting and graph is not None:
        for edge in graph.edges.get(waiting.pop(), ()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return reached


# --- the app's own document --------------------------------------------------------------------


def _join_navigation(work: Work, app: AppVersion, form_ids: Sequence[str]) -> None:
    """New forms come last in the app's last group."""
    known = {form for group in app.app.groups for form in group.forms}
    missing = tuple(form_id for form_id in form_ids if form_id not in known)
    if not missing:
        return
    groups = app.app.groups or (Group("main", ()),)
    last = replace(groups[-1], forms=(*groups[-1].forms, *missing))
    document = write_app(replace(app.app, groups=(*groups[:-1], last)))
    insert_version(work, app.id, "app", app.app.id, app.app.key, document)


def change_app(work: Work, app: AppVersion, document: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Names, icon and navigation of an app; its id and key stay."""
    access.require_designer(work)
    form_locks.exclude_app(work.connection, work.workspace.id, app.id)
    problems = app_documents.check_app(app, document)
    if not problems:
        insert_version(work, app.id, "app", app.app.id, app.app.key, write_app(read_app(document)))
        audit.note(work, "app.changed", app.key)
        work.bump_revision()
    return problems

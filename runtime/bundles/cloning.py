"""Cloning a bundle: its documents unchanged under a new app, its forms in one publish set.

In: a bundle that was read and checked, and a designer's writing unit of work. Out: the app, or every
problem and a database unchanged. `import_zip` does the same with an uploaded zip, or only says what it would
do. Cloning twice crosses nothing: an app's definitions know each other by ids that mean something
inside the app only, and its tables have numbers of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.apps import AppDocuments, write_app
from builder.bundles import Bundle, bundle_files, read_bundle
from builder.documents import write_form
from builder.problems import Problem
from builder.views import write_view
from runtime import access, audit
from runtime.bundles import demo
from runtime.bundles.demo_rows import check_columns
from runtime.catalogue import AppVersion
from runtime.definitions import install_app
from runtime.errors import NotFoundError
from runtime.publishing import NewForms, insert_version, publish_forms, take_effect
from runtime.store import definition_rows, form_locks
from runtime.store.trials import trial

if TYPE_CHECKING:
    from runtime.platform import Work

# The bundles that come with the product: folders beside the package.
SHIPPED = ("crm_template",)
MANIFEST, DEMO = "bundle", "demo"  # kinds of definition that only travel along


@dataclass(frozen=True, slots=True)
class CloneOutcome:
    """The new app; `job_id` loads its demo data. With problems nothing happened."""

    app: AppVersion | None = None
    problems: tuple[Problem, ...] = ()
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One thing that an import would make. `count` is of fields, columns or rows."""

    kind: str  # app, form, view, demo
    key: str
    labels: Mapping[str, str]
    count: int = 0


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, tried out and undone."""

    items: tuple[PlanItem, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- what is there to clone -----------------------------------------------------------------------


def list_bundles() -> list[Bundle]:
    """The bundles that come with the product."""
    return [_shipped(name) for name in SHIPPED if (_root() / name / "bundle.json").is_file()]


def open_bundle(key: str) -> Bundle:
    """A shipped bundle by its key; everybody may see what there is to clone."""
    for bundle in list_bundles():
        if bundle.key == key:
            return bundle
    raise NotFoundError("bundle", key)


@cache
def _shipped(name: str) -> Bundle:
    """Read once a process: it comes with the program and changes with it."""
    read = read_bundle(_root() / name)
    if isinstance(read, tuple):
        raise BrokenBundleError(name, read)
    return read


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


class BrokenBundleError(Exception):
    """A bundle that comes with the product does not pass its own checks."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{name}: {[(one.code, one.field, dict(one.params)) for one in problems[:10]]}")


# --- cloning ------------------------------------------------------------------------------------------


def clone(work: Work, bundle: Bundle, *, with_demo: bool = True) -> CloneOutcome:
    """A new app in this workspace; nothing of it, or all of it."""
    access.require_designer(work)
    work.require_writing()
    problems = check_demo(bundle)
    if problems:
        return CloneOutcome(problems=problems)
    with trial(work.connection) as attempt:
        outcome = _clone(work, bundle, with_demo=with_demo)
        if outcome.problems:
            attempt.undo()
    if outcome.problems:
        work.start_over()
    return outcome


def check_demo(bundle: Bundle) -> tuple[Problem, ...]:
    """What the shape of a demo file cannot say."""
    forms = {form.key: form for form in bundle.documents.forms}
    return tuple(problem for key, rows in bundle.demo.items() for problem in check_columns(rows, forms[key]))


def _clone(work: Work, bundle: Bundle, *, with_demo: bool) -> CloneOutcome:
    documents = bundle.documents
    form_locks.exclude_named(work.connection, f"app-keys/{work.workspace.id}")
    key = free_key(bundle.key, definition_rows.app_keys(work.connection, work.workspace.id))
    origin = f"{bundle.key}@{bundle.manifest.version}"
    app_id = install_app(work, write_app(documents.app), key, origin=origin)
    new = NewForms(
        app_id,
        key,
        AppDocuments(replace(documents.app, groups=())),
        documents.forms,
        {form.id: write_form(form) for form in documents.forms},
    )
    outcome = publish_forms(work, new)
    if outcome.problems:
        return CloneOutcome(problems=outcome.problems)
    for view in documents.views:
        insert_version(work, app_id, "view", view.id, view.key, write_view(view))
    _keep_travelling(work, app_id, bundle)
    audit.note(work, "app.cloned", f"{key} {origin}")
    take_effect(work, app_id, outcome)
    app = work.catalogue.app(app_id)
    seeded = demo.load_seed(work, app, bundle)
    if seeded.problems:
        return CloneOutcome(
            problems=tuple(Problem("demo.row_refused", {"given": one}) for one in seeded.problems)
        )
    job_id = demo.enqueue_demo(work, app, bundle, seeded.names or {}) if with_demo else None
    return CloneOutcome(app, (), job_id)


def free_key(key: str, taken: set[str]) -> str:
    """crm, crm-2, crm-3 …"""
    if key not in taken:
        return key
    number = 2
    while f"{key}-{number}" in taken:
        number += 1
    return f"{key}-{number}"


def _keep_travelling(work: Work, app_id: str, bundle: Bundle) -> None:
    """The manifest and the demo files, so that an export is what came in."""
    manifest = manifest_document(bundle)
    insert_version(work, app_id, MANIFEST, bundle.manifest.id, bundle.key, manifest)
    forms = {form.key: form for form in bundle.documents.forms}
    for key, rows in bundle.demo.items():
        document = {"columns": list(rows.columns), "rows": [list(row) for row in rows.rows]}
        insert_version(work, app_id, DEMO, forms[key].id, key, document)


def manifest_document(bundle: Bundle) -> dict[str, Any]:
    """The bundle.json that the one writer writes."""
    document: dict[str, Any] = json.loads(bundle_files(bundle)["bundle.json"])
    return document


# --- importing a zip ------------------------------------------------------------------------------------


def import_zip(
    work: Work, data: bytes, *, is_dry_run: bool = False, with_demo: bool = True
) -> CloneOutcome | ImportPlan:
    """An uploaded bundle as a new app. A dry run does everything and undoes it, so that what it
    answers is what would happen."""
    access.require_designer(work)
    work.require_writing()
    bundle = read_bundle(data)
    if isinstance(bundle, tuple):
        return ImportPlan(problems=bundle) if is_dry_run else CloneOutcome(problems=bundle)
    if not is_dry_run:
        return clone(work, bundle, with_demo=with_demo)
    with trial(work.connection) as attempt:
        outcome = clone(work, bundle, with_demo=False)
        attempt.undo()
    work.start_over()
    key = outcome.app.key if outcome.app else bundle.key
    return ImportPlan(() if outcome.problems else plan_of(bundle, key), outcome.problems)


def plan_of(bundle: Bundle, key: str) -> tuple[PlanItem, ...]:
    """Everything that the clone makes, in the order in which people look at it."""
    documents = bundle.documents
    items = [PlanItem("app", key, documents.app.labels, len(documents.forms))]
    items += [PlanItem("form", form.key, form.labels, len(form.fields)) for form in documents.forms]
    forms = {form.id: form for form in documents.forms}
    items += [
        PlanItem("view", f"{forms[view.form].key}.{view.key}", view.labels, len(view.columns))
        for view in documents.views
    ]
    labels = {form.key: form.labels for form in documents.forms}
    items += [PlanItem("demo", name, labels[name], len(rows.rows)) for name, rows in bundle.demo.items()]
    return tuple(items)

"""An app's published documents together, and whether they would still hold with some of them changed.

In: a unit of work and forms that would take the place of published ones. Out: `AppDocuments` for impact
analysis, and every problem with its place. Called by `runtime.drafts`, `runtime.publishing` and
`runtime.bundles`. Checks only; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from builder.apps import AppDocuments, read_app
from builder.check_form import check_form
from builder.compute import build_plans
from builder.definitions import check_document
from builder.documents import write_form
from builder.forms import Form
from builder.impact import impact_of
from builder.problems import Problem
from builder.views import View

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion
    from runtime.platform import Work


def documents_of(work: Work, app: AppVersion) -> AppDocuments:
    """What is published, the shared views included."""
    views: list[View] = []
    for handle in app.forms:
        views += work.catalogue.views(handle)
    return AppDocuments(app.app, tuple(handle.form for handle in app.forms), tuple(views))


def with_forms(documents: AppDocuments, forms: Iterable[Form]) -> AppDocuments:
    """The same app with these forms in the place of their published versions, or added."""
    for form in forms:
        documents = documents.with_form(form)
    return documents


def check_forms(documents: AppDocuments, changed: Mapping[str, Form]) -> tuple[Problem, ...]:
    """What keeps these forms from being published together.

    Forms that do not change are checked as well: what they say of a changed one must still hold. The
    `field` of each problem is "form:<key>" and a JSON pointer into that form."""
    problems = [
        problem.at(place_of(form, problem))
        for form in changed.values()
        for problem in check_document("form", write_form(form))
    ]
    if problems:
        return tuple(problems)
    after = with_forms(documents, changed.values())
    for form in after.forms:
        problems += [problem.at(place_of(form, problem)) for problem in check_form(form, after)]
    if problems:
        return tuple(problems)
    plans = build_plans(after.forms)
    if not isinstance(plans, Mapping):
        return plans
    return tuple(_broken_uses(documents, after, changed.values()))


def _broken_uses(before: AppDocuments, after: AppDocuments, changed: Iterable[Form]) -> Iterator[Problem]:
    """What uses something that is going, outside of forms: the filter of a shared view."""
    known = {form.id: form for form in before.forms}
    for form in changed:
        for item in impact_of(known.get(form.id), form, after).breaks:
            yield Problem(item.code, item.params, item.where)


def place_of(form: Form, problem: Problem) -> str:
    return f"form:{form.key}{problem.field or ''}"


def check_app(app: AppVersion, document: Mapping[str, object]) -> tuple[Problem, ...]:
    """What keeps this from being the app's own document: its shape, its id, forms that are not there."""
    problems = check_document("app", document)
    if problems:
        return problems
    wanted = read_app(document)
    if (wanted.id, wanted.key) != (app.app.id, app.app.key):
        return (Problem("app.other_app", {}, "/id"),)
    known = {handle.id for handle in app.forms}
    strangers = [form for group in wanted.groups for form in group.forms if form not in known]
    return tuple(Problem("app.unknown_form", {"form": form}, "/groups") for form in strangers)

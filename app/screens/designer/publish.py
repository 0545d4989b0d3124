"""The publish page: the bill, publishing, the versions there were, restoring one, discarding the draft.

In: /w/<workspace>/a/<app>/design/<form>/publish, …/versions, …/discard. Out: pages; after publishing the
form's list with a toast. For owners and admins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _

from app.htmx import go, page_or_fragment, toast
from app.navigation import app_url, form_url, use_place
from app.problem_words import problem_text
from app.screens.designer.answers import design_values
from app.screens.designer.bill import bill_of
from app.screens.designer.history import member_name
from app.screens.designer.opening import Design, open_design
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.documents import read_form
from builder.impact import impact_of
from runtime import definitions, drafts, publishing, queries

screen = workspace_screen("design_publish", __name__)
CAP = 1_000
SHOWN_VERSIONS = 50


@screen.get("/a/<app>/design/<form>/publish")
def show(app: str, form: str) -> Response:
    return _page(open_design(app, form))


@screen.post("/a/<app>/design/<form>/publish")
def publish(app: str, form: str) -> Response:
    design = open_design(app, form)
    outcome = publishing.publish(current_work(), design.app, [design.draft])
    if not outcome.is_published:
        return _page(design, wrong=[problem_text(one) for one in outcome.problems], status=422)
    version = outcome.versions[design.form.id]
    toast(_("“%(name)s” is published as version %(version)s", name=design.label(), version=version))
    return go(form_url(design.app.key, design.form.key))


@screen.post("/a/<app>/design/<form>/discard")
def discard(app: str, form: str) -> Response:
    design = open_design(app, form)
    is_new = design.draft.base is None
    drafts.discard(design.work, design.draft)
    toast(_("The draft of “%(name)s” is thrown away", name=design.label()))
    return go(app_url(design.app.key) if is_new else design.url())


@screen.get("/a/<app>/design/<form>/versions")
def versions(app: str, form: str) -> Response:
    design = open_design(app, form)
    use_place(design.app, design.handle)
    values = {**design_values(design, {}), "versions": _versions(design)}
    return page_or_fragment("designer/versions", **values)


@screen.post("/a/<app>/design/<form>/versions/<int:version>")
def restore(app: str, form: str, version: int) -> Response:
    """An earlier version becomes the draft; nothing is published by it."""
    design = open_design(app, form)
    outcome = definitions.restore_version(design.work, design.draft, version)
    if outcome.is_applied:
        toast(
            _("Version %(version)s is your draft now. Publish it when it is right.", version=version),
            undo_url=design.url("design_edits.undo"),
        )
        return go(design.url())
    toast(" ".join(problem_text(one) for one in outcome.problems) or _("Not possible now."), is_error=True)
    return go(design.url("design_publish.versions"))


def _page(design: Design, *, wrong: list[str] | None = None, status: int = 200) -> Response:
    use_place(design.app, design.handle)
    values: dict[str, Any] = {
        **design_values(design, {}),
        "bill": bill_of(design),
        "wrong": wrong or [],
        "next_version": design.draft.base_version + 1,
        "records": _records(design),
    }
    return page_or_fragment("designer/publish", status=status, **values)


def _records(design: Design) -> queries.Count | None:
    if design.handle is None:
        return None
    return queries.count(design.work, design.handle, queries.Selection(), CAP)


@dataclass(frozen=True, slots=True)
class VersionLine:
    version: int
    who: str
    member_id: int
    at: datetime
    changes: int
    is_current: bool


def _versions(design: Design) -> list[VersionLine]:
    """Newest first, each with how many things it changed."""
    found = definitions.list_versions(design.work, design.app, "form", design.form.id)[:SHOWN_VERSIONS]
    lines = []
    for at, one in enumerate(found):
        before = read_form(found[at + 1].document) if at + 1 < len(found) else None
        items = impact_of(before, read_form(one.document), design.documents).items
        who = member_name(design, one.created_by)
        lines.append(VersionLine(one.version, who, one.created_by or 0, one.created_at, len(items), at == 0))
    return lines

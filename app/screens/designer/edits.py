"""Edits of a draft over HTTP: one posted form is one edit; undo and redo.

In: POST /w/<workspace>/a/<app>/design/<form>/edits, …/undo, …/redo with `revision`. Out: for htmx the parts
that changed; without script the page again. A stale edit of the same thing answers 409 with both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from app.htmx import go, page_or_fragment, toast, wants_fragment
from app.language import current_language
from app.problem_words import problem_text
from app.screens.designer.answers import changed_parts, conflicting, refusal
from app.screens.designer.opening import Design, open_design
from app.screens.designer.pages import page_values
from app.screens.designer.reading import read_posted
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.edits.parts import find_removed
from builder.problems import Problem
from runtime import drafts
from runtime.drafts import Draft, DraftOutcome
from runtime.platform import Work

screen = workspace_screen("design_edits", __name__)
KEPT = ("field", "section", "tab", "side", "device")  # what of the address stays after an edit


@screen.post("/a/<app>/design/<form>/edits")
def apply(app: str, form: str) -> Response:
    design = open_design(app, form)
    posted = request.form.to_dict()
    edit = read_posted(design, posted)
    if edit is None:
        return _answer(design, DraftOutcome(design.draft), _selected(design, posted))
    if isinstance(edit, Problem):
        return _answer(design, DraftOutcome(design.draft, (edit,)), _selected(design, posted))
    return perform(design, edit, posted)


def perform(design: Design, edit: Mapping[str, Any], posted: Mapping[str, str]) -> Response:
    """Applies one edit and answers what it changed. Also called by the expression editor."""
    based_on = int(posted["revision"]) if posted.get("revision", "").isdecimal() else design.draft.revision
    outcome = drafts.apply_edit(design.work, design.draft, edit, based_on)
    selected = _selected(design, posted)
    if outcome.is_applied:
        selected = _selected_after(outcome.draft, edit, selected)
        _tell(design, edit)
    return _answer(design, outcome, selected)


@screen.post("/a/<app>/design/<form>/undo")
def undo(app: str, form: str) -> Response:
    return _step(app, form, drafts.undo)


@screen.post("/a/<app>/design/<form>/redo")
def redo(app: str, form: str) -> Response:
    return _step(app, form, drafts.redo)


def _step(app: str, form: str, act: Callable[[Work, Draft], DraftOutcome]) -> Response:
    design = open_design(app, form)
    outcome = act(current_work(), design.draft)
    return _answer(design, outcome, _selected(design, request.form.to_dict()), with_panel=True)


def _selected(_design: Design, posted: Mapping[str, str]) -> dict[str, str]:
    """What is selected in the page: `selected` for a field, else the section."""
    found = {name: posted[name] for name in ("tab", "side", "device") if posted.get(name)}
    if posted.get("selected"):
        found["field"] = posted["selected"]
    elif posted.get("do") in ("field", "move") and posted.get("field"):
        found["field"] = posted["field"]
    elif posted.get("do") == "section" and posted.get("section"):
        found["section"] = posted["section"]
    return found


def _selected_after(draft: Draft, edit: Mapping[str, Any], selected: dict[str, str]) -> dict[str, str]:
    """A new field or section is selected; a removed one no longer is."""
    made = {
        "add_field": (
            "field",
            edit.get("field", {}).get("id") if isinstance(edit.get("field"), Mapping) else "",
        ),
        "copy_field": ("field", edit.get("new_id")),
        "restore_field": ("field", edit.get("field")),
        "add_section": (
            "section",
            edit.get("section", {}).get("id") if isinstance(edit.get("section"), Mapping) else "",
        ),
    }.get(str(edit.get("edit")))
    if made is not None:
        return {made[0]: str(made[1])}
    if find_removed(draft.form, selected.get("field", "")) is not None:
        return {}
    return selected


def _tell(design: Design, edit: Mapping[str, Any]) -> None:
    """Removing never asks: it says that the data is kept, and offers the way back."""
    if edit.get("edit") != "remove_field":
        return
    found = design.find(str(edit.get("field")))
    if found is not None:
        name = found.field.label(current_language())
        undo_url = design.url("design_edits.undo")
        toast(_("Removed “%(name)s”. Its data is kept.", name=name), undo_url=undo_url)


def _answer(
    design: Design, outcome: DraftOutcome, selected: dict[str, str], *, with_panel: bool = False
) -> Response:
    after = Design(design.work, outcome.draft)
    if not wants_fragment():
        return _page(after, outcome, selected)
    if outcome.conflict is not None:
        return conflicting(after, outcome.conflict)
    if outcome.problems:
        return refusal(after, outcome.problems)
    is_new = selected.get("field") is not None and design.find(selected["field"]) is None
    said = request.form.get("said", "")
    return changed_parts(design, after, selected, said=said, with_panel=with_panel or is_new)


def _page(design: Design, outcome: DraftOutcome, selected: dict[str, str]) -> Response:
    """Without script: the designer again; a refusal stands on top of it."""
    if outcome.is_applied:
        return go(design.url(**selected))
    text = " ".join(problem_text(one) for one in outcome.problems)
    status = 422
    if outcome.conflict is not None:
        text, status = _("Somebody changed this a moment ago. Nothing was overwritten."), 409
    toast(text, is_error=True)
    return page_or_fragment("designer/show", status=status, **page_values(design))

""" "Try it": the draft as people will fill it in, recalculated as they type; nothing is ever saved.

In: GET and POST /w/<workspace>/a/<app>/design/<form>/try. Out: the page, or for htmx its form with computed
values, what hides, what is required and what would be refused. For owners and admins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from app.htmx import page_or_fragment
from app.language import current_language
from app.navigation import use_place
from app.problem_words import problems_by_field
from app.screens.designer.answers import design_values
from app.screens.designer.defaults import control_of
from app.screens.designer.opening import Design, open_design
from app.screens.designer.panel import Choice
from app.wiring import only_reads
from app.workspace_screen import workspace_screen
from builder.compute import build_plans
from builder.fields.base import Wording
from builder.fields.registry import field_type
from builder.forms import Field, pick_label
from runtime import records
from runtime.catalogue import FormHandle
from runtime.queries.finding import wording
from runtime.records import Preview

screen = workspace_screen("design_trial", __name__)


@dataclass(frozen=True, slots=True)
class TrialField:
    """One field of the trial: its control and value, or, computed, what it gives."""

    field: Field
    label: str
    help: str
    control: str
    value: str
    choices: tuple[Choice, ...]
    is_required: bool
    is_readonly: bool
    problems: tuple[str, ...]
    is_half: bool


@screen.get("/a/<app>/design/<form>/try")
def show(app: str, form: str) -> Response:
    return _page(open_design(app, form), {})


@screen.post("/a/<app>/design/<form>/try")
@only_reads
def recalculate(app: str, form: str) -> Response:
    given = {key: text for key, text in request.form.items() if key != "csrf_token"}
    return _page(open_design(app, form), given)


def _page(design: Design, given: dict[str, str]) -> Response:
    use_place(design.app, design.handle)
    preview = _preview(design, given)
    problems = problems_by_field(preview.problems) if preview is not None and given else {}
    words = wording(design.work)
    sections = [
        (
            pick_label(section.labels, current_language()) or _("Section"),
            [
                _field(design.form.by_id[one], given, preview, problems, words, is_half=len(row) > 1)
                for row in section.rows
                for one in row
                if one in design.form.by_id and _is_visible(design.form.by_id[one], preview)
            ],
        )
        for section in design.form.sections
    ]
    values = {**design_values(design, {}), "sections": sections, "whole": problems.get("", [])}
    return page_or_fragment("designer/try_form", is_live=preview is not None, **values)


def _is_visible(one: Field, preview: Preview | None) -> bool:
    return preview is None or one.key in preview.visible


def _preview(design: Design, given: dict[str, str]) -> Preview | None:
    """The record as the draft would make it; None for a form that has no table yet or cannot compute."""
    handle = _drafted(design)
    if handle is None:
        return None
    taken = {key: text for key, text in given.items() if key in design.form.by_key and text != ""}
    return records.preview(design.work, handle, taken)


def _drafted(design: Design) -> FormHandle | None:
    plans = build_plans(design.documents.forms)
    if design.handle is None or isinstance(plans, tuple):
        return None
    return replace(
        design.handle, form=design.form, plan=plans[design.form.id], world=design.world, _compiled={}
    )


def _field(
    one: Field,
    given: dict[str, str],
    preview: Preview | None,
    problems: dict[str, list[str]],
    words: Wording,
    *,
    is_half: bool,
) -> TrialField:
    kind_of = field_type(one)
    computed: Any = preview.values.get(one.id) if preview is not None else None
    shown = given.get(one.key)
    if kind_of.is_computed or shown is None:
        shown = kind_of.to_text(computed, words) if computed not in (None, ()) else ""
        if one.options and isinstance(computed, str):
            shown = computed
    options = [option for option in one.options if not option.is_retired]
    language = current_language()
    return TrialField(
        one,
        one.label(language),
        pick_label(one.help, language),
        "computed" if kind_of.is_computed else _control(one),
        shown,
        tuple(Choice(option.id, pick_label(option.labels, language) or option.key) for option in options),
        (preview is not None and one.key in preview.required) or (preview is None and one.is_required),
        preview is not None and one.key in preview.readonly,
        tuple(problems.get(one.key, ())),
        is_half,
    )


def _control(one: Field) -> str:
    """The plain control for a trial; what needs other records is left out of it."""
    if one.options and field_type(one).storage == "column":
        return "option"
    kind = field_type(one).kind().name
    if kind in ("list", "record", "user"):
        return "none"
    return "area" if not field_type(one).can_title and kind == "text" else (control_of(one) or "moment")

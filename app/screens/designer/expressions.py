"""The expression editor: the dialog, checking while typing, completion, trying on a record, saving.

In: /w/<workspace>/a/<app>/design/<form>/expressions/<slot>…. Out: the dialog (or a page with a plain text
area), feedback as a fragment, completions as JSON, and, on saving, the edit's answer.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.htmx import page_or_fragment, wants_fragment
from app.language import current_language
from app.navigation import use_place
from app.screens.designer.edits import perform
from app.screens.designer.opening import Design, open_design
from app.screens.designer.slots import Slot, check_slot, edit_of, find_slot, subject_of
from app.screens.designer.trying import try_on
from app.wiring import only_reads
from app.workspace_screen import workspace_screen
from builder.fields.registry import field_type
from expressions import Checked, ExpressionProblem, complete, sentence
from expressions.errors import Words
from expressions.functions import REGISTRY
from expressions.world import FieldInfo

screen = workspace_screen("design_expressions", __name__)
FAMILIES = (
    ("logic", _l("Logic")),
    ("number", _l("Numbers")),
    ("aggregate", _l("Totals")),
    ("text", _l("Text")),
    ("date", _l("Dates")),
    ("people", _l("People")),
    ("scoring", _l("Scoring")),
)
OPERATORS = ("+", "-", "*", "/", "()", "=", "<>", ">=", "<=")


@screen.get("/a/<app>/design/<form>/expressions/<slot>")
def show(app: str, form: str, slot: str) -> Response:
    design = open_design(app, form)
    use_place(design.app, design.handle)
    found = find_slot(design, slot)
    return page_or_fragment("designer/expression", **_values(design, found, found.shown))


@screen.post("/a/<app>/design/<form>/expressions/<slot>")
def save(app: str, form: str, slot: str) -> Response:
    """One edit; what cannot be understood stays in the editor with what is wrong."""
    design = open_design(app, form)
    found = find_slot(design, slot)
    text = request.form.get("text", "").replace("\r\n", "\n")
    if text.strip() and check_slot(design, found, text).node is None:
        use_place(design.app, design.handle)
        return page_or_fragment("designer/expression", status=422, **_values(design, found, text))
    field = found.field.id if found.field is not None else ""
    tab = "rules" if found.setting.endswith("_when") else ""
    posted = {**request.form.to_dict(), "selected": field, "tab": tab}
    answer = perform(design, edit_of(design, found, text), posted)
    if wants_fragment() and answer.status_code == 200:
        answer.headers["HX-Trigger"] = json.dumps({"saved": True})
    return answer


@screen.post("/a/<app>/design/<form>/expressions/<slot>/check")
@only_reads
def check(app: str, form: str, slot: str) -> Response:
    design = open_design(app, form)
    found = find_slot(design, slot)
    text = request.form.get("text", "")
    return make_response(
        render_template("fragments/designer/feedback.html", **_feedback(design, found, text), design=design)
    )


@screen.get("/a/<app>/design/<form>/expressions/<slot>/complete")
def list_completions(app: str, form: str, slot: str) -> Response:
    design = open_design(app, form)
    found = find_slot(design, slot)
    text = request.args.get("text", "")
    position = min(int(request.args.get("at", "0") or 0), _units(text))
    if found.reading not in design.world.forms:
        return jsonify([])
    entries = complete(
        text,
        _points(text, position),
        design.world,
        found.reading,
        current_language(),
        parent_form=found.parent,
    )
    return jsonify(
        [
            {
                "what": one.what,
                "text": one.text,
                "label": one.label,
                "detail": one.detail,
                "docs": one.docs,
                "from": _units(text[: one.span[0]]),
                "to": _units(text[: one.span[1]]),
            }
            for one in entries
        ]
    )


@screen.post("/a/<app>/design/<form>/expressions/<slot>/try")
@only_reads
def try_record(app: str, form: str, slot: str) -> Response:
    design = open_design(app, form)
    found = find_slot(design, slot)
    text, record = request.form.get("text", ""), request.form.get("record", "")
    values = {"trial": try_on(design, found, text, record, request.form.get("step", "")), "design": design}
    return make_response(render_template("fragments/designer/try.html", slot=found, **values))


# --- what the dialog shows -----------------------------------------------------------------------


def _values(design: Design, slot: Slot, text: str) -> dict[str, Any]:
    return {
        "design": design,
        "form": design.form,
        "slot": slot,
        "text": text,
        "subject": subject_of(design, slot),
        "expected": _expected(slot),
        "fields": _fields(design, slot),
        "families": _families(),
        "operators": OPERATORS,
        "trial": try_on(design, slot, text, "", ""),
        **_feedback(design, slot, text),
    }


def kind_word(checked_kind: Any) -> str:
    return Words.of(checked_kind.name).text(current_language()) if checked_kind is not None else ""


def _expected(slot: Slot) -> str:
    """The kind that the place takes, in words; "" where any will do."""
    if slot.expect is not None:
        return kind_word(slot.expect)
    return kind_word(field_type(slot.field).kind()) if slot.field is not None and slot.text else ""


def _fields(design: Design, slot: Slot) -> list[dict[str, str]]:
    """The fields that the expression sees, for the reference beside the editor."""
    language = current_language()
    info = design.world.forms.get(slot.reading)
    if info is None:
        return []

    def entry(one: FieldInfo) -> dict[str, str]:
        label = dict(one.labels).get(language) or one.key
        return {
            "text": _written(label, one.key),
            "label": label,
            "detail": kind_word(one.kind),
            "key": one.key,
        }

    return [entry(one) for one in info.fields if one.id != "id"]


def _written(label: str, key: str) -> str:
    is_plain = label.replace("_", "a").isalnum() and not label[:1].isdigit()
    return label if is_plain else (f"{{{label}}}" if label else key)


def _families() -> list[dict[str, Any]]:
    language = current_language()
    is_chinese = language.startswith("zh")
    found = []
    for family, label in FAMILIES:
        entries = [
            {
                "name": one.name,
                "word": one.zh if is_chinese else "",
                "signature": one.signature(language),
                "docs": one.docs_zh if is_chinese else one.docs_en,
                "examples": [f"{example.source}  →  {example.result}" for example in one.examples[:3]],
                "text": one.name + ("(" if one.parameters else "()"),
            }
            for one in REGISTRY.values()
            if one.family == family and not one.is_internal
        ]
        if entries:
            found.append({"label": label, "entries": entries})
    return found


def _feedback(design: Design, slot: Slot, text: str) -> dict[str, Any]:
    """Kind, problems with their repairs, and the sentence, of a text as it stands."""
    language = current_language()
    if slot.reading not in design.world.forms:
        return {
            "checked": None, "kind": "", "problems": [], "warnings": [], "say": "", "can_save": False,
            "marks": "[]", "text": text, "slot": slot, "expected": "",
            "hint": _("Choose the form first."),
        }  # fmt: skip
    checked = check_slot(design, slot, text) if text.strip() else None
    problems = [_shown(one, text) for one in checked.problems] if checked else []
    warnings = [_shown(one, text) for one in checked.warnings] if checked else []
    marks = [{**one, "level": "error"} for one in problems] + [
        {**one, "level": "warning"} for one in warnings
    ]
    return {
        "checked": checked,
        "kind": kind_word(_kind(checked)),
        "problems": problems,
        "warnings": warnings,
        "say": sentence(checked.node, design.world, language) if checked and checked.node is not None else "",
        "can_save": not problems,
        "marks": json.dumps(marks, ensure_ascii=False),
        "text": text,
        "slot": slot,
        "expected": _expected(slot),
        "hint": "",
    }


def _kind(checked: Checked | None) -> Any:
    return checked.kind if checked is not None and checked.node is not None else None


def _shown(one: ExpressionProblem, text: str) -> dict[str, Any]:
    language = current_language()
    start, end = one.span
    before = text[:start]
    line = before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    return {
        "text": one.text(language),
        "from": _units(before),
        "to": max(_units(text[:end]), _units(before) + 1),
        "line": line,
        "column": column,
        "fixes": [
            {
                "label": fix.text(language),
                "from": _units(text[: fix.span[0]]),
                "to": _units(text[: fix.span[1]]),
                "insert": fix.replacement,
            }
            for fix in one.fixes
        ],
    }


def _units(text: str) -> int:
    """Length as browsers count it."""
    return len(text.encode("utf-16-le")) // 2


def _points(text: str, units: int) -> int:
    """A browser's position as ours."""
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))

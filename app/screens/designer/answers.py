"""What the designer swaps after an edit: only what changed, each part by its id.

In: the form before, the design after, what is selected. Out: the parts as one out-of-band answer, a refusal,
or a conflict with both sides. Called by the screens that edit; parts are fragments/designer/*.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import gettext as _

from app.language import current_language
from app.problem_words import problem_text
from app.screens.designer.cards import CanvasSection, Card, canvas_of, levels_of
from app.screens.designer.history import edit_words, history_of, member_name
from app.screens.designer.opening import Design
from app.screens.designer.panel import panel_of
from app.screens.designer.trouble import troubles_of
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.problems import Problem
from runtime.draft_log import Conflict

ATTRIBUTES = {
    "required": "is_required", "unique": "is_unique", "default": "default", "visible_when": "visible_when",
    "required_when": "required_when", "readonly_when": "readonly_when",
}  # fmt: skip


def design_values(design: Design, selected: Mapping[str, str]) -> dict[str, Any]:
    """What every fragment of the designer may use."""
    return {
        "design": design,
        "form": design.form,
        "selected": selected,
        "selected_id": selected.get("field") or selected.get("section") or "",
        "history": history_of(design),
        "troubles": troubles_of(design),
    }


def changed_parts(
    was: Design, design: Design, selected: Mapping[str, str], *, said: str = "", with_panel: bool = False
) -> Response:
    """The sections and cards that differ, the panel where its shape did, and the state of the draft."""
    before, levels = was.form, levels_of(was)
    values = design_values(design, selected)
    sections = canvas_of(design)
    whole: tuple[CanvasSection, ...] = ()
    cards: tuple[Card, ...] = ()
    then = {one.id: one for one in before.sections}
    if list(then) != [one.id for one in design.form.sections]:
        values["canvas"] = sections
    else:
        whole = tuple(one for one in sections if one.section != then[one.id])
        apart = (card for one in sections if one.section == then[one.id] for card in one.cards)
        cards = tuple(card for card in apart if _differs(before, levels, card))
    is_other = with_panel or _needs_panel(before, design.form, selected)
    values.update(
        sections=whole,
        cards=cards,
        head=before.labels != design.form.labels,
        panel=panel_of(design, selected) if is_other else None,
        lists=_lists_differ(before, design.form),
        said=said,
    )
    return make_response(render_template("fragments/designer/answer.html", **values))


def _differs(before: Form, levels: Mapping[str, str], card: Card) -> bool:
    """Whether the card looks other than before: itself, being the title, or what is wrong with it."""
    old = before.by_id.get(card.id)
    is_title = before.title == card.id
    has_title = any(badge.icon == "key" for badge in card.badges)
    level = levels.get(card.id, "")
    return old != card.field or is_title != has_title or level != card.level


def _lists_differ(before: Form, after: Form) -> bool:
    """The outline and the list of removed fields."""

    def names(form: Form) -> list[object]:
        return [(one.id, one.labels, one.type) for one in (*form.fields, *form.removed)]

    return names(before) != names(after) or before.sections != after.sections


def _find(form: Form, field_id: str) -> Field | None:
    if field_id in form.by_id:
        return form.by_id[field_id]
    columns = (column for one in form.fields if one.subform for column in one.subform.fields)
    return next((one for one in columns if one.id == field_id), None)


def _needs_panel(before: Form, after: Form, selected: Mapping[str, str]) -> bool:
    """Whether the panel shows other controls now: other options, another linked form, another key."""
    old, new = (_find(form, selected.get("field", "")) for form in (before, after))
    if old is None or new is None:
        return old is not new or before.rules != after.rules or before.title != after.title
    shape = field_type(new).form_setting
    if shape is not None and old.config.get(shape) != new.config.get(shape):
        return True
    texts = {slot.setting for slot in field_type(new).expressions()} | {
        "today",
        "result",
        "format",
        "pattern",
    }
    if any(old.config.get(name) != new.config.get(name) for name in texts):
        return True
    structure = (old.key != new.key, len(old.options) != len(new.options), old.default != new.default)
    rules = any(
        getattr(old, name) != getattr(new, name)
        for name in ("visible_when", "required_when", "readonly_when")
    )
    order = [(one.id, one.is_retired, one.color) for one in old.options] != [
        (one.id, one.is_retired, one.color) for one in new.options
    ]
    return any(structure) or rules or order or old.subform != new.subform


# --- refusals ------------------------------------------------------------------------------------


def refusal(design: Design, problems: Iterable[Problem]) -> Response:
    """Why an edit was not made; what was typed stays in the page."""
    texts = [problem_text(one) for one in problems]
    values = {"texts": texts, "conflict": None, "design": design}
    return make_response(render_template("fragments/designer/refused.html", **values), 422)


def conflicting(design: Design, conflict: Conflict) -> Response:
    """Somebody changed the same thing: who, both values, and both ways on."""
    shown = {
        "who": member_name(design, conflict.member_id),
        "at": conflict.at,
        "name": _element_name(design, conflict.element),
        "sides": _sides(design, conflict),
        "mine": json.dumps(conflict.mine, ensure_ascii=False),
        "field": conflict.element if design.find(conflict.element) else "",
    }
    values = {"texts": [], "conflict": shown, "design": design, "revision": design.draft.revision}
    return make_response(render_template("fragments/designer/refused.html", **values), 409)


def _element_name(design: Design, element: str) -> str:
    found = design.find(element)
    return found.field.label(current_language()) if found is not None else design.label()


def _sides(design: Design, conflict: Conflict) -> list[tuple[str, str, str]]:
    """(what, theirs, mine) for settings that both changed; else both edits in words."""
    theirs, mine = conflict.theirs.get("changes"), conflict.mine.get("changes")
    if isinstance(theirs, Mapping) and isinstance(mine, Mapping):
        names = dict.fromkeys((*theirs, *mine))
        return [(_setting_word(name), _value(theirs.get(name)), _value(mine.get(name))) for name in names]
    return [("", edit_words(design, conflict.theirs), edit_words(design, conflict.mine))]


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return " · ".join(_value(one) for one in value.values()) or "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "—" if value is None else str(value)


def _setting_word(name: str) -> str:
    words = {
        "labels": _("Name"), "help": _("Help"), "required": _("Required"), "unique": _("No duplicates"),
        "default": _("Default value"), "visible_when": _("Shown when"), "required_when": _("Required when"),
        "readonly_when": _("Read-only when"), "config": _("Settings"), "title": _("Record title"),
    }  # fmt: skip
    return words.get(name, name)

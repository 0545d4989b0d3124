"""Expression slots: the places of a form where people write an expression, by a short name.

In: a design and a slot's name ("f.<field>.default", "f.<field>.config.measure", "r.<rule>"). Out: `Slot` with
the text in the reader's words, what it should give and where it is read; `edit_of` the edit that puts
another text there. Called by the property panel and by the expression editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.language import current_language
from app.screens.designer.opening import Design
from app.screens.designer.settings import SETTINGS
from builder.check_form import show_text
from builder.fields.base import Role
from builder.fields.registry import field_type
from builder.fields.results import result_settings
from builder.forms import Field, Rule, pick_label
from builder.mentions import CONDITIONS, Text
from expressions import Checked, check, sentence
from expressions.kinds import BOOL, Kind
from runtime.errors import NotFoundError

RULES = tuple(CONDITIONS)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for an expression. `text` is as it is kept; `shown` with names in the reader's language."""

    name: str
    title: str
    text: str
    shown: str
    role: Role
    expect: Kind | None
    reading: str  # the form or subform whose fields it sees
    parent: str | None = None
    field: Field | None = None
    rule: Rule | None = None
    setting: str = ""
    say: str = ""
    is_right: bool = True


def find_slot(design: Design, name: str) -> Slot:
    """The slot of that name; a slot that the form does not have is not there."""
    kind, _dot, rest = name.partition(".")
    owner, _dot, setting = rest.partition(".")
    if kind == "r":
        rule = next((one for one in design.form.rules if one.id == owner), None)
        if rule is not None:
            return _finished(
                design, name, _("Validation"), rule.refuse_when, "condition", BOOL, design.form.id, rule=rule
            )
    found = design.find(owner) if kind == "f" else None
    if found is not None:
        return _field_slot(design, name, found.field, found.within or design.form.id, setting)
    raise NotFoundError("expression", name)


def _field_slot(design: Design, name: str, one: Field, container: str, setting: str) -> Slot:
    kind_of = field_type(one)
    if setting == "default":
        return _finished(
            design,
            name,
            _("Default value"),
            one.default or "",
            "default",
            kind_of.kind(),
            container,
            one,
            setting,
        )
    if setting in RULES:
        titles = {
            "visible_when": _("Shown when"),
            "required_when": _("Required when"),
            "readonly_when": _("Read-only when"),
        }
        text = getattr(one, setting) or ""
        return _finished(design, name, titles[setting], text, "condition", BOOL, container, one, setting)
    known = next(
        (
            s
            for s in SETTINGS.get(one.type, ())
            if s.control == "expression" and setting == f"config.{s.name}"
        ),
        None,
    )
    if known is None:
        raise NotFoundError("expression", name)
    text = str(one.config.get(known.name, ""))
    roles: Mapping[str, Role] = {"measure": "measure", "where": "condition"}
    role: Role = roles.get(known.name, "formula")
    expect = BOOL if role == "condition" else None
    source = one.config.get("form", "") if kind_of.field_setting else None
    reading, parent = (source, container) if source is not None else (container, None)
    return _finished(
        design, name, str(known.label), text, role, expect, str(reading), one, setting, parent=parent
    )


def _finished(
    design: Design,
    name: str,
    title: str,
    text: str,
    role: Role,
    expect: Kind | None,
    reading: str,
    field: Field | None = None,
    setting: str = "",
    *,
    rule: Rule | None = None,
    parent: str | None = None,
) -> Slot:
    language = current_language()
    say, is_right, shown = "", True, text
    if text and reading in design.world.forms:
        place = Text(text, "", role, reading, field, expect, parent)
        shown = show_text(place, design.world, language)
        checked = check_text(design, text, role, expect, reading, parent)
        is_right = checked.node is not None
        say = sentence(checked.node, design.world, language) if checked.node is not None else ""
    return Slot(name, title, text, shown, role, expect, reading, parent, field, rule, setting, say, is_right)


def check_text(
    design: Design, text: str, role: Role, expect: Kind | None, reading: str, parent: str | None
) -> Checked:
    return check(text, design.world, reading, expect=expect, role=role, parent_form=parent)


def check_slot(design: Design, slot: Slot, text: str) -> Checked:
    return check_text(design, text, slot.role, slot.expect, slot.reading, slot.parent)


def subject_of(design: Design, slot: Slot) -> str:
    """What the expression belongs to, for the head of the editor."""
    language = current_language()
    if slot.rule is not None:
        return pick_label(slot.rule.message, language) or _("Validation")
    return slot.field.label(language) if slot.field is not None else design.label()


def edit_of(design: Design, slot: Slot, text: str) -> dict[str, Any]:
    """The edit that puts `text` there; a formula takes the settings of what it now gives."""
    text = text.strip()
    if slot.rule is not None:
        return {"edit": "change_rule", "rule": slot.rule.id, "changes": {"refuse_when": text or "FALSE"}}
    if slot.field is None:
        raise NotFoundError("expression", slot.name)
    changes: dict[str, Any] = {slot.setting: text or None}
    if slot.setting.startswith("config."):
        changes = {
            "config": {slot.setting.removeprefix("config."): text or None, **_result(design, slot, text)}
        }
    return {"edit": "change_field", "field": slot.field.id, "changes": changes}


def _result(design: Design, slot: Slot, text: str) -> dict[str, Any]:
    """Settings of the result, where the ones the field has do not fit what the formula gives."""
    if slot.role == "condition" or slot.field is None or slot.reading not in design.world.forms:
        return {}
    free = check_slot(design, slot, text)
    if free.kind is None:
        return {}
    wanted = field_type(slot.field).kind()
    is_first = not slot.text
    fits = check_text(design, text, slot.role, wanted, slot.reading, slot.parent).node is not None
    if fits and not is_first:
        return {}
    has = slot.field.config
    changes = {key: value for key, value in result_settings(free.kind).items() if has.get(key) != value}
    if free.references.is_today_dependent and "today" not in has:
        changes["today"] = "live"
    return changes

"""The problem list of a draft: where each is, and the edit that repairs it in one click.

In: a design. Out: `Trouble`s, errors first. Called by the designer's page, its answers and the publish page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.language import current_language
from app.problem_words import problem_text
from app.screens.designer.opening import Design
from builder.fields.registry import field_type
from builder.forms import Field, pick_label
from builder.pointers import find_spot, removed_spots
from builder.problems import Problem


@dataclass(frozen=True, slots=True)
class Repair:
    """A button: its words and the values that it posts."""

    text: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row. `field` is selected by a click; `setting` is what gets the focus."""

    level: str  # error, warn
    name: str
    text: str
    field: str = ""
    setting: str = ""
    repairs: tuple[Repair, ...] = ()


def troubles_of(design: Design) -> tuple[Trouble, ...]:
    errors = [_trouble(design, "error", one) for one in design.inspection.problems]
    warnings = [_trouble(design, "warn", one) for one in design.inspection.warnings]
    found: list[Trouble] = []
    for one in (*errors, *warnings):
        if one not in found:
            found.append(one)
    return tuple(found)


def _trouble(design: Design, level: str, problem: Problem) -> Trouble:
    path = problem.field or ""
    spot = find_spot(design.form, path)
    language = current_language()
    repair = _REPAIRS.get(problem.code)
    text, gone = _with_names(design, problem_text(problem))
    if spot is None:
        name = design.label()
        if path.startswith("/x-rules/"):
            rule = design.form.rules[int(path.split("/")[2])]
            name = pick_label(rule.message, language) or _("Validation")
        repairs = gone or (repair(design, None, path) if repair else ())
        return Trouble(level, name, text, repairs=repairs)
    setting = path[len(spot.path) :].removeprefix("/")
    repairs = repair(design, spot.field, setting) if repair else _emptied(problem, spot.field, setting)
    repairs = gone + repairs
    return Trouble(level, spot.field.label(language), text, spot.field.id, setting, repairs)


def _with_names(design: Design, text: str) -> tuple[str, tuple[Repair, ...]]:
    """A removed field that is missed by its name instead of its id, and the way to bring it back."""
    repairs: list[Repair] = []
    for spot in removed_spots(design.form):
        mark = f"#{spot.field.id}"
        if mark in text:
            name = spot.field.label(current_language())
            text = text.replace(mark, name)
            words = _("Restore “%(name)s”", name=name)
            repairs.append(Repair(words, {"do": "restore", "field": spot.field.id}))
    return text, tuple(repairs)


def _emptied(problem: Problem, one: Field, setting: str) -> tuple[Repair, ...]:
    """A broken optional expression can be taken away."""
    names = {
        "x-default": ("default", _("Clear the default value")),
        "x-visible-when": ("visible_when", _("Always show it")),
        "x-required-when": ("required_when", _("Take the rule away")),
        "x-readonly-when": ("readonly_when", _("Take the rule away")),
        "x-config/where": ("config.where", _("Count all records")),
    }
    found = names.get(setting)
    if found is None or not problem.code.startswith("expression."):
        return ()
    return (Repair(found[1], {"do": "clear", "field": one.id, "setting": found[0]}),)


def _choose_today(_design: Design, one: Field | None, _setting: str) -> tuple[Repair, ...]:
    if one is None:
        return ()
    return (
        Repair(_("Always fresh"), {"do": "today", "field": one.id, "today": "live"}),
        Repair(_("Once a day"), {"do": "today", "field": one.id, "today": "daily"}),
    )


def _forget_today(_design: Design, one: Field | None, _setting: str) -> tuple[Repair, ...]:
    return (Repair(_("Take the setting away"), {"do": "today", "field": one.id}),) if one else ()


def _name_records(design: Design, _one: Field | None, _setting: str) -> tuple[Repair, ...]:
    first = next((one for one in design.form.fields if field_type(one).can_title), None)
    if first is None:
        return ()
    name = first.label(current_language())
    return (Repair(_("Use “%(name)s”", name=name), {"do": "title", "field": first.id}),)


def _add_column(_design: Design, one: Field | None, _setting: str) -> tuple[Repair, ...]:
    return (Repair(_("Add a column"), {"do": "add", "type": "text", "within": one.id}),) if one else ()


def _add_option(_design: Design, one: Field | None, _setting: str) -> tuple[Repair, ...]:
    if one is None:
        return ()
    return (Repair(_("Add an option"), {"do": "field", "field": one.id, "options": "", "option": "add"}),)


_REPAIRS: Mapping[str, Callable[[Design, Field | None, str], tuple[Repair, ...]]] = {
    "formula.today_not_chosen": _choose_today,
    "formula.today_not_needed": _forget_today,
    "form.no_title": _name_records,
    "form.title_missing": _name_records,
    "subform.no_columns": _add_column,
    "choice.no_options": _add_option,
}

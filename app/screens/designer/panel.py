"""The property panel: what is said about the thing that is selected.

In: a design and what is selected (a field, a section, or nothing: the form). Out: `Panel` for
fragments/designer/props.html. Called by the page and by the answers of edits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.language import current_language
from app.problem_words import problem_text
from app.screens.designer.defaults import control_of, fixed_default
from app.screens.designer.opening import Design
from app.screens.designer.palette import type_icon, type_word
from app.screens.designer.settings import SETTINGS, Setting, value_of
from app.screens.designer.slots import RULES, Slot, find_slot
from builder.fields.base import FieldType
from builder.fields.options import COLORS
from builder.fields.registry import field_type
from builder.forms import Field, Rule, Section, pick_label
from builder.pointers import find_spot
from builder.uses import uses_of


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownSetting:
    setting: Setting
    value: Any
    choices: tuple[Choice, ...] = ()
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class UseLine:
    icon: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldPanel:
    """Everything about one field or column."""

    field: Field
    type: FieldType
    label: str
    type_word: str
    icon: str
    within: Field | None
    tab: str
    settings: tuple[ShownSetting, ...]
    default: Slot | None
    default_control: str | None
    default_value: str | None
    default_options: tuple[Choice, ...]
    rules: tuple[Slot, ...]
    uses: tuple[UseLine, ...]
    problems: tuple[str, ...]
    is_title: bool
    can_be_title: bool
    places: tuple[tuple[str, str], ...]

    @property
    def rule_count(self) -> int:
        return sum(1 for one in self.rules if one.text)


@dataclass(frozen=True, slots=True)
class RulePanel:
    rule: Rule
    slot: Slot
    message: str


@dataclass(frozen=True, slots=True)
class FormPanel:
    """The form itself: nothing is selected."""

    title_choices: tuple[Choice, ...]
    rules: tuple[RulePanel, ...]
    rule_fields: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    field: FieldPanel | None = None
    section: Section | None = None
    form: FormPanel | None = None
    colors: tuple[str, ...] = COLORS


def panel_of(design: Design, selected: Mapping[str, str]) -> Panel:
    """What the panel shows for `field`, `section` and `tab` of an address or a posted edit."""
    found = design.find(selected.get("field"))
    if found is not None:
        tab = "rules" if selected.get("tab") == "rules" else "general"
        within = design.form.by_id[found.within] if found.within else None
        return Panel(_field_panel(design, found.field, within, tab))
    section = design.section(selected.get("section"))
    if section is not None:
        return Panel(section=section)
    return Panel(form=_form_panel(design))


def _field_panel(design: Design, one: Field, within: Field | None, tab: str) -> FieldPanel:
    kind_of, language = field_type(one), current_language()
    container = within.id if within is not None else design.form.id
    control = control_of(one) if kind_of.can_default else None
    return FieldPanel(
        one,
        kind_of,
        one.label(language),
        type_word(one),
        type_icon(one),
        within,
        tab,
        tuple(_shown(design, one, setting) for setting in SETTINGS.get(one.type, ())),
        find_slot(design, f"f.{one.id}.default") if kind_of.can_default else None,
        control,
        fixed_default(design, one, container) if control else None,
        _option_choices(one),
        tuple(find_slot(design, f"f.{one.id}.{name}") for name in RULES),
        _uses(design, one),
        _problems(design, one),
        design.form.title == one.id,
        kind_of.can_title and within is None,
        places_of(design),
    )


def _option_choices(one: Field) -> tuple[Choice, ...]:
    language = current_language()
    return tuple(
        Choice(option.id, pick_label(option.labels, language) or option.key)
        for option in one.options
        if not option.is_retired
    )


def _shown(design: Design, one: Field, setting: Setting) -> ShownSetting:
    language = current_language()
    choices: tuple[Choice, ...] = ()
    if setting.control == "form":
        choices = tuple(Choice(form.id, form.label(language)) for form in design.other_forms())
    elif setting.control == "link":
        links = design.linking_fields(one.config.get("form"))
        choices = tuple(Choice(link.id, link.label(language)) for link in links)
    elif setting.options:
        choices = tuple(Choice(value, str(text)) for value, text in setting.options)
    slot = find_slot(design, f"f.{one.id}.config.{setting.name}") if setting.control == "expression" else None
    return ShownSetting(setting, value_of(one, setting), choices, slot)


USE_WORDS: Mapping[str, tuple[str, str]] = {
    "formula": ("math-function", "formula"), "measure": ("sum", "rollup"), "condition": ("eye-cog", "rule"),
    "default": ("sparkles", "default"), "rule": ("shield-check", "validation"),
    "rule_place": ("shield-check", "validation"), "title": ("key", "title"), "link": ("link", "link"),
    "rollup": ("sum", "rollup"), "view_column": ("table", "view"), "view_filter": ("filter", "view"),
    "view_sort": ("arrows-sort", "view"),
}  # fmt: skip


def use_word(sort: str) -> str:
    words = {
        "formula": _("Formula"), "rollup": _("Roll-up"), "rule": _("Rule"), "default": _("Default value"),
        "validation": _("Validation"), "title": _("Record title"), "link": _("Link"), "view": _("View"),
    }  # fmt: skip
    return words[USE_WORDS[sort][1]]


def _uses(design: Design, one: Field) -> tuple[UseLine, ...]:
    language, ids = current_language(), {one.id, *(option.id for option in one.options)}
    found = {}
    for use in uses_of(ids, design.documents):
        if use.user_id == one.id:
            continue
        user, form = pick_label(use.user, language), pick_label(use.form, language)
        text = user if user == form else f"{form} · {user}"
        found[use_word(use.sort), text] = UseLine(USE_WORDS[use.sort][0], use_word(use.sort), text)
    return tuple(found.values())


def used_text(count: int) -> str:
    return ngettext("Used in %(num)d place", "Used in %(num)d places", count)


def _problems(design: Design, one: Field) -> tuple[str, ...]:
    found = []
    for problem in design.inspection.problems:
        spot = find_spot(design.form, problem.field or "")
        if spot is not None and spot.field.id == one.id:
            found.append(problem_text(problem))
    return tuple(found)


def places_of(design: Design) -> tuple[tuple[str, str], ...]:
    """Where "Move to…" can move: the sections, and the subforms."""
    language = current_language()
    return tuple((one.id, pick_label(one.labels, language) or _("Section")) for one in design.form.sections)


def _form_panel(design: Design) -> FormPanel:
    language = current_language()
    named = [one for one in design.form.fields if field_type(one).can_title]
    rules = tuple(
        RulePanel(rule, find_slot(design, f"r.{rule.id}"), pick_label(rule.message, language))
        for rule in design.form.rules
    )
    return FormPanel(
        tuple(Choice(one.id, one.label(language)) for one in named),
        rules,
        tuple(Choice(one.id, one.label(language)) for one in design.form.fields),
    )

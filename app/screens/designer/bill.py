"""The bill before publishing: what breaks, what somebody should know, what changes nothing for anybody.

In: a design. Out: `Bill` with lines in words, each with its place and a way there. Called by the
publish page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.language import current_language
from app.problem_texts.impact import IMPACT
from app.problem_words import problem_text
from app.screens.designer.opening import Design
from app.screens.designer.panel import USE_WORDS, use_word
from app.screens.designer.trouble import Trouble, troubles_of
from builder.forms import pick_label
from builder.impact import ImpactItem
from builder.pointers import find_spot
from builder.problems import Problem
from runtime import drafts

LEVELS = ("breaks", "warns", "safe")


@dataclass(frozen=True, slots=True)
class Line:
    """One consequence. `field` leads to it in the designer; `users` are what still refers to it."""

    text: str
    icon: str
    field: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    breaks: tuple[Line, ...]
    warns: tuple[Line, ...]
    safe: tuple[Line, ...]
    troubles: tuple[Trouble, ...]  # errors of this form
    elsewhere: tuple[str, ...]  # what other forms would say
    advice: tuple[Trouble, ...]

    @property
    def is_blocked(self) -> bool:
        return bool(self.troubles or self.elsewhere)

    @property
    def changes(self) -> int:
        return len(self.breaks) + len(self.warns) + len(self.safe)

    @property
    def first(self) -> str:
        """What to settle first."""
        return self.troubles[0].name if self.troubles else (self.elsewhere[0] if self.elsewhere else "")


def bill_of(design: Design) -> Bill:
    impact = drafts.impact(design.work, design.draft)
    lines = {
        level: tuple(_line(design, one) for one in impact.items if one.level == level) for level in LEVELS
    }
    troubles = troubles_of(design)
    own = f"form:{design.form.key}"
    others = tuple(
        _elsewhere(design, one)
        for one in drafts.problems(design.work, design.draft)
        if not (one.field or "").startswith(own)
    )
    return Bill(
        lines["breaks"],
        lines["warns"],
        lines["safe"],
        tuple(one for one in troubles if one.level == "error"),
        tuple(dict.fromkeys(others)),
        tuple(one for one in troubles if one.level == "warn"),
    )


def _line(design: Design, one: ImpactItem) -> Line:
    language = current_language()
    shown = {
        name: pick_label(value, language) if isinstance(value, Mapping) else value
        for name, value in one.params.items()
    }
    if one.code == "impact.still_used" and not shown.get("user"):
        shown["user"] = _("A rule")
    text = str(IMPACT[one.code]) % shown if one.code in IMPACT else one.code
    sort = str(one.params.get("sort", ""))
    sign = USE_WORDS[sort][0] if sort in USE_WORDS else _ICONS.get(one.code, "circle-check")
    place = use_word(sort) if sort in USE_WORDS else ""
    is_here = one.element != "" and design.find(one.element) is not None
    return Line(text, sign, one.element if is_here else "", place)


def _elsewhere(design: Design, problem: Problem) -> str:
    """A problem of another form, with the form and the field named."""
    language = current_language()
    key, _slash, pointer = (problem.field or "").removeprefix("form:").partition("/")
    other = next((one for one in design.documents.forms if one.key == key), None)
    if other is None:
        return problem_text(problem)
    spot = find_spot(other, "/" + pointer)
    names = other.label(language) + (f" · {spot.field.label(language)}" if spot else "")
    return _("“%(name)s”: %(problem)s", name=names, problem=problem_text(problem))


_ICONS: Mapping[str, str] = {
    "impact.field_added": "plus",
    "impact.field_removed": "trash",
    "impact.field_restored": "recycle",
    "impact.form_added": "table",
    "impact.renamed": "pencil",
    "impact.form_renamed": "pencil",
    "impact.key_renamed": "code",
    "impact.key_retired": "code",
    "impact.form_key_renamed": "code",
    "impact.option_retired": "ban",
    "impact.recomputed": "refresh",
    "impact.required_added": "asterisk",
    "impact.unique_added": "copy-check",
    "impact.rule_added": "shield-check",
    "impact.rule_changed": "shield-check",
    "impact.settings_changed": "settings",
    "impact.conditions_changed": "eye-cog",
    "impact.scope_narrowed": "user-minus",
    "impact.scope_widened": "users",
}

"""The canvas: every field as people will see it, in its section and row.

In: a design. Out: `Canvas` → sections → cards, each with a preview by its type. Called by the designer's
page, by the answers of its edits and by "try it".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.cells.choices import tag
from app.formats import currency_sign
from app.language import current_language
from app.screens.designer.opening import Design
from app.screens.designer.palette import type_icon, type_word
from app.wiring import current_work
from builder.fields.registry import field_type
from builder.fields.types.serial import DEFAULT_PATTERN, serial_text
from builder.forms import Field, Section, pick_label
from builder.pointers import find_spot
from runtime.platform import Work

DEFAULT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Preview:
    """How an empty field looks: `shape` names the drawing, `text` what stands in it."""

    shape: str  # line, area, pick, auto, switch, tags
    text: str | Markup = ""
    icon: str = ""
    is_sample: bool = False  # a value and not a hint


@dataclass(frozen=True, slots=True)
class Badge:
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One field on the canvas. `level` is the worst that is wrong with it."""

    field: Field
    label: str
    help: str
    icon: str
    type_word: str
    preview: Preview
    badges: tuple[Badge, ...]
    level: str
    row: int = 0
    column: int = 0
    is_half: bool = False
    columns: tuple[Card, ...] = ()

    @property
    def id(self) -> str:
        return self.field.id


@dataclass(frozen=True, slots=True)
class CanvasSection:
    section: Section
    label: str
    note: str
    cards: tuple[Card, ...]
    index: int
    is_two: bool

    @property
    def id(self) -> str:
        return self.section.id


def canvas_of(design: Design) -> tuple[CanvasSection, ...]:
    levels = levels_of(design)
    return tuple(_section(design, one, index, levels) for index, one in enumerate(design.form.sections))


def section_of(design: Design, section_id: str) -> CanvasSection | None:
    return next((one for one in canvas_of(design) if one.id == section_id), None)


def _section(design: Design, one: Section, index: int, levels: Mapping[str, str]) -> CanvasSection:
    cards = tuple(
        _card(design, design.form.by_id[field_id], levels, row, column, is_half=len(fields) > 1)
        for row, fields in enumerate(one.rows)
        for column, field_id in enumerate(fields)
        if field_id in design.form.by_id
    )
    is_two = any(len(row) > 1 for row in one.rows)
    count = ngettext("%(num)d field", "%(num)d fields", len(cards))
    columns = _("two columns") if is_two else _("one column")
    note = f"{count} · {columns}" if cards else _("empty")
    label = pick_label(one.labels, current_language()) or _("Section")
    return CanvasSection(one, label, note, cards, index, is_two)


def _card(
    design: Design,
    one: Field,
    levels: Mapping[str, str],
    row: int = 0,
    column: int = 0,
    *,
    is_half: bool = False,
) -> Card:
    columns = one.subform.fields if one.subform else ()
    language = current_language()
    return Card(
        one,
        one.label(language),
        pick_label(one.help, language),
        type_icon(one),
        type_word(one),
        preview_of(one, design.work),
        tuple(_badges(design, one)),
        levels.get(one.id, ""),
        row,
        column,
        is_half,
        tuple(_card(design, part, levels) for part in columns),
    )


def levels_of(design: Design) -> dict[str, str]:
    found: dict[str, str] = {}
    for level, problems in (("warn", design.inspection.warnings), ("error", design.inspection.problems)):
        for problem in problems:
            spot = find_spot(design.form, problem.field or "")
            if spot is not None:
                found[spot.field.id] = level
    return found


def _badges(design: Design, one: Field) -> list[Badge]:
    found = []
    kind_of = field_type(one)
    if design.form.title == one.id:
        found.append(Badge("key", _("Names the record")))
    if one.is_unique:
        found.append(Badge("copy-check", _("No duplicates")))
    if kind_of.is_computed:
        found.append(Badge(type_icon(one), _("Computed: nobody types it")))
    if one.default is not None:
        found.append(Badge("sparkles", _("Has a default value")))
    if one.visible_when or one.required_when or one.readonly_when:
        found.append(Badge("eye-cog", _("Has rules")))
    if one.config.get("today"):
        found.append(Badge("clock", _("Depends on today")))
    return found


# --- previews by type ----------------------------------------------------------------------------

Draw = Callable[[Field, Work], Preview]


def preview_of(one: Field, work: Work) -> Preview:
    return PREVIEWS.get(one.type, _plain)(one, work)


def _plain(_one: Field, _work: Work) -> Preview:
    return Preview("line", "")


def _text(one: Field, _work: Work) -> Preview:
    hints = {"phone": "0571 8888 0000", "email": "name@example.com", "url": "https://example.com"}
    return Preview("line", hints.get(one.config.get("format", ""), ""))


def _area(_one: Field, _work: Work) -> Preview:
    return Preview("area")


def _number(one: Field, _work: Work) -> Preview:
    decimals = int(one.config.get("decimals", 0))
    return Preview("line", f"{0:.{decimals}f}")


def _money(one: Field, _work: Work) -> Preview:
    decimals = int(one.config.get("decimals", DEFAULT_DECIMALS))
    sign = currency_sign(one.config.get("currency", "CNY"), current_language())
    return Preview("line", f"{sign}{0:.{decimals}f}")


def _percent(one: Field, _work: Work) -> Preview:
    return Preview("line", f"{0:.{int(one.config.get('decimals', 0))}f}%")


def _date(_one: Field, work: Work) -> Preview:
    return Preview("pick", f"{work.today:%Y-%m-%d}", "calendar")


def _datetime(_one: Field, work: Work) -> Preview:
    return Preview("pick", f"{work.today:%Y-%m-%d} 09:00", "calendar-clock")


def _switch(_one: Field, _work: Work) -> Preview:
    return Preview("switch", _("Yes"))


def _choice(one: Field, _work: Work) -> Preview:
    live = [option for option in one.options if not option.is_retired]
    if not live:
        return Preview("pick", _("No options yet"), "chevron-down")
    shown = Markup("").join(tag(option, current_language()) for option in live[:6])
    if one.config.get("show") == "buttons" or field_type(one).storage == "values":
        return Preview("tags", shown)
    return Preview("pick", tag(live[0], current_language()), "chevron-down", is_sample=True)


def _member(_one: Field, _work: Work) -> Preview:
    return Preview("pick", _("Choose a member"), "user")


def _link(_one: Field, _work: Work) -> Preview:
    return Preview("pick", _("Choose a record"), "link")


def _serial(one: Field, _work: Work) -> Preview:
    return Preview("auto", serial_sample(one))


def serial_sample(one: Field) -> str:
    """The first number that the pattern would give today."""
    return serial_text(one.config.get("pattern", DEFAULT_PATTERN), current_work().today, 1)


RESULT_SAMPLES = {"date": "2026-11-24", "datetime": "2026-11-24 09:00", "bool": "✓", "text": "Abc"}


def _computed(one: Field, _work: Work) -> Preview:
    result = one.config.get("result", "number")
    decimals = int(one.config.get("decimals", 2 if one.config.get("format") == "money" else 0))
    number = f"{0:.{decimals}f}"
    shown = {"money": f"¥{number}", "percent": f"{number}%"}.get(one.config.get("format", ""), number)
    return Preview("auto", RESULT_SAMPLES.get(result, shown if result == "number" else "—"))


def _lines(_one: Field, _work: Work) -> Preview:
    return Preview("lines")


PREVIEWS: Mapping[str, Draw] = {
    "text": _text,
    "long_text": _area,
    "integer": _number,
    "number": _number,
    "money": _money,
    "percent": _percent,
    "date": _date,
    "datetime": _datetime,
    "yes_no": _switch,
    "choice": _choice,
    "choices": _choice,
    "member": _member,
    "link": _link,
    "serial": _serial,
    "formula": _computed,
    "rollup": _computed,
    "subform": _lines,
}

"""Cells of members, links, subforms, roll-ups and formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext as _n
from markupsafe import Markup, escape

from app.cells.base import BLANK, Cell, CellWords
from app.cells.levels import level_cell
from app.formats import avatar_letters, color_of
from builder.fields.computed import ComputedResult
from builder.fields.registry import field_type
from builder.forms import Field
from expressions.evaluation import ErrorValue


def member_cell(_one: Field, words: CellWords) -> Cell:
    made: dict[int, Markup] = {}

    def cell(value: object) -> Markup:
        if not isinstance(value, int):
            return BLANK
        if value not in made:
            made[value] = person(value, words.member_name(value))
        return made[value]

    return cell


def person(member_id: int, name: str) -> Markup:
    return Markup(
        '<span class="fl-person"><span class="fl-av fl-av--sm fl-c-{}" aria-hidden="true">{}</span>{}</span>'
    ).format(color_of(member_id), avatar_letters(name, is_small=True), name)


def link_cell(one: Field, words: CellWords) -> Cell:
    form = str(one.config.get("form", ""))

    def cell(value: object) -> Markup:
        if not isinstance(value, int):
            return BLANK
        state = words.record_state(form, value)
        if state == "hidden":
            return Markup('<span class="fl-muted" title="{}">{}</span>').format(
                _("Not shared with you"), "•••"
            )
        title = words.record_title(form, value)
        if state == "deleted":
            return Markup('<del class="fl-gone" title="{}">{}</del>').format(
                _("This record was deleted"), title
            )
        url = words.record_url(form, value)
        return Markup('<a href="{}">{}</a>').format(url, title) if url else escape(title)

    return cell


def subform_cell(_one: Field, _words: CellWords) -> Cell:
    def cell(value: object) -> Markup:
        count = len(value) if isinstance(value, tuple | list) else 0
        return escape(_n("%(num)d line", "%(num)d lines", count)) if count else BLANK

    return cell


def computed_cell(
    cells: Callable[[], Mapping[str, Callable[[Field, CellWords], Cell]]],
) -> Callable[[Field, CellWords], Cell]:
    """A computed value looks like the type it declares, in the ink of what nobody typed."""

    def build(one: Field, words: CellWords) -> Cell:
        bound = field_type(one)
        if not isinstance(bound, ComputedResult):
            raise TypeError(f"{one.key} is not computed")
        few = level_cell(words.outcomes(one.id), one.label(words.language))
        inner = few or cells()[bound.inner.key](bound.inner.field, words)

        def cell(value: object) -> Markup:
            if isinstance(value, ErrorValue):
                return Markup('<span class="fl-late fl-num">{}</span>').format(value.code)
            return inner(value)

        return cell

    return build

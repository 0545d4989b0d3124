"""Cells of one and of many choices: the option's tag, made once a column."""

from __future__ import annotations

from markupsafe import Markup, escape

from app.cells.base import BLANK, Cell, CellWords
from builder.forms import Field, Option, pick_label

SHOWN = 2


def tag(option: Option, language: str) -> Markup:
    return Markup('<span class="fl-tag fl-c-{}">{}</span>').format(
        option.color, pick_label(option.labels, language) or option.key
    )


def choice_cell(one: Field, words: CellWords) -> Cell:
    tags = {option.id: tag(option, words.language) for option in one.options}
    return lambda value: BLANK if value is None else tags.get(str(value)) or escape(str(value))


def choices_cell(one: Field, words: CellWords) -> Cell:
    tags = {option.id: tag(option, words.language) for option in one.options}
    labels = {option.id: pick_label(option.labels, words.language) or option.key for option in one.options}

    def cell(value: object) -> Markup:
        if not isinstance(value, tuple | list) or not value:
            return BLANK
        shown = Markup("").join(tags.get(str(key)) or escape(str(key)) for key in value[:SHOWN])
        rest = len(value) - SHOWN
        more = Markup("")
        if rest > 0:
            names = ", ".join(labels.get(str(key), str(key)) for key in value[SHOWN:])
            more = Markup('<span class="fl-tags__more" title="{}">+{}</span>').format(names, rest)
        return Markup('<span class="fl-tags">{}{}</span>').format(shown, more)

    return cell

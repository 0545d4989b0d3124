"""Cells of text, long text and serial numbers: one line, the whole in the title when it is long."""

from __future__ import annotations

from markupsafe import Markup, escape

from app.cells.base import BLANK, Cell, CellWords
from builder.forms import Field

LONG = 40
SAFE_SCHEMES = ("http://", "https://")


def text_cell(one: Field, _words: CellWords) -> Cell:
    make = {"email": _email, "phone": _phone, "url": _url}.get(str(one.config.get("format")), _plain)
    return lambda value: make(str(value)) if value not in (None, "") else BLANK


def _plain(text: str) -> Markup:
    if len(text) <= LONG:
        return escape(text)
    return Markup('<span title="{}">{}</span>').format(text, text)


def _email(text: str) -> Markup:
    return Markup('<a href="mailto:{}">{}</a>').format(text, text)


def _phone(text: str) -> Markup:
    return Markup('<a class="fl-num" href="tel:{}">{}</a>').format(text.replace(" ", ""), text)


def _url(text: str) -> Markup:
    if not text.lower().startswith(SAFE_SCHEMES):
        return _plain(text)
    shown = text.split("://", 1)[1].rstrip("/")
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(text, shown)


def long_text_cell(_one: Field, _words: CellWords) -> Cell:
    def cell(value: object) -> Markup:
        if value in (None, ""):
            return BLANK
        text = str(value)
        first = text.split("\n", 1)[0]
        return escape(text) if text == first and len(text) <= LONG else _titled(text, first)

    return cell


def _titled(text: str, first: str) -> Markup:
    return Markup('<span title="{}">{}</span>').format(text[:1000], first[:200])


def serial_cell(_one: Field, _words: CellWords) -> Cell:
    return lambda value: Markup('<span class="fl-no">{}</span>').format(value) if value else BLANK


def unknown_cell(_one: Field, _words: CellWords) -> Cell:
    """A stored type that this version does not know: shown as text, never lost."""
    return lambda value: BLANK if value is None else _plain(str(value))

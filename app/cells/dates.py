"""Cells of dates, times and yes/no: near days in words, the exact one in the title."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup

from app.cells.base import BLANK, Cell, CellWords
from app.formats import ago, day, exact
from builder.forms import Field


def date_cell(_one: Field, words: CellWords) -> Cell:
    today = words.today

    def cell(value: object) -> Markup:
        if not isinstance(value, date):
            return BLANK
        iso = value.isoformat()
        return Markup(  # noqa: S704 — digits
            f'<time class="fl-date" datetime="{iso}" title="{iso}">{day(value, today)}</time>'
        )

    return cell


def datetime_cell(_one: Field, words: CellWords) -> Cell:
    zone = ZoneInfo(words.zone)

    def cell(value: object) -> Markup:
        if not isinstance(value, datetime):
            return BLANK
        local = value.astimezone(zone)
        is_past = value <= words.now
        shown = (
            ago(value, words.now, words.zone)
            if is_past
            else f"{day(local.date(), words.today)} {local:%H:%M}"
        )
        return Markup('<time class="fl-date" datetime="{}" title="{}">{}</time>').format(
            value.isoformat(), exact(value, words.zone), shown
        )

    return cell


def yes_no_cell(_one: Field, _words: CellWords) -> Cell:
    yes = Markup('<span class="fl-tag fl-c-green fl-tag--dot">{}</span>').format(_("Yes"))
    no = Markup('<span class="fl-tag fl-c-gray fl-tag--ring">{}</span>').format(_("No"))
    return lambda value: BLANK if value is None else (yes if value else no)

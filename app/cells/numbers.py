"""Cells of integers, numbers, money and percent: tabular figures, a real minus, colour only below zero."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from app.cells.base import BLANK, Cell, CellWords
from app.formats import MINUS, currency_sign, number, percent
from builder.forms import Field


def _figure(text: str, *, is_negative: bool) -> Markup:
    # the text is ours: digits, separators, a minus
    return Markup(f'<span class="fl-num{" fl-neg" if is_negative else ""}">{text}</span>')  # noqa: S704


def number_cell(one: Field, _words: CellWords) -> Cell:
    shown = one.config.get("decimals")
    decimals = int(shown) if shown is not None else None

    def cell(value: object) -> Markup:
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            return BLANK
        return _figure(number(value, decimals), is_negative=value < 0)

    return cell


def percent_cell(one: Field, _words: CellWords) -> Cell:
    decimals = int(one.config.get("decimals", 0))

    def cell(value: object) -> Markup:
        if not isinstance(value, int | Decimal):
            return BLANK
        return _figure(percent(Decimal(value), decimals), is_negative=value < 0)

    return cell


def money_cell(one: Field, words: CellWords) -> Cell:
    decimals = int(one.config.get("decimals", 2))
    sign = Markup('<span class="fl-money__cur">{}</span>').format(
        currency_sign(str(one.config.get("currency", "CNY")), words.language)
    )
    above, below = f'<span class="fl-money">{sign}', f'<span class="fl-money fl-neg">{MINUS}{sign}'

    def cell(value: object) -> Markup:
        if not isinstance(value, int | Decimal):
            return BLANK
        return Markup(f"{below if value < 0 else above}{abs(value):,.{decimals}f}</span>")  # noqa: S704 — digits

    return cell

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
        text = percent(Decimal(value), decimals)
        return _meter(value, text) if 0 <= value <= 1 else _figure(text, is_negative=value < 0)

    return cell


def _meter(share: int | Decimal, text: str) -> Markup:
    """A share of the whole as a bar beside its figure."""
    look = " fl-meter--ok" if share == 1 else ""
    # the text is ours: digits and a sign
    return Markup(  # noqa: S704
        f'<span class="fl-metercell"><progress class="fl-meter{look}" aria-hidden="true" max="100" '
        f'value="{round(share * 100)}">{text}</progress>{text}</span>'
    )


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

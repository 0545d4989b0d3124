"""Cells: every field type has one, and none lets markup through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.cells import CELLS, CellWords, cell_of, is_numeric
from builder.fields.registry import FIELD_TYPES
from builder.forms import Field, Option

EVIL = "<img src=x onerror=alert(1)>\"'"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WORDS = CellWords(
    "en",
    "Asia/Shanghai",
    NOW,
    NOW.date(),
    lambda _id: EVIL,
    lambda _form, _id: EVIL,
    lambda _form, _id: f"/r/{_id}",
)
OPTIONS = (
    Option("o1", "a", {"en": EVIL}, "green"),
    Option("o2", "b", {"en": "B"}),
    Option("o3", "c", {"en": "C"}),
)


def field(key: str, **config: object) -> Field:
    return Field("f1", key, key, {"en": key}, config=config, options=OPTIONS if "choice" in key else ())


def test_every_field_type_has_a_cell() -> None:
    assert {one.key for one in FIELD_TYPES} <= set(CELLS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text", EVIL),
        ("long_text", f"{EVIL}\n{EVIL}"),
        ("serial", EVIL),
        ("choice", "o1"),
        ("choice", EVIL),
        ("choices", ("o1", "o2", "o1")),
        ("member", 7),
        ("link", 9),
    ],
)
def test_no_cell_lets_markup_through(key: str, value: object) -> None:
    shown = cell_of(field(key), WORDS)(value)
    assert "<img" not in shown
    assert "&lt;img" in shown


@pytest.mark.parametrize("key", sorted(set(CELLS) - {"formula", "rollup"}))
def test_a_blank_is_a_quiet_dash(key: str) -> None:
    assert "fl-empty-cell" in cell_of(field(key), WORDS)(None)


def test_an_address_opens_only_by_http() -> None:
    cell = cell_of(field("text", format="url"), WORDS)
    assert 'href="https://example.com/x"' in cell("https://example.com/x")
    assert "href" not in cell("javascript:alert(1)")


def test_figures_are_grouped_and_coloured_below_zero() -> None:
    assert "¥" in cell_of(field("money"), WORDS)(Decimal("-1200.5"))
    assert "1,200.50" in cell_of(field("money"), WORDS)(Decimal("-1200.5"))
    assert "fl-neg" in cell_of(field("number"), WORDS)(Decimal(-1))
    assert "47.7%" in cell_of(field("percent", decimals=1), WORDS)(Decimal("0.477"))


def test_dates_carry_the_exact_one() -> None:
    assert 'datetime="2026-03-01"' in cell_of(field("date"), WORDS)(date(2026, 3, 1))
    assert "2026-11-20 11:00:00" in cell_of(field("datetime"), WORDS)(NOW.replace(hour=3))


def test_numbers_stand_right_also_when_computed() -> None:
    assert is_numeric(field("money"))
    assert is_numeric(field("formula", expression="1", result="number"))
    assert not is_numeric(field("formula", expression='"a"', result="text"))
    assert not is_numeric(field("text"))

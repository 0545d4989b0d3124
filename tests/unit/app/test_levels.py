"""Computed texts that can only be one of a few look like grades, levels or tags."""

from __future__ import annotations

import pytest

from app.cells.levels import level_cell, outcomes_of
from expressions import check
from expressions.kinds import INTEGER, TEXT
from expressions.world import FieldInfo, FormInfo, World

FIELDS = (FieldInfo("n1", "n", INTEGER), FieldInfo("t1", "t", TEXT))
WORLD = World.of([FormInfo("f1", "f", fields=FIELDS)])


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ('IFS(n = 0, "C", n > 9, "A", n > 5, "B", "C")', ("C", "A", "B")),
        ('IF(n > 1, "高", IF(n > 0, "中", "低"))', ("高", "中", "低")),
        ('SWITCH(t, "x", "one", "y", "two", "three")', ("one", "two", "three")),
        ('IF(n > 1, t, "x")', ()),
        ("t", ()),
        ("n + 1", ()),
    ],
)
def test_outcomes_are_all_texts_or_none(text: str, outcomes: tuple[str, ...]) -> None:
    assert outcomes_of(check(text, WORLD, "f1").node) == outcomes


def test_letters_are_grades_in_their_order() -> None:
    cell = level_cell(("C", "A", "B"), "Tier")
    assert cell is not None
    assert "fl-tier--a" in cell("A")
    assert "fl-tier--c" in cell("C")
    assert "fl-empty-cell" in cell(None)


def test_high_medium_low_are_bars_with_their_word() -> None:
    cell = level_cell(("高", "中", "低"), "Risk")
    assert cell is not None
    assert "fl-risk--high" in cell("高")
    assert "fl-risk__bars" in cell("低")
    assert "低" in cell("低")


def test_unforeseen_text_is_escaped() -> None:
    cell = level_cell(("one", "two"), "Kind")
    assert cell is not None
    assert cell("<b>") == "&lt;b&gt;"
    assert level_cell((), "Kind") is None

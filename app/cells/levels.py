"""Cells of computed texts that can only be one of a few: grades as letters, levels as bars, others as tags.

In: the texts that a formula may give (`outcomes_of` its node) and the field. Out: `level_cell`, or None where
any text may come. Nothing is configured: a formula that answers "A", "B" or "C" is a grade, one that answers
high, medium or low is a level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from app.cells.base import BLANK, Cell
from expressions.nodes import Call, Const, Node

MOST = 12
GRADE = re.compile(r"[A-Z][+]?\Z")
LEVELS = (
    ("low", frozenset({"低", "low"})),
    ("mid", frozenset({"中", "medium", "mid"})),
    ("high", frozenset({"高", "high"})),
)
BARS = Markup('<span class="fl-risk__bars" aria-hidden="true"><i></i><i></i><i></i></span>')
COLORS = (
    "indigo",
    "cyan",
    "gray",
    "amber",
    "teal",
    "violet",
    "blue",
    "green",
    "pink",
    "orange",
    "lime",
    "red",
)
# which arguments of a function are its results
RESULTS: dict[str, Callable[[int], Sequence[int]]] = {
    "IF": lambda count: range(1, count),
    "IFS": lambda count: (*range(1, count, 2), *((count - 1,) if count % 2 else ())),
    "SWITCH": lambda count: (*range(2, count, 2), *((count - 1,) if count % 2 == 0 else ())),
}


def outcomes_of(node: Node | None) -> tuple[str, ...]:
    """Every text that an expression may give, in the order in which they are written; () when any may."""
    found: list[str] = []
    return tuple(dict.fromkeys(found)) if _collect(node, found) and len(set(found)) <= MOST else ()


def _collect(node: Node | None, found: list[str]) -> bool:
    if isinstance(node, Const):
        if isinstance(node.value, str):
            found.append(node.value)
        return isinstance(node.value, str) or node.value is None
    if not isinstance(node, Call) or node.function not in RESULTS:
        return False
    places = RESULTS[node.function](len(node.arguments))
    return bool(places) and all(_collect(node.arguments[place], found) for place in places)


def level_cell(outcomes: tuple[str, ...], label: str) -> Cell | None:
    """How one of a few texts looks; None where there are no few."""
    if not outcomes:
        return None
    shown = _grades(outcomes, label) or _levels(outcomes) or _tags(outcomes)
    return lambda value: BLANK if value in (None, "") else shown.get(str(value)) or escape(str(value))


def _grades(outcomes: tuple[str, ...], label: str) -> dict[str, Markup]:
    if not all(GRADE.match(one) for one in outcomes):
        return {}
    looks = ["a", "b", *("c" for _ in outcomes)]
    return {
        one: Markup('<span class="fl-tier fl-tier--{}" title="{} {}">{}</span>').format(look, label, one, one)
        for one, look in zip(sorted(outcomes), looks, strict=False)
    }


def _levels(outcomes: tuple[str, ...]) -> dict[str, Markup]:
    found: dict[str, Markup] = {}
    for one in outcomes:
        look = next((look for look, words in LEVELS if one.casefold() in words), None)
        if look is None:
            return {}
        found[one] = Markup('<span class="fl-risk fl-risk--{}">{}{}</span>').format(look, BARS, one)
    return found


def _tags(outcomes: tuple[str, ...]) -> dict[str, Markup]:
    return {
        one: Markup('<span class="fl-tag fl-c-{}">{}</span>').format(color, one)
        for one, color in zip(outcomes, COLORS, strict=False)
    }

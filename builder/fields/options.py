"""Options of choice fields: finding one by what people write, and their kinds.

In: a field's options. Out: `find_option`, `choices_of`, `unknown_option`. Used by choice and choices.
"""

from __future__ import annotations

from difflib import get_close_matches

from builder.fields.texts import folded
from builder.forms import Field, Option, pick_label
from builder.problems import Problem, shown
from expressions.kinds import Choice

MOST_NAMED = 12
COLORS = (
    "blue", "green", "amber", "violet", "cyan", "pink", "teal", "orange", "indigo", "lime", "red",
    "gray",
)  # fmt: skip


def choices_of(field: Field) -> tuple[Choice, ...]:
    return tuple(Choice(one.id, one.key, tuple(one.labels.items())) for one in field.options)


def find_option(field: Field, text: str) -> Option | None:
    """The option with this id or key, else with this label in any language; live ones before retired."""
    for one in field.options:
        if text in (one.id, one.key):
            return one
    wanted = folded(text)
    named = [one for one in field.options if wanted in {folded(label) for label in one.labels.values()}]
    named += [one for one in field.options if folded(one.key) == wanted]
    return min(named, key=lambda one: one.is_retired, default=None)


def unknown_option(field: Field, given: object, language: str) -> Problem:
    """No such option: names the near one, and those there are."""
    labels = [pick_label(one.labels, language) or one.key for one in field.options if not one.is_retired]
    near = get_close_matches(str(given)[:60], labels, n=1, cutoff=0.6)
    params = {"given": shown(given), "options": tuple(labels[:MOST_NAMED]), "count": len(labels)}
    return Problem("choice.unknown", {**params, "near": near[0] if near else None})


def option_label(field: Field, option_id: str, language: str) -> str:
    found = next((one for one in field.options if one.id == option_id), None)
    return (pick_label(found.labels, language) or found.key) if found else option_id


def option_key(field: Field, option_id: str) -> str:
    return next((one.key for one in field.options if one.id == option_id), option_id)

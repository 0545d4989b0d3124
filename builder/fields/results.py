"""The settings that give a computed field the result its expression has.

In: the kind that checking found. Out: `result_settings`. The designer puts them into the field's
config when somebody writes a formula without saying what it should give.
"""

from __future__ import annotations

from expressions.kinds import Kind

RESULT_OF = {"choice": "text", "list": "text", "null": "text"}  # shown by their labels, joined


def result_settings(kind: Kind) -> dict[str, str | None]:
    """Changes of the config (None takes an entry away): {"result": "date", "format": None}."""
    found: dict[str, str | None] = {"result": RESULT_OF.get(kind.name, kind.name), "format": None}
    if kind.is_number:
        found["format"] = "integer" if kind.scale == 0 else "number"
    found["result_form"] = kind.form if kind.name == "record" else None
    return found

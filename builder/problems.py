"""A problem: a person's mistake as a value. Worded in `app/errors.py` and the locale, never here.

In: nothing. Out: `Problem`, `Problems`, `shown`. Made by every parser and checker of builder and runtime.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong (`code`, e.g. "number.not_a_number"), where, and the words' parameters.

    `field` is the field's *key* for record values (subform lines: "lines.2.qty"), a JSON pointer
    for definitions, a column's name for spreadsheets. `span` is set for expressions.
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    field: str | None = None
    span: tuple[int, int] | None = None

    def at(self, field: str) -> Problem:
        return replace(self, field=field)


@dataclass(frozen=True, slots=True)
class Problems(Problem):
    """Several problems of one value (a subform's lines). Each part's `field` is the rest of the path
    below the value: "2.qty"."""

    parts: tuple[Problem, ...] = ()


def flatten(problem: Problem, path: str) -> tuple[Problem, ...]:
    """`problem` of the value at `path` as single problems, each at its full path: "lines.2.qty"."""
    if isinstance(problem, Problems):
        return tuple(part.at(f"{path}.{part.field}") for part in problem.parts)
    return (problem.at(path),)


def shown(raw: object) -> str:
    """What was given, short enough to be quoted in a message."""
    if isinstance(raw, int) and raw.bit_length() > 400:  # str() of a huge int is slow or refused
        return "…"
    if isinstance(raw, list | tuple | dict | set):
        return type(raw).__name__
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(raw)[:61])
    return text if len(text) <= 60 else text[:60] + "…"

"""Guesses: which line is the header, and which column belongs to which field. Pure.

In: the first rows of a sheet and a form. Out: `find_header`, `match_columns`. Called by
`runtime.imports.runs` for the proposal that a person then corrects.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from builder.fields.base import ParseContext, Unresolved
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.problems import Problem
from runtime.sheets.values import CellValue

Confidence = Literal["sure", "likely", "unsure", "none"]
SHEET = ParseContext(source="sheet")
LOOKAHEAD = 20  # rows looked at for the header and as samples
_NOISE = re.compile(r"[\W_]+|必填|選填|选填|required|optional", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What a column of the file seems to be. `field` is a field key; `index` counts from 0."""

    index: int
    head: str
    samples: tuple[CellValue, ...]
    field: str | None
    confidence: Confidence


def find_header(rows: Sequence[Sequence[CellValue]], form: Form) -> int | None:
    """The number of the header row, or None when the data starts at once.

    A row is a header when it names fields of the form, or when it is all text, all different, and
    either some column below it is not text, or no cell of it holds a figure, as names hardly do."""
    names = {name for field in form.fields for name in names_of(field)}
    for number, row in enumerate(rows[:LOOKAHEAD]):
        cells = [value for value in row if value is not None]
        if len(cells) < max(1, min(2, len(row))) or not all(isinstance(value, str) for value in cells):
            if cells:
                return None  # figures before any header: there is none
            continue
        folded = [fold(str(value)) for value in cells]
        if sum(name in names for name in folded) * 2 >= len(folded):
            return number
        if len(set(folded)) < len(folded):
            continue
        has_figures = any(sign.isdigit() for value in cells for sign in str(value))
        if not has_figures or _differs_below(row, rows[number + 1 : LOOKAHEAD]):
            return number
    return None


def _differs_below(head: Sequence[CellValue], below: Sequence[Sequence[CellValue]]) -> bool:
    if not below:
        return True
    return any(
        index < len(row) and row[index] is not None and not isinstance(row[index], str)
        for index in range(len(head))
        for row in below
    )


def match_columns(
    heads: Sequence[str], rows: Sequence[Sequence[CellValue]], form: Form
) -> tuple[ColumnMatch, ...]:
    """The best one-to-one assignment of columns to fields that can be written."""
    fields = [field for field in form.fields if can_be_imported(field)]
    scored: list[tuple[float, int, str]] = []
    for index, head in enumerate(heads):
        samples = samples_of(rows, index)
        for field in fields:
            score = closeness(fold(head), names_of(field)) * fit(field, samples)
            if score >= 0.5:
                scored.append((score, index, field.key))
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, index, key in sorted(scored, key=lambda one: (-one[0], one[1])):
        if index not in chosen and key not in taken:
            chosen[index] = (key, score)
            taken.add(key)
    _name_records(heads, rows, form, chosen)
    return tuple(
        ColumnMatch(
            index,
            head,
            samples_of(rows, index)[:3],
            chosen[index][0] if index in chosen else None,
            _confidence(chosen[index][1]) if index in chosen else "none",
        )
        for index, head in enumerate(heads)
    )


def _name_records(
    heads: Sequence[str],
    rows: Sequence[Sequence[CellValue]],
    form: Form,
    chosen: dict[int, tuple[str, float]],
) -> None:
    """Where nothing goes into the field that names a record: the first column left whose texts all differ."""
    title = form.by_id.get(form.title or "")
    if title is None or not can_be_imported(title) or any(key == title.key for key, _ in chosen.values()):
        return
    for index in range(len(heads)):
        samples = samples_of(rows, index)
        is_text = bool(samples) and all(isinstance(one, str) and not one.isdigit() for one in samples)
        if index not in chosen and is_text and len(set(samples)) == len(samples):
            chosen[index] = (title.key, 0.5)
            return


def can_be_imported(field: Field) -> bool:
    """Whether people may write the field from one cell."""
    return not field_type(field).is_computed and field.subform is None


def _confidence(score: float) -> Confidence:
    if score >= 0.95:
        return "sure"
    return "likely" if score >= 0.75 else "unsure"


def fold(text: str) -> str:
    """A name without width, case, spaces, marks and words such as 必填."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def names_of(field: Field) -> tuple[str, ...]:
    """All folded names under which people know the field."""
    return tuple({fold(name) for name in (field.key, *field.aliases, *field.labels.values()) if fold(name)})


def closeness(head: str, names: Iterable[str]) -> float:
    """0…1: 1 for the same name, less for one inside the other or a near miss."""
    best = 0.0
    for name in names:
        if head == name:
            return 1.0
        if not head or min(len(head), len(name)) < 2:
            continue
        if head in name or name in head:
            best = max(best, 0.7 + 0.25 * min(len(head), len(name)) / max(len(head), len(name)))
        else:
            best = max(best, SequenceMatcher(None, head, name).ratio() * 0.85)
    return best


def samples_of(rows: Sequence[Sequence[CellValue]], index: int) -> tuple[CellValue, ...]:
    """The first filled values of a column."""
    found = [row[index] for row in rows[:LOOKAHEAD] if index < len(row) and row[index] is not None]
    return tuple(found[:8])


def fit(field: Field, samples: Sequence[CellValue]) -> float:
    """0.4…1: how many of the samples the field could take."""
    if not samples:
        return 1.0
    kind = field_type(field)
    good = 0
    for sample in samples:
        parsed = kind.parse(sample, SHEET)
        good += isinstance(parsed, Unresolved) or not isinstance(parsed, Problem)
    return 0.4 + 0.6 * good / len(samples)

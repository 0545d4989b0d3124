"""Places in a form's layout: taking a field out of its row, putting it into one.

In: sections, a field's id, a `Place`. Out: sections. Used by the edits that add, move, remove and
restore. A place counts rows as they are *without* the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.edits.base import ID, INDEX, sparse
from builder.forms import Section

Sections = tuple[Section, ...]
PLACE = {
    "type": "object",
    "properties": {"section": ID, "row": INDEX, "column": {"enum": [0, 1]}},
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Place:
    """`column` None: a row of its own, before `row`. 0 or 1: into that row, left or right."""

    section: str | None = None  # None, or gone: the last one
    row: int | None = None  # None: at the end
    column: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any] | None) -> Place | None:
        return cls(words.get("section"), words.get("row"), words.get("column")) if words is not None else None

    def write(self) -> dict[str, Any]:
        return sparse(section=self.section, row=self.row, column=self.column)


def take(sections: Sections, field_id: str) -> tuple[Sections, Place | None]:
    """The layout without the field, and the place that puts it back exactly there."""
    for at, section in enumerate(sections):
        for row_at, row in enumerate(section.rows):
            if field_id not in row:
                continue
            rest = tuple(one for one in row if one != field_id)
            rows = (*section.rows[:row_at], *((rest,) if rest else ()), *section.rows[row_at + 1 :])
            column = row.index(field_id) if rest else None
            changed = (*sections[:at], replace(section, rows=rows), *sections[at + 1 :])
            return changed, Place(section.id, row_at, column)
    return sections, None


def put(sections: Sections, field_id: str, place: Place | None) -> Sections:
    """The layout with the field at the place, or as near as the rows that are there allow."""
    place = place or Place()
    at = next((n for n, one in enumerate(sections) if one.id == place.section), len(sections) - 1)
    rows = sections[at].rows
    row = len(rows) if place.row is None else min(place.row, len(rows))
    if place.column is not None and row < len(rows):
        if len(rows[row]) == 1:
            both = (field_id, *rows[row]) if place.column == 0 else (*rows[row], field_id)
            changed = (*rows[:row], both, *rows[row + 1 :])
        else:  # full: a row of its own below it
            changed = (*rows[: row + 1], (field_id,), *rows[row + 1 :])
    else:
        changed = (*rows[:row], (field_id,), *rows[row:])
    return (*sections[:at], replace(sections[at], rows=changed), *sections[at + 1 :])


def below(sections: Sections, field_id: str) -> Place | None:
    """The place of a row of its own just below the row that the field is in."""
    for section in sections:
        for row_at, row in enumerate(section.rows):
            if field_id in row:
                return Place(section.id, row_at + 1)
    return None


def placed_ids(sections: Sections) -> list[str]:
    return [one for section in sections for row in section.rows for one in row]

"""Where a field goes in the layout: from a drop, or one step up, down, left or right.

In: a form's sections. Out: the `place` of a move or add edit. Called by the reading of posted edits. A place
counts rows as they are without the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from builder.edits.layout import take
from builder.forms import Form, Section

Place = dict[str, Any]


def posted_place(posted: Mapping[str, str]) -> Place | None:
    """The place of a drop; None when none was said."""
    if not posted.get("section"):
        return None
    place: Place = {"section": posted["section"]}
    for name in ("row", "column"):
        if posted.get(name, "").isdecimal():
            place[name] = int(posted[name])
    return place


def stepped_place(form: Form, field_id: str, direction: str) -> Place | None:
    """One step from where it is; None at the edge."""
    found = take(form.sections, field_id)[1]
    if found is None or found.section is None or found.row is None or direction not in _STEPS:
        return None
    at = next(n for n, one in enumerate(form.sections) if one.id == found.section)
    rest = take(form.sections, field_id)[0]
    return _STEPS[direction](form, rest, at, found.row, found.column)


def _up(_form: Form, rest: tuple[Section, ...], at: int, row: int, column: int | None) -> Place | None:
    if column is not None:
        return {"section": rest[at].id, "row": row}
    if row > 0:
        return {"section": rest[at].id, "row": row - 1}
    return {"section": rest[at - 1].id, "row": len(rest[at - 1].rows)} if at > 0 else None


def _down(_form: Form, rest: tuple[Section, ...], at: int, row: int, column: int | None) -> Place | None:
    if column is not None:
        return {"section": rest[at].id, "row": row + 1}
    if row < len(rest[at].rows):
        return {"section": rest[at].id, "row": row + 1}
    return {"section": rest[at + 1].id, "row": 0} if at + 1 < len(rest) else None


def _left(form: Form, rest: tuple[Section, ...], at: int, row: int, column: int | None) -> Place | None:
    if column == 1:
        return {"section": rest[at].id, "row": row, "column": 0}
    return None if column == 0 else _beside(form, rest, at, row, 0)


def _right(form: Form, rest: tuple[Section, ...], at: int, row: int, column: int | None) -> Place | None:
    if column == 0:
        return {"section": rest[at].id, "row": row, "column": 1}
    return None if column == 1 else _beside(form, rest, at, row, 1)


def _beside(form: Form, rest: tuple[Section, ...], at: int, row: int, column: int) -> Place | None:
    """Alone in its row: into the row above, or the one below, where that has room."""
    for near in (row - 1, row):
        if 0 <= near < len(rest[at].rows):
            other = rest[at].rows[near]
            if len(other) == 1 and form.by_id[other[0]].subform is None:
                return {"section": rest[at].id, "row": near, "column": column}
    return None


_STEPS: Mapping[str, Callable[[Form, tuple[Section, ...], int, int, int | None], Place | None]] = {
    "up": _up,
    "down": _down,
    "left": _left,
    "right": _right,
}


def in_columns(section: Section, form: Form, count: int) -> tuple[tuple[str, ...], ...]:
    """The fields of a section one or two to a row; a subform keeps a row of its own."""
    rows: list[tuple[str, ...]] = []
    waiting: tuple[str, ...] = ()
    for field_id in (one for row in section.rows for one in row):
        if form.by_id[field_id].subform is not None:
            rows += [waiting] if waiting else []
            rows.append((field_id,))
            waiting = ()
            continue
        waiting = (*waiting, field_id)
        if len(waiting) == count:
            rows.append(waiting)
            waiting = ()
    return tuple([*rows, waiting] if waiting else rows)

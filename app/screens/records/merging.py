"""Two people saved the same record: which fields clash, and what each of them wants.

In: a `Conflict` of the record service and what was sent. Out: `MergeRow`s for the fields that both changed
differently; `own_changes`, what this person really changed. Called by the record's form and inline editor.
A form sends every field it shows; what it shows unchanged must not undo what somebody else wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.cells import cell_of
from app.language import current_language
from app.screens.records.boxes import words_for
from app.screens.records.given import OWNER
from runtime.catalogue import FormHandle
from runtime.conflicts import Conflict, Side
from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One field that both changed: what it was, and both values as they are read."""

    key: str
    label: str
    base: Markup
    theirs: Markup
    yours: Markup


def is_same(mine: Any, other: Any) -> bool:
    """Whether a value that was sent is what another side has; lines are sent without their figures."""
    if isinstance(mine, tuple) and isinstance(other, tuple) and mine and isinstance(mine[0], Mapping):
        return len(mine) == len(other) and all(
            isinstance(line, Mapping) and all(line.get(key) == value for key, value in sent.items())
            for sent, line in zip(mine, other, strict=True)
        )
    return bool(mine == other)


def is_clash(side: Side) -> bool:
    moved = side.theirs != side.base
    return moved and not is_same(side.yours, side.base) and not is_same(side.yours, side.theirs)


def own_changes(form: FormHandle, conflict: Conflict, raw: Mapping[str, object]) -> dict[str, object]:
    """Of what was sent, the fields that this person changed."""
    changed = {side.field for side in conflict.sides if not is_same(side.yours, side.base)}
    return {key: value for key, value in raw.items() if key == OWNER or form.form.by_key[key].id in changed}


def merge_rows(
    work: Work, form: FormHandle, conflict: Conflict, raw: Mapping[str, object]
) -> tuple[MergeRow, ...]:
    found = []
    sent = {form.form.by_key[key].id for key in raw if key in form.form.by_key}
    for side in conflict.sides:
        if side.field not in sent or not is_clash(side):
            continue
        one = form.form.by_id[side.field]
        shown = [
            cell_of(one, words_for(work, form, {one.id: value}))(value)
            for value in (side.base, side.theirs, side.yours)
        ]
        found.append(MergeRow(one.key, one.label(current_language()), *shown))
    return tuple(found)

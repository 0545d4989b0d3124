"""The state of a draft in words: when it was saved, what undo and redo would do, who else is at work.

In: a design. Out: `History`; `edit_words` an edit as a short sentence. Called by every answer of the
designer and by the change history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.language import current_language
from app.screens.designer.opening import Design
from builder.edits import read_edit, summary
from builder.edits.parts import find_removed
from builder.forms import pick_label
from builder.problems import Problem
from runtime import people
from runtime.draft_log import Entry, last_redoable, last_undoable

SHOWN_STEPS = 12


@dataclass(frozen=True, slots=True)
class Step:
    who: str
    member_id: int
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """`undo` and `redo` name the step; None when there is none."""

    revision: int
    saved_at: datetime | None
    undo: str | None
    redo: str | None
    steps: tuple[Step, ...]


def history_of(design: Design) -> History:
    log, me = design.draft.log, design.work.actor.member_id
    undo, redo = last_undoable(log, me), last_redoable(log, me)
    undone = next((one for one in log if redo is not None and one.revision == redo.undoes), None)
    return History(
        design.draft.revision,
        log[-1].at if log else None,
        edit_words(design, undo.edit) if undo is not None else None,
        edit_words(design, undone.edit) if undone is not None else None,
        _steps(design, log),
    )


def _steps(design: Design, log: tuple[Entry, ...]) -> tuple[Step, ...]:
    names: dict[int, str] = {}
    found = []
    for entry in log[: -SHOWN_STEPS - 1 : -1]:
        member_id = entry.member_id or 0
        if member_id not in names:
            names[member_id] = member_name(design, entry.member_id)
        words = edit_words(design, entry.edit)
        if entry.undoes is not None:
            words = _("took back a step")
        found.append(Step(names[member_id], member_id, words, entry.at))
    return tuple(found)


def member_name(design: Design, member_id: int | None) -> str:
    member = people.find_member(design.work, member_id=member_id) if member_id else None
    return member.name if member is not None else _("Somebody")


def edit_words(design: Design, edit: Mapping[str, Any]) -> str:
    """An edit in words: "move “Website”"."""
    kind = str(edit.get("edit", ""))
    if kind == "together" and edit.get("edits"):
        return edit_words(design, edit["edits"][0])
    name = _subject(design, edit)
    word = WORDS.get(kind)
    return word(name) if word is not None else _("change “%(name)s”", name=name)


def _subject(design: Design, edit: Mapping[str, Any]) -> str:
    language = current_language()
    given = edit.get("field")
    removed = find_removed(design.form, given) if isinstance(given, str) else None
    if removed is not None:
        return removed.field.label(language)
    parsed = read_edit(dict(edit)) if edit.get("edit") != "replace" else None
    if parsed is None or isinstance(parsed, Problem):
        return design.label()
    return pick_label(summary(design.form, parsed)[1], language) or design.label()


WORDS: Mapping[str, Callable[[str], str]] = {
    "add_field": lambda name: _("add “%(name)s”", name=name),
    "copy_field": lambda name: _("copy “%(name)s”", name=name),
    "move_field": lambda name: _("move “%(name)s”", name=name),
    "remove_field": lambda name: _("remove “%(name)s”", name=name),
    "restore_field": lambda name: _("restore “%(name)s”", name=name),
    "rename_key": lambda name: _("rename the key of “%(name)s”", name=name),
    "add_option": lambda name: _("add the option “%(name)s”", name=name),
    "change_options": lambda name: _("change the options of “%(name)s”", name=name),
    "add_section": lambda name: _("add the section “%(name)s”", name=name),
    "move_section": lambda name: _("move the section “%(name)s”", name=name),
    "change_section": lambda name: _("change the section “%(name)s”", name=name),
    "remove_section": lambda name: _("remove the section “%(name)s”", name=name),
    "change_layout": lambda name: _("lay out “%(name)s”", name=name),
    "add_rule": lambda name: _("add the validation “%(name)s”", name=name),
    "change_rule": lambda name: _("change the validation “%(name)s”", name=name),
    "remove_rule": lambda name: _("remove the validation “%(name)s”", name=name),
    "replace": lambda name: _("replace “%(name)s” by another version", name=name),
}

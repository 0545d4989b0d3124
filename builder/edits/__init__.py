"""Edits: the lawful ways to change a form, each with its inverse.

In: JSON from the designer or from the log of a draft, and a form. Out: the edit classes and
`read_edit`, `write_edit`, `apply_edit`, `invert`, `touched`, `summary`. Called by `runtime.drafts`. Pure,
but for fresh ids given on reading (so that an edit in the log always replays the same).
`apply_edit(apply_edit(form, edit), invert(form, edit)) == form`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.edits.base import Edit, NotLawfulError, shape
from builder.edits.changes import AddOption, ChangeField, ChangeOptions, RenameKey
from builder.edits.fields import AddField, CopyField, RemoveField, RestoreField
from builder.edits.layout import Place
from builder.edits.moves import MoveField
from builder.edits.sections import AddSection, ChangeLayout, ChangeSection, MoveSection, RemoveSection
from builder.edits.whole import AddRule, ChangeForm, ChangeRule, RemoveRule
from builder.forms import Form, Labels
from builder.problems import Problem, shown
from builder.shapes import check_shape, check_texts

MOST_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Together(Edit):
    """Several edits as one step: all or none; undone together."""

    name = "together"
    schema = shape(
        ("edits",),
        edits={"type": "array", "minItems": 1, "maxItems": MOST_TOGETHER, "items": {"type": "object"}},
    )
    edits: tuple[Edit, ...]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> Together | Problem:
        found: list[Edit] = []
        for place, one in enumerate(words["edits"]):
            edit = read_edit(one) if one.get("edit") != cls.name else Problem("edit.nested", {}, "")
            if isinstance(edit, Problem):
                return edit.at(f"/edits/{place}{edit.field or ''}")
            found.append(edit)
        return cls(tuple(found))

    def write(self) -> dict[str, Any]:
        return {"edits": [write_edit(one) for one in self.edits]}

    def apply(self, form: Form) -> Form | Problem:
        for one in self.edits:
            changed = one.apply(form)
            if isinstance(changed, Problem):
                return changed
            form = changed
        return form

    def inverse(self, before: Form) -> Edit:
        inverses: list[Edit] = []
        for one in self.edits:
            inverses.insert(0, invert(before, one))
            changed = one.apply(before)
            if isinstance(changed, Problem):
                raise NotLawfulError(changed)
            before = changed
        return Together(tuple(inverses))

    def touched(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.touched() for one in self.edits))

    def subject(self, form: Form) -> Labels:
        return self.edits[0].subject(form)


EDITS: tuple[type[Edit], ...] = (
    AddField,
    CopyField,
    MoveField,
    ChangeField,
    RenameKey,
    RemoveField,
    RestoreField,
    AddOption,
    ChangeOptions,
    AddSection,
    MoveSection,
    ChangeSection,
    RemoveSection,
    ChangeLayout,
    ChangeForm,
    AddRule,
    ChangeRule,
    RemoveRule,
    Together,
)
BY_NAME: Mapping[str, type[Edit]] = {one.name: one for one in EDITS}


def read_edit(document: object) -> Edit | Problem:
    """An edit from JSON: {"edit": "move_field", …}; or what is wrong with it, and where."""
    name = document.get("edit") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(name, str) or name not in BY_NAME:
        return Problem("edit.unknown", {"given": shown(name), "wanted": ", ".join(BY_NAME)}, "/edit")
    problems = check_shape(BY_NAME[name].schema, document) or check_texts(document)
    return problems[0] if problems else BY_NAME[name].read(document)


def write_edit(edit: Edit) -> dict[str, Any]:
    """The JSON that `read_edit` reads back as the same edit."""
    return {"edit": edit.name, **edit.write()}


def apply_edit(form: Form, edit: Edit) -> Form | Problem:
    """The form after the edit, or why it is refused."""
    return edit.apply(form)


def invert(before: Form, edit: Edit) -> Edit:
    """The edit that undoes `edit` of `before`; `NotLawfulError` when `edit` cannot be applied to it."""
    changed = edit.apply(before)
    if isinstance(changed, Problem):
        raise NotLawfulError(changed)
    return edit.inverse(before)


def touched(edit: Edit) -> frozenset[str]:
    """The ids of the elements that the edit changes; a setting of the form is "form.<name>"."""
    return edit.touched()


def summary(before: Form, edit: Edit) -> tuple[str, Labels]:
    """What the undo button says: a code ("edit.move_field") and the labels of what it is about."""
    return f"edit.{edit.name}", edit.subject(before)


__all__ = [
    "BY_NAME",
    "EDITS",
    "AddField",
    "AddOption",
    "AddRule",
    "AddSection",
    "ChangeField",
    "ChangeForm",
    "ChangeLayout",
    "ChangeOptions",
    "ChangeRule",
    "ChangeSection",
    "CopyField",
    "Edit",
    "MoveField",
    "MoveSection",
    "NotLawfulError",
    "Place",
    "RemoveField",
    "RemoveRule",
    "RemoveSection",
    "RenameKey",
    "RestoreField",
    "Together",
    "apply_edit",
    "invert",
    "read_edit",
    "summary",
    "touched",
    "write_edit",
]

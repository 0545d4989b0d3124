"""Edits of the layout's sections.

In: a form. Out: `AddSection`, `MoveSection`, `ChangeSection`, `RemoveSection`, `ChangeLayout`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.documents import read_section, write_section
from builder.edits.base import ID, INDEX, Edit, merged, reversed_patch, shape, sparse
from builder.edits.layout import Sections, placed_ids, take
from builder.edits.parts import inserted, without
from builder.edits.shapes import SECTION, SECTION_CHANGES
from builder.forms import Form, Labels, Section
from builder.ids import new_logical_id
from builder.problems import Problem
from builder.structure import element_ids

MOST_SECTIONS = 60


def _index(form: Form, section_id: str) -> int | None:
    return next((at for at, one in enumerate(form.sections) if one.id == section_id), None)


def _gone(section_id: str) -> Problem:
    return Problem("edit.section_gone", {"given": section_id})


def _labels_of(form: Form, section_id: str) -> Labels:
    at = _index(form, section_id)
    return form.sections[at].labels if at is not None else form.labels


@dataclass(frozen=True, slots=True)
class AddSection(Edit):
    """A new section. Rows that it brings are taken from where those fields are: so undo of a removal."""

    name = "add_section"
    schema = shape(("section",), section=SECTION, index=INDEX)
    section: Section
    index: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> AddSection | Problem:
        given = {"id": new_logical_id(), "labels": {}, "rows": [], **words["section"]}
        return cls(read_section(given), words.get("index"))

    def write(self) -> dict[str, Any]:
        return sparse(section=write_section(self.section), index=self.index)

    def apply(self, form: Form) -> Form | Problem:
        if self.section.id in element_ids(form):
            return Problem("form.id_twice", {"given": self.section.id})
        if len(form.sections) >= MOST_SECTIONS:
            return Problem("form.too_many_sections", {"most": MOST_SECTIONS})
        unknown = next((one for one in placed_ids((self.section,)) if one not in form.by_id), None)
        if unknown is not None:
            return Problem("edit.field_gone", {"given": unknown})
        sections = form.sections
        for one in placed_ids((self.section,)):
            sections = take(sections, one)[0]
        return replace(form, sections=inserted(sections, self.index, self.section))

    def inverse(self, before: Form) -> Edit:
        return ChangeLayout(before.sections) if self.section.rows else RemoveSection(self.section.id)

    def touched(self) -> frozenset[str]:
        return frozenset({self.section.id, *placed_ids((self.section,))})

    def subject(self, form: Form) -> Labels:
        return self.section.labels


@dataclass(frozen=True, slots=True)
class MoveSection(Edit):
    name = "move_section"
    schema = shape(("section", "index"), section=ID, index=INDEX)
    section: str
    index: int

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> MoveSection | Problem:
        return cls(words["section"], words["index"])

    def write(self) -> dict[str, Any]:
        return {"section": self.section, "index": self.index}

    def apply(self, form: Form) -> Form | Problem:
        at = _index(form, self.section)
        if at is None:
            return _gone(self.section)
        rest = without(form.sections, at)
        return replace(form, sections=inserted(rest, self.index, form.sections[at]))

    def inverse(self, before: Form) -> Edit:
        at = _index(before, self.section)
        return MoveSection(self.section, at or 0)

    def touched(self) -> frozenset[str]:
        return frozenset({self.section})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.section)


@dataclass(frozen=True, slots=True)
class ChangeSection(Edit):
    """New labels of a section, or whether it starts folded."""

    name = "change_section"
    schema = shape(("section", "changes"), section=ID, changes=SECTION_CHANGES)
    section: str
    changes: Mapping[str, Any]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeSection | Problem:
        return cls(words["section"], dict(words["changes"]))

    def write(self) -> dict[str, Any]:
        return {"section": self.section, "changes": dict(self.changes)}

    def apply(self, form: Form) -> Form | Problem:
        at = _index(form, self.section)
        if at is None:
            return _gone(self.section)
        one = form.sections[at]
        one = replace(
            one,
            labels=merged(one.labels, self.changes.get("labels", {})),
            is_folded=self.changes.get("folded", one.is_folded),
        )
        return replace(form, sections=inserted(without(form.sections, at), at, one))

    def inverse(self, before: Form) -> Edit:
        one = before.sections[_index(before, self.section) or 0]
        changes: dict[str, Any] = {}
        if "labels" in self.changes:
            changes["labels"] = reversed_patch(one.labels, self.changes["labels"])
        if "folded" in self.changes:
            changes["folded"] = one.is_folded
        return ChangeSection(self.section, changes)

    def touched(self) -> frozenset[str]:
        return frozenset({self.section})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.section)


@dataclass(frozen=True, slots=True)
class RemoveSection(Edit):
    """Takes a section's frame away; its rows go to the end of the one above, or to the top of the next."""

    name = "remove_section"
    schema = shape(("section",), section=ID)
    section: str

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> RemoveSection | Problem:
        return cls(words["section"])

    def write(self) -> dict[str, Any]:
        return {"section": self.section}

    def apply(self, form: Form) -> Form | Problem:
        at = _index(form, self.section)
        if at is None:
            return _gone(self.section)
        if len(form.sections) == 1:
            return Problem("edit.last_section", {"label": form.sections[0].labels})
        rows, rest = form.sections[at].rows, without(form.sections, at)
        heir = max(at - 1, 0)
        joined = (*rest[heir].rows, *rows) if at else (*rows, *rest[heir].rows)
        sections = inserted(without(rest, heir), heir, replace(rest[heir], rows=joined))
        return replace(form, sections=sections)

    def inverse(self, before: Form) -> Edit:
        at = _index(before, self.section) or 0
        return AddSection(before.sections[at], at)

    def touched(self) -> frozenset[str]:
        return frozenset({self.section})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.section)


@dataclass(frozen=True, slots=True)
class ChangeLayout(Edit):
    """All sections at once; it must hold the fields that the form has, each once."""

    name = "change_layout"
    schema = shape(("sections",), sections={"type": "array", "minItems": 1, "maxItems": 60, "items": SECTION})
    sections: Sections

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeLayout | Problem:
        given = [{"id": new_logical_id(), "labels": {}, "rows": [], **one} for one in words["sections"]]
        return cls(tuple(read_section(one) for one in given))

    def write(self) -> dict[str, Any]:
        return {"sections": [write_section(one) for one in self.sections]}

    def apply(self, form: Form) -> Form | Problem:
        placed = placed_ids(self.sections)
        if sorted(placed) != sorted(one.id for one in form.fields):
            return Problem("edit.layout_differs")
        ids = [one.id for one in self.sections]
        others = element_ids(form) - {one.id for one in form.sections}
        twice = next((one for one in ids if ids.count(one) > 1 or one in others), None)
        if twice is not None:
            return Problem("form.id_twice", {"given": twice})
        return replace(form, sections=self.sections)

    def inverse(self, before: Form) -> Edit:
        return ChangeLayout(before.sections)

    def touched(self) -> frozenset[str]:
        return frozenset({*(one.id for one in self.sections), *placed_ids(self.sections)})

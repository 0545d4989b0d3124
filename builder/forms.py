"""What a form is: the JSON document of kind "form", read into `Form` and `Field`.

In: a document that passed `schemas/form.json` (a JSON Schema for its records, with `x-` words).
Out: `Form`, `Field`, `read_form`. Everything above works with these, never with the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Labels = Mapping[str, str]  # BCP 47 tag → text; zh-CN, zh-TW, en

SYSTEM_FIELDS = ("created_at", "created_by", "updated_at", "updated_by", "owner")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice field."""

    id: str
    key: str
    labels: Labels
    color: str = "blue"
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Expressions are in canonical text (by id). `config` is the field type's own."""

    id: str
    key: str
    type: str  # key in the field type registry
    labels: Labels
    help: Labels = field(default_factory=dict)
    is_required: bool = False
    is_unique: bool = False
    default: str | None = None
    visible_when: str | None = None
    required_when: str | None = None
    readonly_when: str | None = None
    aliases: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    subform: Form | None = None  # type "subform": its columns

    def label(self, language: str) -> str:
        return pick_label(self.labels, language) or self.key


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation: refused with `message` when `refuse_when` holds. Shown at `field` if given."""

    id: str
    refuse_when: str
    message: Labels
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the layout: rows of one or two field ids."""

    id: str
    labels: Labels
    rows: tuple[tuple[str, ...], ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form (or the columns of a subform: then `sections` and `rules` are empty)."""

    id: str
    key: str
    labels: Labels
    fields: tuple[Field, ...]
    sections: tuple[Section, ...] = ()
    rules: tuple[Rule, ...] = ()
    title: str | None = None  # id of the field that names a record
    icon: str = "table"
    color: str = "blue"
    is_single: bool = False  # exactly one record
    member_scope: str = "all"  # what plain members see: "all" or "own" (records they own)
    aliases: tuple[str, ...] = ()
    removed: tuple[Field, ...] = ()  # removed fields: columns kept, restorable
    by_id: Mapping[str, Field] = field(init=False, repr=False, compare=False, default=None)  # type: ignore[arg-type]
    by_key: Mapping[str, Field] = field(init=False, repr=False, compare=False, default=None)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in self.fields})
        keys = {alias: one for one in self.fields for alias in one.aliases}
        keys.update({one.key: one for one in self.fields})
        object.__setattr__(self, "by_key", keys)

    def label(self, language: str) -> str:
        return pick_label(self.labels, language) or self.key


def pick_label(labels: Labels, language: str) -> str:
    """The text in `language`, else in the nearest other: zh-TW ↔ zh-CN, then en, then any."""
    order = {"zh-CN": ("zh-CN", "zh-TW", "en"), "zh-TW": ("zh-TW", "zh-CN", "en")}
    for tag in order.get(language, (language, "en", "zh-CN", "zh-TW")):
        if labels.get(tag):
            return labels[tag]
    return next((text for text in labels.values() if text), "")

"""Edits of the form itself and of its validations; and several edits as one step.

In: a form. Out: `ChangeForm`, `AddRule`, `ChangeRule`, `RemoveRule`, `Together` (see `builder.edits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.documents import read_rule, write_rule
from builder.edits.base import ID, INDEX, Edit, merged, reversed_patch, shape, sparse
from builder.edits.parts import inserted, without
from builder.edits.shapes import FORM_CHANGES, RULE, RULE_CHANGES
from builder.fields.registry import field_type
from builder.forms import Form, Labels, Rule
from builder.ids import new_logical_id
from builder.problems import Problem
from builder.structure import element_ids

_ATTRIBUTES = {
    "key": "key",
    "icon": "icon",
    "color": "color",
    "title": "title",
    "single": "is_single",
    "member_scope": "member_scope",
    "aliases": "aliases",
}


@dataclass(frozen=True, slots=True)
class ChangeForm(Edit):
    """New settings of the form. A new key leaves the old one as an alias."""

    name = "change_form"
    schema = shape(("changes",), changes=FORM_CHANGES)
    changes: Mapping[str, Any]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeForm | Problem:
        return cls(dict(words["changes"]))

    def write(self) -> dict[str, Any]:
        return {"changes": dict(self.changes)}

    def apply(self, form: Form) -> Form | Problem:
        values: dict[str, Any] = {
            _ATTRIBUTES[name]: self.changes[name] for name in self.changes if name in _ATTRIBUTES
        }
        if "labels" in self.changes:
            values["labels"] = merged(form.labels, self.changes["labels"])
            if not values["labels"]:
                return Problem("field.no_label", {"key": form.key})
        # A title that is not there (removed since) is for the problem list: undo must be able to set it.
        title = form.by_id.get(self.changes.get("title") or "")
        if title is not None and not field_type(title).can_title:
            return Problem("form.title_type", {"label": title.labels, "type": title.type})
        if "aliases" in values:
            values["aliases"] = tuple(values["aliases"])
        elif "key" in values:
            names = dict.fromkeys((*form.aliases, form.key))
            values["aliases"] = tuple(name for name in names if name != values["key"])
        return replace(form, **values)

    def inverse(self, before: Form) -> Edit:
        changes = {
            name: getattr(before, attribute)
            for name, attribute in _ATTRIBUTES.items()
            if name in self.changes
        }
        if "key" in changes or "aliases" in changes:
            changes["aliases"] = list(before.aliases)
        if "labels" in self.changes:
            changes["labels"] = reversed_patch(before.labels, self.changes["labels"])
        return ChangeForm(changes)

    def touched(self) -> frozenset[str]:
        return frozenset(f"form.{name}" for name in self.changes)


def _index(form: Form, rule_id: str) -> int | None:
    return next((at for at, one in enumerate(form.rules) if one.id == rule_id), None)


def _gone(rule_id: str) -> Problem:
    return Problem("edit.rule_gone", {"given": rule_id})


@dataclass(frozen=True, slots=True)
class AddRule(Edit):
    name = "add_rule"
    schema = shape(("rule",), rule=RULE, index=INDEX)
    rule: Rule
    index: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> AddRule | Problem:
        return cls(read_rule({"id": new_logical_id(), **words["rule"]}), words.get("index"))

    def write(self) -> dict[str, Any]:
        return sparse(rule=write_rule(self.rule), index=self.index)

    def apply(self, form: Form) -> Form | Problem:
        if self.rule.id in element_ids(form):
            return Problem("form.id_twice", {"given": self.rule.id})
        return replace(form, rules=inserted(form.rules, self.index, self.rule))

    def inverse(self, before: Form) -> Edit:
        return RemoveRule(self.rule.id)

    def touched(self) -> frozenset[str]:
        return frozenset({self.rule.id})

    def subject(self, form: Form) -> Labels:
        return self.rule.message


@dataclass(frozen=True, slots=True)
class ChangeRule(Edit):
    name = "change_rule"
    schema = shape(("rule", "changes"), rule=ID, changes=RULE_CHANGES)
    rule: str
    changes: Mapping[str, Any]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeRule | Problem:
        return cls(words["rule"], dict(words["changes"]))

    def write(self) -> dict[str, Any]:
        return {"rule": self.rule, "changes": dict(self.changes)}

    def apply(self, form: Form) -> Form | Problem:
        at = _index(form, self.rule)
        if at is None:
            return _gone(self.rule)
        one = form.rules[at]
        one = replace(
            one,
            refuse_when=self.changes.get("refuse_when", one.refuse_when) or "FALSE",
            message=merged(one.message, self.changes.get("message", {})),
            field=self.changes.get("field", one.field),
        )
        return replace(form, rules=inserted(without(form.rules, at), at, one))

    def inverse(self, before: Form) -> Edit:
        one = before.rules[_index(before, self.rule) or 0]
        changes: dict[str, Any] = {}
        if "refuse_when" in self.changes:
            changes["refuse_when"] = one.refuse_when
        if "message" in self.changes:
            changes["message"] = reversed_patch(one.message, self.changes["message"])
        if "field" in self.changes:
            changes["field"] = one.field
        return ChangeRule(self.rule, changes)

    def touched(self) -> frozenset[str]:
        return frozenset({self.rule})

    def subject(self, form: Form) -> Labels:
        at = _index(form, self.rule)
        return form.rules[at].message if at is not None else form.labels


@dataclass(frozen=True, slots=True)
class RemoveRule(Edit):
    name = "remove_rule"
    schema = shape(("rule",), rule=ID)
    rule: str

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> RemoveRule | Problem:
        return cls(words["rule"])

    def write(self) -> dict[str, Any]:
        return {"rule": self.rule}

    def apply(self, form: Form) -> Form | Problem:
        at = _index(form, self.rule)
        return _gone(self.rule) if at is None else replace(form, rules=without(form.rules, at))

    def inverse(self, before: Form) -> Edit:
        at = _index(before, self.rule) or 0
        return AddRule(before.rules[at], at)

    def touched(self) -> frozenset[str]:
        return frozenset({self.rule})

    def subject(self, form: Form) -> Labels:
        at = _index(form, self.rule)
        return form.rules[at].message if at is not None else form.labels

"""What every edit answers, and the errors of edits.

In: a form. Out: `Edit`, `NotLawfulError`, the pieces of JSON Schema that edits are read by. An edit is
a small document; the log of a draft is a list of them; undo applies the inverse.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from builder.forms import Form, Labels
from builder.problems import Problem

ID = {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"}
KEY = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
NAMES = {"type": "array", "items": KEY, "minItems": 1, "maxItems": 51}
INDEX = {"type": "integer", "minimum": 0, "maximum": 2000}
TEXTS = {
    "type": "object",
    "maxProperties": 20,
    "propertyNames": {"pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
    "additionalProperties": {"type": ["string", "null"], "maxLength": 1000},
}
EXPRESSION = {"type": ["string", "null"], "maxLength": 5000}
FLAG = {"type": "boolean"}


def shape(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """The JSON Schema of an edit; "edit" is its name."""
    properties = {"edit": {"type": "string"}, **properties}
    return {
        "type": "object",
        "properties": properties,
        "required": ["edit", *required],
        "additionalProperties": False,
    }


class NotLawfulError(ValueError):
    """The inverse was asked of an edit that cannot be applied to that form."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


class Edit(ABC):
    """One lawful change of a form. Its subclasses are frozen dataclasses."""

    __slots__ = ()
    name: ClassVar[str]
    schema: ClassVar[Mapping[str, Any]]

    @classmethod
    @abstractmethod
    def read(cls, words: Mapping[str, Any]) -> Self | Problem:
        """From JSON that passed `schema`."""

    @abstractmethod
    def write(self) -> dict[str, Any]:
        """The JSON of it, without its name."""

    @abstractmethod
    def apply(self, form: Form) -> Form | Problem:
        """The form after it, or why it is refused."""

    @abstractmethod
    def inverse(self, before: Form) -> Edit:
        """What takes `apply(before)` back to `before`. It has been found applicable."""

    @abstractmethod
    def touched(self) -> frozenset[str]:
        """The ids of the elements it changes: edits of different elements rebase."""

    def subject(self, form: Form) -> Labels:
        """The labels of what it is about, in the form before it; for the undo button."""
        return form.labels


def sparse(**words: Any) -> dict[str, Any]:
    return {name: value for name, value in words.items() if value is not None}


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`before` with `changes`; None takes an entry away."""
    found = {**before, **changes}
    return {name: value for name, value in found.items() if value is not None}


def reversed_patch(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that take `merged(before, changes)` back to `before`."""
    return {name: before.get(name) for name in changes}

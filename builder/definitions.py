"""Is this document a lawful definition? By its JSON Schema first, then by what a schema cannot say.

In: the kind and a document from anywhere (a bundle, the API, the designer). Out: problems with JSON
pointers; nothing when it is lawful. `KINDS` are those that exist. Nothing is ever fetched: a `$ref`
of ours stays inside its schema, one of a document is refused as an unknown word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from builder.documents import read_form
from builder.pointers import pointer
from builder.problems import Problem
from builder.shapes import check_shape, check_texts
from builder.structure import check_structure

KINDS = ("form", "view", "app", "bundle")


def check_document(kind: str, document: object) -> tuple[Problem, ...]:
    """What is wrong with a document of this kind; an unknown kind raises `KeyError`."""
    problems = check_shape(schema_of(kind), document) or check_texts(document)
    return problems or _SEMANTICS[kind](document)


@cache
def schema_of(kind: str) -> Mapping[str, Any]:
    if kind not in KINDS:
        raise KeyError(kind)
    text = (resources.files("builder") / "schemas" / f"{kind}.json").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def _check_form(document: Any) -> tuple[Problem, ...]:
    return check_structure(read_form(document))


def _check_app(document: Any) -> tuple[Problem, ...]:
    """Each form in one group at most; group ids unique."""
    problems: list[Problem] = []
    seen: set[str] = {document["id"]}
    for place, group in enumerate(document.get("groups", ())):
        here = [(group["id"], pointer("groups", place, "id"))]
        here += [(form, pointer("groups", place, "forms", at)) for at, form in enumerate(group["forms"])]
        for name, where in here:
            if name in seen:
                problems.append(Problem("definition.twice", {"given": name}, where))
            seen.add(name)
    return tuple(problems)


def _check_view(document: Any) -> tuple[Problem, ...]:
    fields = [field for field, _ in document.get("sort", ())]
    twice = next((field for field in fields if fields.count(field) > 1), None)
    return () if twice is None else (Problem("definition.twice", {"given": twice}, "/sort"),)


_SEMANTICS: Mapping[str, Callable[[Any], tuple[Problem, ...]]] = {
    "form": _check_form,
    "view": _check_view,
    "app": _check_app,
    "bundle": lambda _: (),
}

"""Expressions by id: what people type by name is kept by id, so that renaming breaks nothing.

In: a form's document as it comes from an edit or from the API, and the forms that it may name. Out: the
document with every expression that can be understood in canonical text; one that cannot stays as it
was typed, and the form check says what is wrong with it. Called by `runtime.drafts`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from builder.check_form import check_text
from builder.documents import read_form
from builder.forms import Form
from builder.mentions import Text, texts_of_form
from builder.world import build_world
from expressions.world import World


def canonical_document(
    document: Mapping[str, Any], others: Iterable[Form], known: Iterable[str] = ()
) -> dict[str, Any]:
    """`others` are the app's other forms; texts in `known` are canonical already."""
    form = read_form(document)
    world = build_world([*(other for other in others if other.id != form.id), form])
    understood = frozenset(known)
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    for text in texts_of_form(form):
        if text.text not in understood:
            _put(changed, text.path, _canonical(text, world))
    return changed


def _canonical(text: Text, world: World) -> str:
    if text.reading not in world.forms:
        return text.text
    checked = check_text(text, world)
    return text.text if checked.node is None or checked.problems else checked.canonical


def _put(document: Any, path: str, text: str) -> None:
    """Sets the value at a JSON pointer that is there."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    for part in way:
        document = document[int(part)] if isinstance(document, list) else document[part]
    document[int(last) if isinstance(document, list) else last] = text

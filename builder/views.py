"""A view: a saved way to look at the records of a form.

In: a document that passed `schemas/view.json`. Out: `View`, `read_view`, `write_view`, `default_view`.
Used by `runtime.catalogue`, lists and bundles. A personal view has an `owner_member` and never
travels in a bundle. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.documents import ordered_labels
from builder.fields.registry import field_type
from builder.forms import Form, Labels, pick_label

Sort = tuple[tuple[str, Literal["asc", "desc"]], ...]
MOST_DEFAULT_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class View:
    """`columns` are field ids (system fields by their reserved ids); `filter` is canonical text."""

    id: str
    key: str
    labels: Labels
    form: str
    kind: Literal["grid"] = "grid"
    columns: tuple[str, ...] = ()
    filter: str | None = None
    sort: Sort = ()
    is_default: bool = False
    owner_member: int | None = None

    def label(self, language: str) -> str:
        return pick_label(self.labels, language) or self.key


def read_view(document: Mapping[str, Any], owner_member: int | None = None) -> View:
    """The view that a checked document defines."""
    return View(
        id=document["id"],
        key=document["key"],
        labels=dict(document["labels"]),
        form=document["form"],
        kind=document.get("as", "grid"),
        columns=tuple(document.get("columns", ())),
        filter=document.get("filter"),
        sort=tuple((field, direction) for field, direction in document.get("sort", ())),
        is_default=document.get("default", False),
        owner_member=owner_member,
    )


def write_view(view: View) -> dict[str, Any]:
    """The document of `view`; whose it is is not part of it."""
    document: dict[str, Any] = {
        "kind": "view",
        "id": view.id,
        "key": view.key,
        "labels": ordered_labels(view.labels),
        "form": view.form,
        "as": view.kind,
    }
    if view.columns:
        document["columns"] = list(view.columns)
    if view.filter:
        document["filter"] = view.filter
    if view.sort:
        document["sort"] = [list(pair) for pair in view.sort]
    if view.is_default:
        document["default"] = True
    return document


def default_view(form: Form) -> View:
    """What a form without views shows: its first fields that fit a list, newest first."""
    shown = [one.id for one in form.fields if field_type(one).storage != "lines"]
    first = [form.title] if form.title in shown else []
    rest = [one for one in shown if one not in first]
    columns = tuple([*first, *rest][:MOST_DEFAULT_COLUMNS])
    labels = {"zh-CN": "全部", "zh-TW": "全部", "en": "All"}
    return View(
        "all", "all", labels, form.id, columns=columns, sort=(("created_at", "desc"),), is_default=True
    )

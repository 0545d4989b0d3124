"""An app: a set of forms with one navigation; and `AppDocuments`, everything that is defined in one.

In: a document that passed `schemas/app.json`. Out: `App`, `Group`, `read_app`, `write_app`,
`AppDocuments`. Used by impact analysis, the form check, bundles and the catalogue. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from builder.documents import ordered_labels
from builder.forms import Form, Labels, pick_label
from builder.views import View


@dataclass(frozen=True, slots=True)
class Group:
    """A group in the navigation: forms by id, in order. A group without labels has no heading."""

    id: str
    forms: tuple[str, ...]
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    id: str
    key: str
    labels: Labels
    icon: str = "apps"
    color: str = "blue"
    groups: tuple[Group, ...] = ()
    description: Labels = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return pick_label(self.labels, language) or self.key


@dataclass(frozen=True, slots=True)
class AppDocuments:
    """An app with its definitions: what one thing in it may refer to."""

    app: App
    forms: tuple[Form, ...] = ()
    views: tuple[View, ...] = ()

    def find_form(self, ref: str) -> Form | None:
        """By id, key or former key."""
        for form in self.forms:
            if ref in (form.id, form.key):
                return form
        return next((form for form in self.forms if ref in form.aliases), None)

    def with_form(self, form: Form) -> AppDocuments:
        """The same app where `form` stands in place of its earlier version, or is added."""
        if any(one.id == form.id for one in self.forms):
            return replace(self, forms=tuple(form if one.id == form.id else one for one in self.forms))
        return replace(self, forms=(*self.forms, form))


def ordered_forms(app: App, forms: Iterable[Form]) -> tuple[Form, ...]:
    """The forms in the order of the navigation; those in no group come last."""
    order = {
        form_id: place for place, form_id in enumerate(one for group in app.groups for one in group.forms)
    }
    return tuple(sorted(forms, key=lambda form: (order.get(form.id, len(order)), form.key)))


def read_app(document: Mapping[str, Any]) -> App:
    return App(
        id=document["id"],
        key=document["key"],
        labels=dict(document["labels"]),
        icon=document.get("icon", "apps"),
        color=document.get("color", "blue"),
        groups=tuple(
            Group(one["id"], tuple(one["forms"]), dict(one.get("labels", {})))
            for one in document.get("groups", ())
        ),
        description=dict(document.get("description", {})),
        aliases=tuple(document.get("aliases", ())),
    )


def write_app(app: App) -> dict[str, Any]:
    document: dict[str, Any] = {
        "kind": "app",
        "id": app.id,
        "key": app.key,
        "labels": ordered_labels(app.labels),
        "icon": app.icon,
        "color": app.color,
    }
    if app.description:
        document["description"] = ordered_labels(app.description)
    if app.aliases:
        document["aliases"] = list(app.aliases)
    document["groups"] = [_write_group(group) for group in app.groups]
    return document


def _write_group(group: Group) -> dict[str, Any]:
    words: dict[str, Any] = {"id": group.id}
    if group.labels:
        words["labels"] = ordered_labels(group.labels)
    words["forms"] = list(group.forms)
    return words

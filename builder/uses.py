"""Who uses a field, an option or a form: every place of an app that names it.

In: ids and the app's documents. Out: `uses_of` → `Use`s with their labels and places. Used by impact
analysis and by the designer ("used in 3 places"). Works on broken expressions too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from builder.apps import AppDocuments
from builder.fields.registry import field_type
from builder.forms import Form, Labels
from builder.mentions import mentioned_ids, texts_of_form
from builder.pointers import spots
from builder.views import View

Sort = Literal[
    "formula", "measure", "condition", "default", "rule", "rule_place", "title", "link", "rollup",
    "view_column", "view_filter", "view_sort",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """`used` is the id; `user` the labels of the field, rule or view that uses it, in form `form`."""

    used: str
    sort: Sort
    user: Labels
    user_id: str
    form: Labels
    where: str  # "form:customer/properties/total/x-config/expression", "view:recent/columns"


def uses_of(ids: Collection[str], documents: AppDocuments) -> tuple[Use, ...]:
    """Every use of any of `ids`, a field's own expressions about itself included."""
    wanted = frozenset(ids)
    found = [use for form in documents.forms for use in _in_form(form, wanted)]
    forms = {form.id: form for form in documents.forms}
    for view in documents.views:
        holder = forms.get(view.form)
        found += _in_view(view, holder.labels if holder else {}, wanted)
    return tuple(found)


def _in_form(form: Form, wanted: frozenset[str]) -> Iterator[Use]:
    base = f"form:{form.key}"
    for text in texts_of_form(form):
        user, user_id = (text.field.labels, text.field.id) if text.field else ({}, "")
        sort: Sort = text.role
        if text.field is None:
            rule = form.rules[int(text.path.split("/")[2])]
            user, user_id, sort = rule.message, rule.id, "rule"
        for used in sorted(mentioned_ids(text.text) & wanted):
            yield Use(used, sort, user, user_id, form.labels, base + text.path)
    if form.title in wanted and form.title:
        yield Use(form.title, "title", form.labels, form.id, form.labels, f"{base}/x-title")
    for place, rule in enumerate(form.rules):
        if rule.field and rule.field in wanted:
            where = f"{base}/x-rules/{place}/field"
            yield Use(rule.field, "rule_place", rule.message, rule.id, form.labels, where)
    yield from _in_settings(form, wanted)


def _in_settings(form: Form, wanted: frozenset[str]) -> Iterator[Use]:
    """Links and roll-ups name a form, roll-ups also the link that leads back."""
    for spot in spots(form):
        kind_of = field_type(spot.field)
        for setting in (kind_of.form_setting, kind_of.field_setting):
            used = spot.field.config.get(setting) if setting else None
            if setting and used in wanted:
                where = f"form:{form.key}{spot.at('x-config', setting)}"
                sort: Sort = "rollup" if kind_of.is_computed else "link"
                yield Use(str(used), sort, spot.field.labels, spot.field.id, form.labels, where)


def _in_view(view: View, form: Labels, wanted: frozenset[str]) -> Iterator[Use]:
    base = f"view:{view.key}"
    for used in view.columns:
        if used in wanted:
            yield Use(used, "view_column", view.labels, view.id, form, f"{base}/columns")
    for used in sorted(mentioned_ids(view.filter or "") & wanted):
        yield Use(used, "view_filter", view.labels, view.id, form, f"{base}/filter")
    for used, _ in view.sort:
        if used in wanted:
            yield Use(used, "view_sort", view.labels, view.id, form, f"{base}/sort")

"""What publishing a form would mean for people, other definitions and programs: the bill.

In: the published form (None: new), the draft, and the app's published documents. Out: `Impact`: items
of three levels, each a code with parameters (labels are maps by language; worded in `app/errors.py`)
and the place. Called by `runtime.drafts`. "breaks" must be settled before publishing. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from builder.apps import AppDocuments
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.pointers import Spot, removed_spots, spots
from builder.uses import Use, uses_of

Level = Literal["breaks", "warns", "safe"]
# What happens to a user when what it uses goes: it gives no value any more, or merely shows less.
_LEVELS: Mapping[str, Level] = {"view_column": "warns", "view_sort": "warns", "rule_place": "warns"}


@dataclass(frozen=True, slots=True)
class ImpactItem:
    """`where` is a place as in `builder.uses`; `element` the id of what it is about."""

    level: Level
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    where: str = ""
    element: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    items: tuple[ImpactItem, ...] = ()

    def of(self, level: Level) -> tuple[ImpactItem, ...]:
        return tuple(one for one in self.items if one.level == level)

    @property
    def breaks(self) -> tuple[ImpactItem, ...]:
        return self.of("breaks")


def impact_of(before: Form | None, after: Form, app: AppDocuments) -> Impact:
    """Everything that changes when `after` takes the place of `before`."""
    if before is None:
        return Impact(
            (ImpactItem("safe", "impact.form_added", {"label": after.labels}, f"form:{after.key}"),)
        )
    documents = app.with_form(after)
    found = [
        *_form_settings(before, after),
        *_gone_fields(before, after, documents),
        *_new_fields(before, after),
        *_kept_fields(before, after, documents),
        *_rules(before, after),
    ]
    order = {"breaks": 0, "warns": 1, "safe": 2}
    return Impact(tuple(sorted(found, key=lambda one: order[one.level])))


def _form_settings(before: Form, after: Form) -> Iterator[ImpactItem]:
    where = f"form:{after.key}"

    def item(level: Level, code: str, **params: object) -> ImpactItem:
        return ImpactItem(level, code, {"label": after.labels, **params}, where, after.id)

    if before.key != after.key:
        yield item("warns", "impact.form_key_renamed", old=before.key, new=after.key)
    for alias in {before.key, *before.aliases} - {after.key, *after.aliases}:
        yield item("warns", "impact.form_key_retired", old=alias)
    if before.labels != after.labels:
        yield item("safe", "impact.form_renamed", old=before.labels)
    if before.member_scope != after.member_scope:
        code = "impact.scope_narrowed" if after.member_scope == "own" else "impact.scope_widened"
        yield item("warns", code)
    if before.is_single != after.is_single:
        yield item("warns", "impact.single_changed")


def _by_id(form: Form) -> dict[str, Spot]:
    return {spot.field.id: spot for spot in spots(form)}


def _gone_fields(before: Form, after: Form, documents: AppDocuments) -> Iterator[ImpactItem]:
    """Removed fields, and whoever still refers to them or to their options and columns."""
    now = _by_id(after)
    gone = {spot.field.id: spot for spot in spots(before) if spot.field.id not in now}
    kept = {spot.field.id for spot in removed_spots(after)}
    kept |= {column.id for one in after.removed if one.subform for column in one.subform.fields}
    names = {key: spot.field for key, spot in gone.items()}
    names.update({option.id: spot.field for spot in gone.values() for option in spot.field.options})
    for use in uses_of(names, documents):
        yield _used(use, names[use.used], "impact.still_used")
    for key, spot in gone.items():
        if spot.within is not None and spot.within.id in gone:
            continue  # goes with its subform
        where = f"form:{after.key}{spot.path}"
        level, code = ("safe", "impact.field_removed") if key in kept else ("breaks", "impact.field_lost")
        yield ImpactItem(level, code, {"label": spot.field.labels}, where, key)  # type: ignore[arg-type]


def _used(use: Use, what: Field, code: str) -> ImpactItem:
    params = {"label": what.labels, "user": use.user, "form": use.form, "sort": use.sort}
    return ImpactItem(_LEVELS.get(use.sort, "breaks"), code, params, use.where, use.used)


def _new_fields(before: Form, after: Form) -> Iterator[ImpactItem]:
    then = _by_id(before)
    removed = {spot.field.id for spot in removed_spots(before)}
    for spot in spots(after):
        one = spot.field
        if one.id in then or (spot.within is not None and spot.within.id not in then):
            continue
        where, params = f"form:{after.key}{spot.path}", {"label": one.labels}
        code = "impact.field_restored" if one.id in removed else "impact.field_added"
        yield ImpactItem("safe", code, params, where, one.id)
        if one.is_required and one.default is None:
            yield ImpactItem("warns", "impact.required_added", params, where, one.id)


def _kept_fields(before: Form, after: Form, documents: AppDocuments) -> Iterator[ImpactItem]:
    then = _by_id(before)
    for spot in spots(after):
        old = then.get(spot.field.id)
        if old is not None and (old.field != spot.field or old.within != spot.within):
            yield from _changed(old, spot, f"form:{after.key}{spot.path}", documents)


def _changed(old: Spot, new: Spot, where: str, documents: AppDocuments) -> Iterator[ImpactItem]:
    was, one = old.field, new.field

    def item(level: Level, code: str, **params: object) -> ImpactItem:
        return ImpactItem(level, f"impact.{code}", {"label": one.labels, **params}, where, one.id)

    if was.type != one.type:
        yield item("breaks", "type_changed", old=was.type, new=one.type)
        return
    if (old.within.id if old.within else None) != (new.within.id if new.within else None):
        yield item("breaks", "moved_across")
    if was.key != one.key:
        yield item("warns", "key_renamed", old=was.key, new=one.key)
    for alias in {was.key, *was.aliases} - {one.key, *one.aliases}:
        yield item("warns", "key_retired", old=alias)
    if was.labels != one.labels:
        yield item("safe", "renamed", old=was.labels)
    if one.is_required and not was.is_required:
        yield item("warns", "required_added")
    if one.is_unique and not was.is_unique:
        yield item("warns", "unique_added")
    if was.config != one.config:
        yield from _settings(was, one, where)
    conditions = ("visible_when", "required_when", "readonly_when", "default")
    if any(getattr(was, name) != getattr(one, name) for name in conditions):
        yield item("safe", "conditions_changed")
    yield from _options(was, one, where, documents)


def _settings(was: Field, one: Field, where: str) -> Iterator[ImpactItem]:
    params: dict[str, object] = {"label": one.labels}
    if field_type(one).expressions():
        yield ImpactItem("safe", "impact.recomputed", params, where, one.id)
        return
    names = sorted(
        name for name in {*was.config, *one.config} if was.config.get(name) != one.config.get(name)
    )
    yield ImpactItem("safe", "impact.settings_changed", {**params, "settings": tuple(names)}, where, one.id)


def _options(was: Field, one: Field, where: str, documents: AppDocuments) -> Iterator[ImpactItem]:
    """Options retired (records keep them), lost (they must not be), or used where they are gone."""
    now = {option.id: option for option in one.options}
    lost = [option for option in was.options if option.id not in now]
    for option in lost:
        params = {"label": one.labels, "option": option.labels}
        yield ImpactItem("breaks", "impact.option_lost", params, where, one.id)
    for use in uses_of({option.id for option in lost}, documents):
        yield _used(use, one, "impact.option_still_used")
    for option in was.options:
        found = now.get(option.id)
        if found is not None and found.is_retired and not option.is_retired:
            params = {"label": one.labels, "option": option.labels}
            yield ImpactItem("warns", "impact.option_retired", params, where, one.id)
        if found is not None and found.key != option.key:
            renamed = {"label": one.labels, "old": option.key, "new": found.key}
            yield ImpactItem("warns", "impact.option_key_renamed", renamed, where, one.id)


def _rules(before: Form, after: Form) -> Iterator[ImpactItem]:
    """A new or other validation refuses what was accepted; records that break it stay until edited."""
    then = {rule.id: rule for rule in before.rules}
    now = {rule.id: rule for rule in after.rules}
    for place, rule in enumerate(after.rules):
        old = then.get(rule.id)
        where, params = f"form:{after.key}/x-rules/{place}", {"message": rule.message}
        if old is None:
            yield ImpactItem("warns", "impact.rule_added", params, where, rule.id)
        elif old.refuse_when != rule.refuse_when:
            yield ImpactItem("warns", "impact.rule_changed", params, where, rule.id)
    for rule_id, rule in then.items():
        if rule_id not in now:
            yield ImpactItem(
                "safe", "impact.rule_removed", {"message": rule.message}, f"form:{after.key}", rule_id
            )

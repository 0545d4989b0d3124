"""The difference between two versions of a form, as what must exist to store its records.

In: the form before (None: new) and after. Out: `SchemaPlan`: tables and columns to create, what came
back, what is set aside, indexes wanted, computed columns to fill. Additive only: nothing is ever
dropped or renamed. Pure data; the storage floor carries it out, the publish page shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from builder.fields.registry import field_type
from builder.forms import Field, Form

Container = str | None  # None: the form's own table; else the field id of a subform


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table to create: of the form, of a subform's lines, of the values of a field with several."""

    kind: Literal["form", "subform", "values"]
    owner: str  # the form's id, or the field's
    within: Container = None  # values of a subform's column


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    field: Field
    within: Container = None


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """`reason` "link", "unique", "title": what it is for."""

    field: str
    reason: Literal["link", "unique", "title"]
    within: Container = None

    @property
    def is_unique(self) -> bool:
        return self.reason == "unique"


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    tables: tuple[TablePlan, ...] = ()
    columns: tuple[ColumnPlan, ...] = ()
    restored: tuple[ColumnPlan, ...] = ()  # their columns and values are there from before
    removed: tuple[ColumnPlan, ...] = ()  # set aside: nothing happens to their columns
    indexes: tuple[IndexPlan, ...] = ()
    fills: tuple[ColumnPlan, ...] = ()  # stored computed columns whose values must be made anew

    @property
    def is_empty(self) -> bool:
        return not (
            self.tables or self.columns or self.restored or self.removed or self.indexes or self.fills
        )


def difference(before: Form | None, after: Form) -> SchemaPlan:
    """What `after` needs that `before` did not have."""
    old = _stored(before) if before else {}
    old_removed = {(one.within, one.field.id) for one in _removed(before)} if before else set()
    new = _stored(after)
    added = {key: one for key, one in new.items() if key not in old}
    came_back = {key: one for key, one in added.items() if key in old_removed}
    fresh = {key: one for key, one in added.items() if key not in old_removed}
    wanted = dict.fromkeys(_indexes(after))
    had = set(_indexes(before)) if before else set()
    return SchemaPlan(
        tables=tuple(_tables(before, after, fresh.values())),
        columns=tuple(one for one in fresh.values() if field_type(one.field).storage == "column"),
        restored=tuple(came_back.values()),
        removed=tuple(one for key, one in old.items() if key not in new),
        indexes=tuple(one for one in wanted if one not in had),
        fills=tuple(one for key, one in new.items() if _must_fill(old.get(key), one)),
    )


def is_stored(one: Field) -> bool:
    """Whether the field has a column or table: all but computed ones that are live."""
    return one.config.get("today") != "live" and field_type(one).storage != "none"


def _containers(form: Form) -> Iterator[tuple[Container, Form]]:
    yield None, form
    for one in form.fields:
        if one.subform is not None:
            yield one.id, one.subform


def _stored(form: Form) -> dict[tuple[Container, str], ColumnPlan]:
    return {
        (within, one.id): ColumnPlan(one, within)
        for within, holder in _containers(form)
        for one in holder.fields
        if is_stored(one)
    }


def _removed(form: Form) -> Iterator[ColumnPlan]:
    for within, holder in _containers(form):
        for one in holder.removed:
            yield ColumnPlan(one, within)
            for column in one.subform.fields if one.subform else ():
                yield ColumnPlan(column, one.id)


def _tables(before: Form | None, after: Form, fresh: Iterable[ColumnPlan]) -> Iterator[TablePlan]:
    if before is None:
        yield TablePlan("form", after.id)
    for one in fresh:
        storage = field_type(one.field).storage
        if storage == "lines":
            yield TablePlan("subform", one.field.id)
        elif storage == "values":
            yield TablePlan("values", one.field.id, one.within)


def _indexes(form: Form) -> Iterator[IndexPlan]:
    for within, holder in _containers(form):
        for one in holder.fields:
            kind_of = field_type(one)
            if kind_of.form_setting is not None and not kind_of.is_computed:
                yield IndexPlan(one.id, "link", within)
            if one.is_unique:
                yield IndexPlan(one.id, "unique", within)
            if within is None and one.id == form.title and is_stored(one):
                yield IndexPlan(one.id, "title")


def _must_fill(before: ColumnPlan | None, after: ColumnPlan) -> bool:
    """A stored formula or roll-up that is new, or that means something else than before."""
    if not field_type(after.field).expressions():
        return False
    return before is None or before.field.config != after.field.config

"""Live values: fields without a column to be trusted, computed by the database where they are read.

In: a unit of work and a form. Out: the `Shelf` that translation works with; which fields are untrusted now
(live ones, columns still filling, daily ones that are late); their values. Called by `runtime.rows` and
`runtime.queries`. A daily field is trusted only when it was computed for today, so that moving past
midnight never shows yesterday's figure (docs/decisions, "Today-dependent fields").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from builder.compute import CLOCK_FUNCTIONS, ComputedField, RollUp
from builder.reads import functions_of
from expressions.nodes import Field as FieldNode
from runtime import evaluation
from runtime.parameters import LANGUAGE, Settings
from runtime.store import live_rows
from runtime.store.scopes import AnyScope, SystemScope
from runtime.store.translation.environment import SqlEnv
from runtime.store.translation.sources import PlanShelf

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.platform import Work

Row = dict[str, Any]
LINKED = SystemScope("linked")
SETTING = "setting"


class Surroundings:
    """What one unit of work knows of an app while its definitions and column states stand as they are."""

    def __init__(self, work: Work, app: AppVersion) -> None:
        self.work = work
        self.app = app
        self.shelf = PlanShelf(
            {form.id: form.tables for form in app.forms},
            {form.id: form.plan for form in app.forms},
            lambda table, field: (table, field) not in self.unready,
        )

    @cached_property
    def unready(self) -> frozenset[tuple[str, str]]:
        """The stored computed cells that are filling, or late."""
        states, today = self.app.columns, self.work.today.toordinal()
        fresh = {(number, field) for number, field, day in states.days if day >= today}
        return frozenset(
            one.cell
            for form in self.app.forms
            for one in form.plan.computed
            if one.is_stored and _is_untrusted(one, form, states.filling, fresh)
        )

    @cached_property
    def environment(self) -> SqlEnv:
        """The same instant, settings and language as in Python."""
        work = self.work
        return SqlEnv(
            now=work.now,
            today=work.today,
            zone=work.workspace.zone,
            dialect=work.platform.database.dialect,
            settings=Settings(work, self.app),
            actor_member=work.actor.member_id,
            language=LANGUAGE,
        )


def surroundings(work: Work, app: AppVersion) -> Surroundings:
    """Kept for the unit of work; an app published meanwhile is another object and has its own."""
    known: dict[int, Surroundings] = work.memory.setdefault("surroundings", {})
    found = known.get(id(app))
    if found is None:
        found = known[id(app)] = Surroundings(work, app)
    return found


def shelf(work: Work, app: AppVersion) -> PlanShelf:
    """The app's tables and definitions, as the columns stand today."""
    return surroundings(work, app).shelf


def environment(work: Work, form: FormHandle) -> SqlEnv:
    """The surroundings of translation."""
    return surroundings(work, form.app).environment


def _is_untrusted(
    one: ComputedField,
    form: FormHandle,
    filling: Collection[tuple[int, str]],
    fresh: Collection[tuple[int, str]],
) -> bool:
    number = form.tables.number if one.table == form.id else form.tables.lines[one.table].number
    column = (number, one.id)
    return column in filling or (one.needs_today and column not in fresh)


def untrusted(work: Work, form: FormHandle, fields: Collection[str]) -> list[ComputedField]:
    """Of these fields of the form, those whose column holds nothing to trust."""
    unready = surroundings(work, form.app).unready
    return [
        one
        for one in form.plan.computed
        if one.table == form.id and one.id in fields and (not one.is_stored or one.cell in unready)
    ]


def node_of(form: FormHandle, one: ComputedField) -> FieldNode:
    """The field as an expression: the translation finds its definition through the shelf."""
    return FieldNode(form.id, one.id, one.kind, (0, 0))


def values_of(
    work: Work,
    form: FormHandle,
    ids: Collection[int],
    fields: Sequence[ComputedField],
    scope: AnyScope = LINKED,
) -> dict[int, dict[str, Any]]:
    """The values of untrusted fields of these records: one statement."""
    nodes = {one.id: node_of(form, one) for one in fields}
    found = live_rows.values_of_records(
        work.connection,
        shelf(work, form.app),
        form.id,
        ids,
        nodes,
        environment(work, form),
        scope=scope,
        memory=form.app.memory,
        key=statement_key(work, form, "values", fields),
    )
    kinds = {one.id: one.kind for one in fields}
    return {
        record_id: {key: evaluation.storable(kinds[key], value) for key, value in row.items()}
        for record_id, row in found.items()
    }


def statement_key(
    work: Work, form: FormHandle, purpose: str, fields: Sequence[ComputedField]
) -> tuple[Any, ...] | None:
    """What a translated statement of these fields depends on; None when it must be built each time: it
    holds the instant, the definitions of columns that are not ready, or settings without a plain value.
    Its first half names the statement, its second what was put into it."""
    needs = frozenset(need for one in fields for need in needs_of(form.app, one))
    if "now" in needs or not needs.isdisjoint(surroundings(work, form.app).unready):
        return None
    day = work.today if "today" in needs else None
    settings = environment(work, form).settings
    read = sorted(need[1:] for need in needs if isinstance(need, tuple) and need[0] == SETTING)
    values = tuple(settings[form_id].get(name) if form_id in settings else None for form_id, name in read)
    if any(isinstance(value, tuple) for value in values):
        return None
    return (purpose, form.id, tuple(one.id for one in fields)), (day, work.workspace.zone, values)


def needs_of(app: AppVersion, one: ComputedField) -> frozenset[str | tuple[str, ...]]:
    """What a computed field's SQL holds: "today", "now", settings as (SETTING, form, field), and the stored
    computed cells; those of the live fields that it reads as well."""
    key = ("needs", one.cell)
    found: frozenset[str | tuple[str, ...]] | None = app.memory.get(key)
    if found is None:
        found = app.memory[key] = frozenset(_needs(app, one))
    return found


def _needs(app: AppVersion, one: ComputedField) -> Iterator[str | tuple[str, ...]]:
    clauses = [one.clause, *([one.where] if isinstance(one, RollUp) and one.where is not None else [])]
    for clause in clauses:
        volatile = functions_of(clause.node) & CLOCK_FUNCTIONS
        yield from ("today" if name == "TODAY" else "now" for name in volatile)
        for read in clause.reads:
            if read.is_everywhere:
                yield (SETTING, read.table, read.field)
                continue
            owner = app.world.get(read.table).parent or read.table
            inner = app.form(owner).plan.by_cell.get((read.table, read.field))
            if inner is not None and inner.is_stored:
                yield inner.cell
            elif inner is not None:
                yield from needs_of(app, inner)


def is_trusted(work: Work, form: FormHandle, one: ComputedField) -> bool:
    return one.is_stored and one.cell not in surroundings(work, form.app).unready


def as_read(form: FormHandle, row: Row) -> Row:
    """Values of live fields as their columns would keep them."""
    for one in form.plan.computed:
        if one.table == form.id and one.id in row:
            row[one.id] = evaluation.storable(one.kind, row[one.id])
    return row


def all_fields(form: FormHandle) -> frozenset[str]:
    return frozenset(one.id for one in form.form.fields)


def only_known(form: FormHandle, fields: Iterable[str]) -> frozenset[str]:
    return all_fields(form) & frozenset(fields)

"""Form plans: everything of a form that expressions decide, checked, ordered and ready to run.

In: the published forms of one app. Out: `FormPlan` per form (computed fields in topological order
with their mode, roll-ups, rules, the linked rows that evaluation needs) sharing one
`DependencyGraph`; or the problems, a loop named by its labels. Called by `builder.impact`,
`builder.definitions` and `runtime.catalogue`; read by records, recompute and queries. Pure.

Modes: "stored" is kept right by writing; "live" depends on today and is computed in every query;
"daily" depends on today, is stored, and computed again at the workspace's midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from builder.dependencies import Cell, DependencyGraph, build_graph
from builder.fields.base import Role
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.plans import Clause, ComputedField, FieldPlan, FormPlan, Mode, RollUp, RulePlan
from builder.problems import Problem
from builder.reads import (
    EXISTENCE,
    Hop,
    Place,
    Read,
    functions_of,
    line_place,
    reads_of,
    record_place,
    source_place,
)
from builder.world import build_world
from expressions import check
from expressions.functions import REGISTRY
from expressions.kinds import BOOL, Kind
from expressions.nodes import Aggregate, Call, Const, Node
from expressions.world import World

__all__ = [
    "CLOCK_FUNCTIONS",
    "Clause",
    "ComputedField",
    "FieldPlan",
    "FormPlan",
    "Mode",
    "RollUp",
    "RulePlan",
    "build_plans",
]

TODAY_MODES: tuple[Mode, ...] = ("live", "daily")
CLOCK_FUNCTIONS = frozenset(name for name, one in REGISTRY.items() if one.is_volatile)
LANGUAGES = ("zh-CN", "zh-TW", "en")


def build_plans(forms: Iterable[Form]) -> Mapping[str, FormPlan] | tuple[Problem, ...]:
    """The plans of all forms of one app by form id; or what is wrong, a loop named by its labels."""
    every = tuple(forms)
    reading = _Reading(every, build_world(every))
    drafts = [draft for form in every for draft in reading.computed_of(form)]
    fields = {form.id: reading.field_plans(form, form.id) for form in every}
    columns = {form.id: reading.columns_of(form) for form in every}
    rules = {form.id: reading.rules_of(form) for form in every}
    if reading.problems:
        return tuple(reading.problems)
    graph = build_graph({one.cell: _all_reads(one) for one in drafts})
    if not isinstance(graph, DependencyGraph):
        return (_loop_problem(graph, every),)
    ordered = _with_modes(drafts, graph)
    return {
        form.id: FormPlan(
            form,
            tuple(one for one in ordered if one.form == form.id),
            fields[form.id],
            columns[form.id],
            rules[form.id],
            graph,
            reading.world,
        )
        for form in every
    }


def _all_reads(one: ComputedField) -> frozenset[Read]:
    """What a computed field reads, with the coming and going of a roll-up's records."""
    reads = set(one.clause.reads)
    if isinstance(one, RollUp):
        hops = (Hop("host", one.source, one.link),) if one.link else ()
        reads |= one.where.reads if one.where else set()
        reads.add(Read(one.source_form, EXISTENCE, hops, is_everywhere=not hops))
        if one.link:
            reads.add(Read(one.source, one.link, hops))
        if one.source != one.source_form:
            reads.add(Read(one.source_form, one.source, hops, is_everywhere=not hops))
    return frozenset(reads)


def _with_modes(drafts: Iterable[ComputedField], graph: DependencyGraph) -> tuple[ComputedField, ...]:
    """The computed fields in the graph's order, their today-dependence carried along it."""
    by_cell = {one.cell: one for one in drafts}
    done: dict[Cell, ComputedField] = {}
    for cell in graph.order:
        one = by_cell[cell]
        read = [done[source] for source in _cells(one) if source in done]
        is_clocked = _is_clocked(one) or any(above.mode == "live" for above in read)
        chosen = one.field.config.get("today")
        mode: Mode = (chosen if chosen in TODAY_MODES else "live") if is_clocked else "stored"
        follows = mode != "live" and any(above.needs_today for above in read)
        done[cell] = replace(one, mode=mode, follows_daily=follows)
    return tuple(done.values())


def _cells(one: ComputedField) -> Iterable[Cell]:
    return ((read.table, read.field) for read in _all_reads(one))


def _is_clocked(one: ComputedField) -> bool:
    names = functions_of(one.clause.node)
    if isinstance(one, RollUp) and one.where is not None:
        names |= functions_of(one.where.node)
    return bool(names & CLOCK_FUNCTIONS)


def _loop_problem(loop: tuple[Cell, ...], forms: tuple[Form, ...]) -> Problem:
    """ "These formulas wait for one another: Customer · Total → Order · Share → Customer · Total"."""
    names: dict[Cell, tuple[Form, Field]] = {}
    for form in forms:
        for one in form.fields:
            names[(form.id, one.id)] = (form, one)
            for column in one.subform.fields if one.subform else ():
                names[(one.id, column.id)] = (form, column)
    text = {
        language: " → ".join(
            f"{names[cell][0].label(language)} · {names[cell][1].label(language)}" for cell in loop
        )
        for language in LANGUAGES
    }
    form, culprit = names[loop[0]]
    return Problem("formula.loop", {"loop": text}, field=f"{form.key}.{culprit.key}")


class _Reading:
    """Checks every expression of the forms against one world, gathering what is wrong."""

    def __init__(self, forms: tuple[Form, ...], world: World) -> None:
        self.world = world
        self.forms = {form.id: form for form in forms}
        self.problems: list[Problem] = []

    def computed_of(self, form: Form) -> list[ComputedField]:
        found = [self._computed(form, form.id, one) for one in form.fields]
        for one in form.fields:
            if one.subform is not None:
                found += [self._computed(form, one.id, column) for column in one.subform.fields]
        return [one for one in found if one is not None]

    def _computed(self, form: Form, table: str, one: Field) -> ComputedField | None:
        kind_of = field_type(one)
        if not kind_of.is_computed or ("expression" not in one.config and "measure" not in one.config):
            return None
        if "measure" in one.config:
            return self._roll_up(form, one, kind_of.kind())
        place = record_place(form.id) if table == form.id else line_place(form.id, table)
        clause = self._clause(one.config["expression"], place, form, one)
        if clause is None:
            return None
        kind = kind_of.kind()
        return ComputedField(form.id, table, one, kind, "stored", fitted(clause, kind))

    def _roll_up(self, form: Form, one: Field, kind: Kind) -> RollUp | None:
        source, link = one.config["form"], one.config.get("link")
        info = self.world.forms.get(source)
        if info is None:
            self.problems.append(Problem("rollup.form_missing", {}, f"{form.key}.{one.key}"))
            return None
        place = source_place(form.id, source, link)
        measure = self._clause(one.config["measure"], place, form, one, role="measure")
        where = self._clause(one.config.get("where"), place, form, one, role="condition")
        if measure is None:
            return None
        measure = fitted(measure, kind)
        empty = Clause(over_no_rows(measure.node), frozenset())
        return RollUp(
            form.id, form.id, one, kind, "stored", measure,
            source=source, source_form=info.parent or source, link=link, where=where, empty=empty,
        )  # fmt: skip

    def field_plans(self, form: Form, table: str, only: Form | None = None) -> tuple[FieldPlan, ...]:
        place = record_place(form.id) if table == form.id else line_place(form.id, table)
        return tuple(
            FieldPlan(
                one,
                field_type(one),
                self._clause(one.default, place, form, one, role="default"),
                self._clause(one.visible_when, place, form, one, role="condition"),
                self._clause(one.required_when, place, form, one, role="condition"),
                self._clause(one.readonly_when, place, form, one, role="condition"),
            )
            for one in (only or form).fields
        )

    def columns_of(self, form: Form) -> Mapping[str, tuple[FieldPlan, ...]]:
        return {
            one.id: self.field_plans(form, one.id, one.subform)
            for one in form.fields
            if one.subform is not None
        }

    def rules_of(self, form: Form) -> tuple[RulePlan, ...]:
        found = []
        for rule in form.rules:
            clause = self._clause(rule.refuse_when, record_place(form.id), form, None, role="condition")
            if clause is not None:
                found.append(RulePlan(rule, clause))
        return tuple(found)

    def _clause(
        self, text: str | None, place: Place, form: Form, one: Field | None, role: Role = "formula"
    ) -> Clause | None:
        if not text:
            return None
        host = place.parent.table if place.parent is not None else None
        is_roll_up = place.hops != () or (host is not None and self.world.get(place.table).parent != host)
        checked = check(
            text,
            self.world,
            place.table,
            expect=BOOL if role == "condition" else None,
            role=role,
            parent_form=host if is_roll_up else None,
        )
        where = f"{form.key}.{one.key}" if one is not None else form.key
        for problem in checked.problems:
            params = {**problem.params, "expression": text}
            self.problems.append(Problem(f"expression.{problem.code}", params, where, problem.span))
        if checked.node is None or checked.problems:
            return None
        return Clause(checked.node, reads_of(checked.node, place))


def fitted(clause: Clause, kind: Kind) -> Clause:
    """The clause rounded to what its column holds, so that stored and live values are the same."""
    node = clause.node
    if not (kind.is_number and node.kind.is_number and node.kind.scale > kind.scale):
        return clause
    span = node.span
    places = Const(kind.scale, Kind("number", digits=2, scale=0), span)
    return Clause(Call("ROUND", (node, places), kind, span), clause.reads)


def over_no_rows(measure: Node) -> Node:
    """A roll-up's measure where there is nothing to measure: counts and sums are 0, the rest blank."""
    if isinstance(measure, Aggregate):
        return Const(0 if measure.function in ZERO_WHEN_EMPTY else None, measure.kind, measure.span)
    if isinstance(measure, Call):
        return replace(measure, arguments=tuple(over_no_rows(one) for one in measure.arguments))
    return measure


ZERO_WHEN_EMPTY = frozenset({"COUNT", "COUNTA", "COUNTBLANK", "COUNTDISTINCT", "SUM"})

"""Plans: what of a form is decided by expressions, as values.

In: nothing; made by `builder.compute`, which describes the modes. Out: `Clause`, `ComputedField`, `RollUp`,
`FieldPlan`, `FormPlan`. Read by everything in runtime that computes, validates or queries. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from builder.dependencies import Cell, DependencyGraph
from builder.fields.base import FieldType
from builder.forms import Field, Form, Rule
from builder.linked import LinkedRows, linked_rows
from builder.reads import Read
from expressions import compile_expression
from expressions.kinds import NULL, Kind
from expressions.nodes import Const, Node
from expressions.world import World

Mode = Literal["stored", "live", "daily"]


@dataclass(frozen=True)
class Clause:
    """One checked expression: what it means, what it reads, and (on first use) how it runs."""

    node: Node
    reads: frozenset[Read]

    @cached_property
    def compiled(self):  # type: ignore[no-untyped-def]  # Compiled is private to expressions
        return compile_expression(self.node)


NOTHING = Clause(Const(None, NULL, (0, 0)), frozenset())


@dataclass(frozen=True)
class ComputedField:
    """A formula of `table` (a form or a subform) of the form `form`; a `RollUp` is one as well."""

    form: str
    table: str
    field: Field
    kind: Kind
    mode: Mode
    clause: Clause
    follows_daily: bool = False  # stored, but only as fresh as a daily field it reads

    @cached_property
    def id(self) -> str:
        return self.field.id

    @cached_property
    def cell(self) -> Cell:
        return (self.table, self.field.id)

    @cached_property
    def own_cells(self) -> frozenset[Cell]:
        """The cells of the same record that it reads."""
        reads = self.clause.reads
        return frozenset((one.table, one.field) for one in reads if not (one.hops or one.is_everywhere))

    @cached_property
    def is_stored(self) -> bool:
        """Whether a column holds its value (which may still be filling, or late)."""
        return self.mode != "live"

    @property
    def needs_today(self) -> bool:
        return self.mode == "daily" or self.follows_daily


@dataclass(frozen=True)
class RollUp(ComputedField):
    """`clause` is the measure over the live records of `source` whose `link` points to the host.

    `source` is a form, or a subform (then `source_form` contains it). Without `link` the measure is
    over all records of the source, told apart by the condition alone."""

    source: str = ""
    source_form: str = ""
    link: str | None = None
    where: Clause | None = None
    empty: Clause = NOTHING  # the measure over no rows


@dataclass(frozen=True)
class FieldPlan:
    """What expressions decide about one field that people fill."""

    field: Field
    type: FieldType
    default: Clause | None = None
    visible_when: Clause | None = None
    required_when: Clause | None = None
    readonly_when: Clause | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        found = (self.default, self.visible_when, self.required_when, self.readonly_when)
        return tuple(one for one in found if one is not None)


@dataclass(frozen=True)
class RulePlan:
    rule: Rule
    clause: Clause


@dataclass(frozen=True)
class FormPlan:
    """Everything of one form that expressions decide."""

    form: Form
    computed: tuple[ComputedField, ...]  # topological; columns of subforms and roll-ups among them
    fields: tuple[FieldPlan, ...]  # all fields of the form, in its order
    columns: Mapping[str, tuple[FieldPlan, ...]]  # by subform
    rules: tuple[RulePlan, ...]
    graph: DependencyGraph
    world: World
    by_cell: Mapping[Cell, ComputedField] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_cell", {one.cell: one for one in self.computed})

    def find(self, field_id: str) -> ComputedField | None:
        """The computed field of the form itself (not of a subform)."""
        return self.by_cell.get((self.form.id, field_id))

    @cached_property
    def roll_ups(self) -> tuple[RollUp, ...]:
        return tuple(one for one in self.computed if isinstance(one, RollUp))

    @cached_property
    def formulas(self) -> tuple[ComputedField, ...]:
        return tuple(one for one in self.computed if not isinstance(one, RollUp))

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The rules and defaults of all fields, and the validations."""
        plans = (*self.fields, *(one for columns in self.columns.values() for one in columns))
        return (*(c for plan in plans for c in plan.clauses), *(one.clause for one in self.rules))

    @cached_property
    def needed_live(self) -> frozenset[Cell]:
        """Live cells of this form that writing a record must know: daily fields or rules read them."""
        return self._closure((*self.clauses, *(one.clause for one in self.formulas if one.mode == "daily")))

    def _closure(self, clauses: Iterable[Clause]) -> frozenset[Cell]:
        found: set[Cell] = set()
        waiting = [read for clause in clauses for read in clause.reads]
        while waiting:
            read = waiting.pop()
            one = self.by_cell.get((read.table, read.field))
            if read.hops or one is None or one.mode != "live" or one.cell in found:
                continue
            found.add(one.cell)
            waiting.extend(one.clause.reads if not isinstance(one, RollUp) else ())
        return frozenset(found)

    @cached_property
    def written(self) -> tuple[ComputedField, ...]:
        """The formulas to evaluate when a record is written, in order."""
        return tuple(one for one in self.formulas if one.is_stored or one.cell in self.needed_live)

    @cached_property
    def linked(self) -> tuple[LinkedRows, ...]:
        """The linked rows that everything evaluated on a record needs, nearest first."""
        clauses = (*self.clauses, *(one.clause for one in self.formulas))
        return linked_rows((read for clause in clauses for read in clause.reads), self.world)

    @cached_property
    def linked_for_formulas(self) -> tuple[LinkedRows, ...]:
        """As `linked`, for the stored formulas alone: what recomputation needs."""
        needed = [one for one in self.formulas if one.is_stored or one.cell in self.needed_live]
        return linked_rows((read for one in needed for read in one.clause.reads), self.world)

    @cached_property
    def links(self) -> tuple[tuple[str, str, str], ...]:
        """The links that people set: (form or subform id, field id, the form it points to)."""
        plans = [(self.form.id, one) for one in self.fields]
        plans += [(table, one) for table, columns in self.columns.items() for one in columns]
        return tuple(
            (table, one.field.id, one.type.kind().form or "")
            for table, one in plans
            if one.type.kind().name == "record" and not one.type.is_computed
        )

    @cached_property
    def settings(self) -> frozenset[str]:
        """The single-record forms whose values evaluation needs (roll-ups included)."""
        clauses = [*self.clauses, *(one.clause for one in self.computed)]
        clauses += [one.where for one in self.roll_ups if one.where is not None]
        return frozenset(r.table for clause in clauses for r in clause.reads if r.is_everywhere)

"""Evaluating a form's expressions on one record in hand, in Python.

In: a `FormPlan`, a row (values by field id; a subform's value a tuple of mutable lines) and an `Env`
with everything that the plan's links need. Out: computed cells written into the row; what is hidden,
required and read-only; the validations that refuse. Called by `runtime.records` and
`runtime.recompute`. Pure: the same row, plan and environment give the same result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from builder.compute import Clause, ComputedField, FieldPlan, FormPlan
from builder.problems import Problem
from expressions import Env, ErrorValue
from expressions.kinds import Kind

Row = dict[str, Any]
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """How the fields of one record stand: by key, subform lines as "lines.2.qty"."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()


def storable(kind: Kind, value: object) -> object:
    """What a computed column keeps of a result: an error, or a number too long for it, is blank."""
    if value is None or isinstance(value, ErrorValue) or value == "":
        return None
    if kind.is_number and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value if abs(value) < 10 ** (kind.digits - kind.scale) else None
    return value


def compute(
    plan: FormPlan, fields: Iterable[ComputedField], row: Row, env: Env, only: Collection[Cell] | None = None
) -> set[Cell]:
    """Evaluates `fields` (in the plan's order) into `row`; answers the cells that changed.

    With `only`, just what these changed or unsettled cells reach within the record."""
    line_env = replace(env, parent=row)
    reached = set(only) if only is not None else None
    changed: set[Cell] = set()
    for one in fields:
        is_reached = reached is None or one.cell in reached or not reached.isdisjoint(one.own_cells)
        if one.is_stored and not is_reached:
            continue  # a live field has no column to be left in: whoever reads it needs it now
        if _evaluate(plan, one, row, env, line_env):
            changed.add(one.cell)
            if reached is not None and is_reached:
                reached.add(one.cell)
    return changed


def _evaluate(plan: FormPlan, one: ComputedField, row: Row, env: Env, line_env: Env) -> bool:
    """One formula: on the record, or on each line of its subform. Whether anything changed."""
    if one.table == plan.form.id:
        return _set(row, one, env)
    found = [_set(line, one, line_env) for line in row.get(one.table) or ()]
    return any(found)


def _set(row: Row, one: ComputedField, env: Env) -> bool:
    value = storable(one.kind, one.clause.compiled.evaluate(row, env))
    if one.id in row and row[one.id] == value:
        return False
    row[one.id] = value
    return True


def holds(clause: Clause | None, row: Mapping[str, Any], env: Env, *, otherwise: bool) -> bool:
    """Whether a condition is true; blank counts as false."""
    if clause is None:
        return otherwise
    return clause.compiled.evaluate(row, env) is True


Places = Mapping[str, Sequence[int]]  # by subform, the place that each line was given at


def numbered(row: Row, subform: str, places: Places) -> Iterable[tuple[int, Row]]:
    """The lines of a subform with the places by which whoever gave them knows them."""
    lines = row.get(subform) or ()
    return zip(places.get(subform) or range(len(lines)), lines, strict=False)


def face_of(plan: FormPlan, row: Row, env: Env, places: Places) -> Face:
    """Which fields are hidden, required and read-only as the record stands."""
    hidden: set[str] = set()
    required: set[str] = set()
    readonly: set[str] = set()
    line_env = replace(env, parent=row)
    for one in plan.fields:
        _place(one, one.field.key, row, env, (hidden, required, readonly))
        for place, line in numbered(row, one.field.id, places) if one.field.id in plan.columns else ():
            for column in plan.columns[one.field.id]:
                key = f"{one.field.key}.{place}.{column.field.key}"
                _place(column, key, line, line_env, (hidden, required, readonly))
    return Face(frozenset(hidden), frozenset(required), frozenset(readonly))


def _place(
    one: FieldPlan, key: str, row: Mapping[str, Any], env: Env, into: tuple[set[str], set[str], set[str]]
) -> None:
    hidden, required, readonly = into
    if not holds(one.visible_when, row, env, otherwise=True):
        hidden.add(key)
        return
    if one.field.is_required or holds(one.required_when, row, env, otherwise=False):
        required.add(key)
    if one.type.is_computed or holds(one.readonly_when, row, env, otherwise=False):
        readonly.add(key)


def missing(plan: FormPlan, row: Row, face: Face, places: Places) -> list[Problem]:
    """Required fields that are blank; never one that is hidden or computed."""
    found = []
    for one in plan.fields:
        key = one.field.key
        if key in face.required and not one.type.is_computed and one.type.is_blank(row.get(one.field.id)):
            found.append(Problem("field.required", {}, key))
        for place, line in numbered(row, one.field.id, places) if one.field.id in plan.columns else ():
            for column in plan.columns[one.field.id]:
                key = f"{one.field.key}.{place}.{column.field.key}"
                is_blank = column.type.is_blank(line.get(column.field.id))
                if key in face.required and is_blank and not column.type.is_computed:
                    found.append(Problem("field.required", {}, key))
    return found


def refused(plan: FormPlan, row: Row, env: Env) -> list[Problem]:
    """The validations that refuse the record, in the words of whoever designed the form."""
    found = []
    for one in plan.rules:
        if holds(one.clause, row, env, otherwise=False):
            field = plan.form.by_id.get(one.rule.field or "")
            key = field.key if field is not None else None
            found.append(Problem("record.rule", {"message": dict(one.rule.message)}, key))
    return found

"""Candidates: records as they would be after a write, with everything that speaks against it.

In: raw values of one or many records. Out: `Candidate`s: the row before, the row after (defaults,
hidden fields and formulas settled) and all problems at once. Called by `runtime.records` to create,
update and preview: one path for a page, the API, an import and live recalculation. Sets, not loops: the
number of statements does not depend on the number of records.

Laws. A hidden field keeps its value when a record is changed and is blank when one is made; what was
given for it is not looked at, and it is never missed. Defaults fill what was not given, only in new
records and new lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.compute import FieldPlan
from builder.dependencies import Cell
from builder.fields.base import ParseContext
from builder.problems import Problem
from builder.reads import Hop
from expressions import Env, ErrorValue
from runtime import access, evaluation, linked, resolution, rows, validation
from runtime.coercion import OWNER, Coerced, coerce, parse_context
from runtime.evaluation import Face
from runtime.recompute import snapshot
from runtime.record_ids import new_record_id, new_record_ids

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]
MOST_ROUNDS = 8  # of fields hiding one another


@dataclass
class Candidate:
    """One record on its way. `row` is what would be stored; `before` what is (None: a new record)."""

    coerced: Coerced
    row: Row
    before: Row | None
    problems: list[Problem] = field(default_factory=list)
    face: Face = field(default_factory=Face)

    @property
    def was(self) -> Row:
        """The row before; nothing in a new record."""
        return self.before if self.before is not None else {}


@dataclass
class Batch:
    """Candidates with the surroundings that they were computed in."""

    work: Work
    form: FormHandle
    candidates: list[Candidate]
    related: linked.Related
    env: Env

    @property
    def good(self) -> list[Candidate]:
        return [one for one in self.candidates if not one.problems]


def new_candidates(
    work: Work,
    form: FormHandle,
    raws: Sequence[Mapping[str, object]],
    context: ParseContext | None = None,
    *,
    ids: Sequence[int] | None = None,
) -> Batch:
    """Records that would be created from `raws`; `ids` are given where they were handed out before."""
    parsed = [coerce(form, raw, parse_context(work, context)) for raw in raws]
    resolution.resolve(work, form, parsed)
    ids = ids or new_record_ids(len(parsed))
    candidates = [
        Candidate(one, _new_row(work, form, one, record_id), None)
        for one, record_id in zip(parsed, ids, strict=True)
    ]
    return _settled(work, form, candidates)


def changed_candidates(
    work: Work,
    form: FormHandle,
    befores: Sequence[Row],
    raws: Sequence[Mapping[str, object]],
    context: ParseContext | None = None,
) -> Batch:
    """Records `befores` as `raws` would change them."""
    parsed = [coerce(form, raw, parse_context(work, context)) for raw in raws]
    resolution.resolve(work, form, parsed)
    candidates = [
        Candidate(one, _changed_row(work, form, one, before), before)
        for one, before in zip(parsed, befores, strict=True)
    ]
    return _settled(work, form, candidates)


def restored_candidates(
    work: Work, form: FormHandle, befores: Sequence[Row], values: Mapping[int, Mapping[str, Any]]
) -> Batch:
    """Records that get strict values back: nothing is parsed, hidden or missed, only what is unique is
    looked at; formulas follow."""
    candidates = []
    for before in befores:
        row = snapshot(form, before) | {"updated_at": work.now, "updated_by": work.actor.member_id}
        for key, value in values[before["id"]].items():
            row[key] = tuple(dict(line) for line in value) if key in form.tables.lines else value
        candidates.append(Candidate(Coerced(), row, before))
    found = [one.row for one in candidates]
    related = linked.gather(work, form, found, form.plan.linked, also=_link_ids(form, candidates))
    env = linked.environment(work, form, related)
    for one in candidates:
        only = changed_cells(form, one.was, one.row)
        evaluation.compute(form.plan, form.plan.written, one.row, env, only=only)
    pairs = [(one.before, one.row) for one in candidates]
    for place, problem in validation.duplicates(work, form, pairs):
        candidates[place].problems.append(problem)
    return Batch(work, form, candidates, related, env)


def _new_row(work: Work, form: FormHandle, coerced: Coerced, record_id: int) -> Row:
    row = blank_row(form)
    member = work.actor.member_id
    row |= {"id": record_id, "version": 1, "created_at": work.now, "updated_at": work.now}
    row |= {"created_by": member, "updated_by": member, OWNER: member, "deleted_at": None}
    row |= coerced.values
    for subform in form.tables.lines:
        row[subform] = tuple(_new_line(form, subform, line) for line in row[subform])
    return row


def blank_row(form: FormHandle) -> Row:
    """A record in which nothing is filled: lists are empty, roll-ups say so."""
    row: Row = {one.id: None for one in form.form.fields}
    row |= dict.fromkeys(form.tables.values, ())
    row |= dict.fromkeys(form.tables.lines, ())
    for one in form.plan.roll_ups:
        value = one.empty.compiled.evaluate({}, _NO_ENV)
        row[one.id] = evaluation.storable(one.kind, value)
    return row


_NO_ENV: Any = None  # the measure over nothing is made of constants


def _new_line(form: FormHandle, subform: str, given: Mapping[str, Any]) -> Row:
    line: Row = {one.field.id: None for one in form.plan.columns[subform]}
    line |= dict.fromkeys(form.tables.lines[subform].values, ())
    return {**line, **given, "id": new_record_id()}


def _changed_row(work: Work, form: FormHandle, coerced: Coerced, before: Row) -> Row:
    row = snapshot(form, before)
    row |= {"updated_at": work.now, "updated_by": work.actor.member_id}
    for key, value in coerced.values.items():
        row[key] = _changed_lines(form, key, coerced, before, value) if key in form.tables.lines else value
    return row


def _changed_lines(
    form: FormHandle, subform: str, coerced: Coerced, before: Row, given: Any
) -> tuple[Row, ...]:
    """The lines as given, each on top of what it was; a line that is not there any more is refused."""
    old = {line["id"]: line for line in before.get(subform) or ()}
    lines = []
    for place, line in zip(coerced.places.get(subform) or range(len(given)), given, strict=True):
        line_id = line.get("id")
        if line_id is None:
            lines.append(_new_line(form, subform, line))
        elif line_id in old:
            lines.append({**old[line_id], **line})
        else:
            key = f"{form.form.by_id[subform].key}.{place}.id"
            coerced.problems.append(Problem("subform.line_gone", {"place": place + 1}, key))
    return tuple(lines)


def _settled(work: Work, form: FormHandle, candidates: list[Candidate]) -> Batch:
    """Fetches what is linked, fills defaults, settles what is hidden and computed, and judges."""
    found = [one.row for one in candidates]
    related = linked.gather(work, form, found, form.plan.linked, also=_link_ids(form, candidates))
    env = linked.environment(work, form, related)
    used = [_fill_defaults(form, one, env) for one in candidates if one.before is None or form.tables.lines]
    if any(used):
        also = _link_ids(form, candidates)
        linked.gather(work, form, found, form.plan.linked, also=also, known=related)
    may_see = _sight(work, form)
    for one in candidates:
        _settle(form, one, env)
        one.problems = _judge(form, one, related, env, may_see)
    _judge_owner(work, form, candidates)
    pairs = [(one.before, one.row) for one in candidates]
    for place, problem in validation.duplicates(work, form, pairs):
        candidates[place].problems.append(problem)
    return Batch(work, form, candidates, related, env)


def _link_ids(form: FormHandle, candidates: Sequence[Candidate]) -> dict[str, set[int]]:
    """Everything linked, before and after: it is looked at, and locked where it keeps roll-ups."""
    ids: dict[str, set[int]] = defaultdict(set)
    found = [row for one in candidates for row in (one.before, one.row) if row is not None]
    for table, link, target in form.plan.links:
        ids[target] |= linked.linked_ids(form, found, Hop("links", table, link))
    return ids


def _fill_defaults(form: FormHandle, one: Candidate, env: Env) -> bool:
    """Whether a default was used."""
    row, is_filled = one.row, False
    if one.before is None:
        for plan in form.plan.fields:
            if plan.default is not None and plan.field.id not in one.coerced.values:
                is_filled |= _fill(plan, row, env)
    for subform, columns in form.plan.columns.items():
        defaults = [plan for plan in columns if plan.default is not None]
        if not defaults:
            continue
        old = {line["id"] for line in (one.before or {}).get(subform) or ()}
        given = _given_lines(one, subform)
        line_env = replace(env, parent=row)
        for place, line in enumerate(row[subform]):
            if line["id"] in old:
                continue
            for plan in defaults:
                if place < len(given) and plan.field.id not in given[place]:
                    is_filled |= _fill(plan, line, line_env)
    return is_filled


def _given_lines(one: Candidate, subform: str) -> Sequence[Row]:
    lines: Any = one.coerced.values.get(subform) or ()
    return tuple(lines)


def _fill(plan: FieldPlan, row: Row, env: Env) -> bool:
    value = plan.default.compiled.evaluate(row, env) if plan.default is not None else None
    if value is None or isinstance(value, ErrorValue):
        return False
    parsed = plan.type.parse(value)
    row[plan.field.id] = None if isinstance(parsed, Problem) else parsed
    return True


def _settle(form: FormHandle, one: Candidate, env: Env) -> None:
    """Computes and hides until neither changes anything."""
    plan = form.plan
    only = None if one.before is None else changed_cells(form, one.before, one.row)
    for _ in range(MOST_ROUNDS):
        evaluation.compute(plan, plan.written, one.row, env, only=only)
        one.face = evaluation.face_of(plan, one.row, env, one.coerced.places)
        reset = _blank_hidden(form, one)
        if not reset:
            return
        only = None if only is None else only | reset


def _blank_hidden(form: FormHandle, one: Candidate) -> frozenset[Cell]:
    """Puts hidden fields back to what they were (blank in a new record); the cells that changed."""
    changed = set()
    if not one.face.hidden:
        return frozenset()
    blank = blank_row(form) if one.before is None else one.before
    for plan in form.plan.fields:
        field_id = plan.field.id
        is_hidden = plan.field.key in one.face.hidden and not plan.type.is_computed
        if is_hidden and one.row.get(field_id) != blank.get(field_id):
            one.row[field_id] = blank.get(field_id)
            changed.add((form.id, field_id))
    for subform, columns in form.plan.columns.items():
        old = {line["id"]: line for line in (one.before or {}).get(subform) or ()}
        for place, line in evaluation.numbered(one.row, subform, one.coerced.places):
            for plan in columns:
                key = f"{form.form.by_id[subform].key}.{place}.{plan.field.key}"
                kept = old.get(line["id"], {}).get(plan.field.id)
                if key in one.face.hidden and not plan.type.is_computed and line[plan.field.id] != kept:
                    line[plan.field.id] = kept
                    changed.add((subform, plan.field.id))
    return frozenset(changed)


def _judge(
    form: FormHandle,
    one: Candidate,
    related: linked.Related,
    env: Env,
    may_see: Callable[[str, Mapping[str, Any]], bool],
) -> list[Problem]:
    """Everything that is wrong with the record by itself."""
    hidden = one.face.hidden
    problems = [problem for problem in one.coerced.problems if problem.field not in hidden]
    known = {problem.field for problem in problems}
    more = evaluation.missing(form.plan, one.row, one.face, one.coerced.places)
    more += _written_readonly(form, one)
    more += resolution.check_links(form, related, one, may_see)
    problems += [problem for problem in more if problem.field not in known]
    if not problems:
        problems = evaluation.refused(form.plan, one.row, env)
    return problems


def _written_readonly(form: FormHandle, one: Candidate) -> list[Problem]:
    """Values given for fields that are read-only as the record stands."""
    found = []
    for plan in form.plan.fields:
        if plan.readonly_when is None or plan.field.key not in one.face.readonly:
            continue
        given = one.coerced.values.get(plan.field.id)
        kept = one.before.get(plan.field.id) if one.before is not None else None
        if plan.field.id in one.coerced.values and not plan.type.is_blank(given) and given != kept:
            found.append(Problem("field.readonly", {"label": plan.field.labels}, plan.field.key))
    return found


def _sight(work: Work, form: FormHandle) -> Callable[[str, Mapping[str, Any]], bool]:
    """Whether the actor may see a linked row of a form."""
    scopes = {target: access.record_scope(work, form.app.form(target)) for _, _, target in form.plan.links}
    return lambda target, row: rows.is_within(scopes[target], row)


def _judge_owner(work: Work, form: FormHandle, candidates: Sequence[Candidate]) -> None:
    """Nobody may give a record to where he could not have put it himself."""
    scope = access.record_scope(work, form, "edit")
    for one in candidates:
        if not rows.is_within(scope, one.row):
            one.problems.append(Problem("owner.not_yours", {}, OWNER))


def changed_cells(form: FormHandle, before: Row, after: Row) -> frozenset[Cell]:
    """The cells that differ, computed ones among them; what nobody read counts as the same."""
    found: set[Cell] = set()
    for key, value in after.items():
        if key in form.tables.lines:
            found |= _changed_line_cells(form, key, before.get(key) or (), value or ())
        elif before.get(key) != value:
            found.add((form.id, key))
    return frozenset(found)


def _changed_line_cells(
    form: FormHandle, subform: str, before: Sequence[Row], after: Sequence[Row]
) -> set[Cell]:
    old = {line["id"]: line for line in before}
    columns = [plan.field.id for plan in form.plan.columns[subform]]
    if [line["id"] for line in before] != [line["id"] for line in after]:
        changed = set(columns)
    else:
        changed = {
            column for line in after for column in columns if line.get(column) != old[line["id"]].get(column)
        }
    cells = {(subform, column) for column in changed}
    return cells | {(form.id, subform)} if cells else cells

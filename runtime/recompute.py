"""Recomputation: stored computed cells are kept right in the transaction that changed what they read.

In: what a write touched (`Touch`es: cells, with the rows before and after). Out: changed cells of other
records (and roll-ups of the same), written without bumping a version, with their values before in
the changeset, marked derived. Called by `runtime.records`, `runtime.changesets` and `runtime.filling`.

The walk follows the dependency graph until nothing changes: edges have no loops, so it ends. Per form
and round: one locking SELECT of its rows, one grouped SELECT per source of roll-ups, formulas in
Python, one UPDATE. What reaches more than `MOST_AT_ONCE` records is left to a background job, and
readers use the live expression meanwhile (docs/decisions, "Column state").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.compute import ComputedField, RollUp
from builder.dependencies import Cell, Edge
from builder.reads import Hop
from runtime import evaluation, linked, rollups, rows

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.changesets import ChangesetWriter
    from runtime.platform import Work

Row = dict[str, Any]
MOST_AT_ONCE = 10_000
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Touch:
    """What happened to one record: its rows before (None: it was not there) and after (None: gone)."""

    id: int
    cells: frozenset[Cell]
    before: Row | None
    after: Row | None

    @property
    def was(self) -> Row:
        return self.before if self.before is not None else {}

    @property
    def is_now(self) -> Row:
        return self.after if self.after is not None else {}


class _TooManyError(Exception):
    """More records are reached than one transaction should change."""


@dataclass
class Recompute:
    """One walk. `later` gathers the cells that a background job has to fill."""

    work: Work
    app: AppVersion
    changeset: ChangesetWriter | None
    is_recording: bool = True
    limit: int = field(default_factory=lambda: MOST_AT_ONCE)
    within: frozenset[Cell] | None = None  # only these are computed: a job fills in its own order
    later: set[Cell] = field(default_factory=set)
    evaluated: int = 0  # records that were computed anew, for tests and doctor
    _pending: dict[str, dict[Cell, set[int]]] = field(default_factory=dict)

    def note(self, form: FormHandle, touches: Sequence[Touch]) -> None:
        """Marks everything that reads what was touched."""
        for hops, groups in self._reached(form, touches).items():
            for ids, targets in _by_ids(groups).items():
                wanted = [target for target in targets if not self._is_done(target, hops)]
                if wanted:
                    self._mark_reached(wanted, hops, [one for one in touches if one.id in ids], form)

    def _reached(
        self, form: FormHandle, touches: Sequence[Touch]
    ) -> dict[tuple[Hop, ...] | None, dict[Cell, set[int]]]:
        """For each way back (None: everywhere), the cells at its end and the touched ids it leaves."""
        by_cell: dict[Cell, set[int]] = defaultdict(set)
        for touch in touches:
            for cell in touch.cells:
                by_cell[cell].add(touch.id)
        found: dict[tuple[Hop, ...] | None, dict[Cell, set[int]]] = defaultdict(lambda: defaultdict(set))
        for cell, ids in by_cell.items():
            for edge in form.plan.graph.edges.get(cell, ()):
                found[_way(edge)][edge.target] |= ids
        return found

    def _is_done(self, target: Cell, hops: tuple[Hop, ...] | None) -> bool:
        """Formulas of the touched record itself were computed with it."""
        return hops == () and not isinstance(self._computed(target), RollUp)

    def _mark_reached(
        self,
        targets: Iterable[Cell],
        hops: tuple[Hop, ...] | None,
        touches: Sequence[Touch],
        form: FormHandle,
    ) -> None:
        ways = Ways(self.work, self.app, self.limit)
        try:
            ids = None if hops is None else ways.from_touches(form, touches, hops)
        except _TooManyError:
            self._leave(targets)
            return
        for target in targets:
            self._mark(target, ids)

    def _mark(self, target: Cell, ids: set[int] | None) -> None:
        """Puts a stored cell on the list; through a live one, whatever stored cells read it."""
        one = self._computed(target)
        if self.within is not None and target not in self.within:
            return
        if one.is_stored:
            self._add(one, ids)
            return
        for edge in self._graph_edges(target):
            try:
                way = _way(edge)
                ways = Ways(self.work, self.app, self.limit)
                reached = None if ids is None or way is None else ways.from_ids(ids, way)
            except _TooManyError:
                self._leave([edge.target])
                continue
            self._mark(edge.target, reached)

    def _add(self, one: ComputedField, ids: set[int] | None) -> None:
        if ids is None:
            form = self.app.form(one.form)
            ids = set(rows.ids_of(self.work, form, self.limit + 1))
            if len(ids) > self.limit:
                self._leave([one.cell])
                return
        if ids:
            self._pending.setdefault(one.form, {}).setdefault(one.cell, set()).update(ids)

    def _leave(self, cells: Iterable[Cell]) -> None:
        """To the background: these cells and everything that follows from them."""
        for cell in cells:
            if cell not in self.later:
                self.later.add(cell)

    def mark(self, cells: Iterable[Cell], ids: Collection[int]) -> None:
        """Asks for cells of certain records of one form to be computed anew."""
        for cell in cells:
            self._mark(cell, set(ids))

    def run(self) -> None:
        """Walks until nothing is left; hands to a job what is too much for one transaction."""
        while self._pending:
            form_id = min(self._pending, key=self._first_rank)
            pending = self._pending.pop(form_id)
            ids = sorted(set().union(*pending.values()))
            if len(ids) > self.limit:
                self._leave(pending)
                continue
            form = self.app.form(form_id)
            for start in range(0, len(ids), CHUNK):
                self._compute_chunk(form, ids[start : start + CHUNK], pending)

    def _first_rank(self, form_id: str) -> int:
        rank = self.app.form(form_id).plan.graph.rank
        return min(rank[cell] for cell in self._pending[form_id])

    def _compute_chunk(self, form: FormHandle, ids: Sequence[int], pending: Mapping[Cell, set[int]]) -> None:
        """Locks the records, figures out their cells anew and writes what is different."""
        found = rows.read(
            self.work, form, ids, stored_fields(form), lock="update", reason="recompute", is_live_only=True
        )
        if not found:
            return
        before = {key: snapshot(form, row) for key, row in found.items()}
        self._roll_up(form, found, pending)
        self._evaluate(form, found, before, pending)
        self._write(form, found, before)

    def _roll_up(self, form: FormHandle, found: Mapping[int, Row], pending: Mapping[Cell, set[int]]) -> None:
        wanted = [one for one in form.plan.roll_ups if one.cell in pending and one.is_stored]
        for group in rollups.groups(wanted):
            ids = sorted(set(found) & set().union(*(pending[one.cell] for one in group)))
            values = rollups.grouped(self.work, form, group, ids)
            for one in group:
                for record_id in ids:
                    found[record_id][one.id] = values[one.id][record_id]

    def _evaluate(
        self,
        form: FormHandle,
        found: Mapping[int, Row],
        before: Mapping[int, Row],
        pending: Mapping[Cell, set[int]],
    ) -> None:
        plan = form.plan
        if not plan.written:
            return
        all_rows = list(found.values())
        related = linked.gather(self.work, form, all_rows, plan.linked_for_formulas)
        env = linked.environment(self.work, form, related)
        for record_id, row in found.items():
            unsettled = {cell for cell, ids in pending.items() if record_id in ids}
            unsettled |= {
                one.cell for one in plan.roll_ups if row.get(one.id) != before[record_id].get(one.id)
            }
            evaluation.compute(plan, plan.written, row, env, only=unsettled)
            self.evaluated += 1

    def _write(self, form: FormHandle, found: Mapping[int, Row], before: Mapping[int, Row]) -> None:
        touches = []
        for record_id, row in found.items():
            cells = changed_computed(form, before[record_id], row)
            if cells:
                touches.append(Touch(record_id, cells, before[record_id], row))
        if not touches:
            return
        rows.write_computed(self.work, form, touches)
        if self.changeset is not None and self.is_recording:
            for touch in touches:
                kept = {_field_of(form, cell): touch.was.get(_field_of(form, cell)) for cell in touch.cells}
                self.changeset.add_derived(form, touch.id, touch.was["version"], kept)
        self.note(form, touches)

    def _computed(self, cell: Cell) -> ComputedField:
        return _find_computed(self.app, cell)

    def _graph_edges(self, cell: Cell) -> tuple[Edge, ...]:
        return self.app.forms[0].plan.graph.edges.get(cell, ())


def _way(edge: Edge) -> tuple[Hop, ...] | None:
    return None if edge.is_everywhere else edge.hops


def _by_ids(groups: Mapping[Cell, set[int]]) -> dict[frozenset[int], list[Cell]]:
    """Cells that are reached from the same records, together: their way is walked once."""
    found: dict[frozenset[int], list[Cell]] = defaultdict(list)
    for target, ids in groups.items():
        found[frozenset(ids)].append(target)
    return found


def _find_computed(app: AppVersion, cell: Cell) -> ComputedField:
    info = app.world.get(cell[0])
    return app.form(info.parent or cell[0]).plan.by_cell[cell]


def _field_of(form: FormHandle, cell: Cell) -> str:
    """The form's field that a cell belongs to: the subform, for a cell of a line."""
    return cell[1] if cell[0] == form.id else cell[0]


def stored_fields(form: FormHandle) -> frozenset[str]:
    """What recomputation reads of a record: its columns, the subforms that formulas use, and the
    live cells that daily fields read."""
    plan = form.plan
    own = {one.id for one in form.form.fields if form.tables.columns.get(one.id) is not None}
    own -= {one.id for one in plan.computed if one.table == form.id and not one.is_stored}
    used = {cell for one in plan.written for cell in one.own_cells}
    lists = {field_id for table, field_id in used if table == form.id and field_id in form.tables.values}
    lines = {table for table, _ in used if table != form.id}
    lines |= {field_id for table, field_id in used if table == form.id and field_id in form.tables.lines}
    lines |= {one.table for one in plan.written if one.table != form.id}
    live = {one.id for one in plan.roll_ups if one.cell in plan.needed_live}
    return frozenset(own | lists | lines | live)


def snapshot(form: FormHandle, row: Row) -> Row:
    """A copy of a row whose lines may then be computed in place."""
    copy = dict(row)
    for subform in form.tables.lines:
        if subform in copy:
            copy[subform] = tuple(dict(line) for line in copy[subform])
    return copy


def changed_computed(form: FormHandle, before: Row, after: Row) -> frozenset[Cell]:
    """The stored computed cells that differ."""
    found = set()
    for one in form.plan.computed:
        if not one.is_stored:
            continue
        if one.table == form.id:
            if before.get(one.id) != after.get(one.id):
                found.add(one.cell)
        elif _differ(before.get(one.table), after.get(one.table), one.id):
            found.add(one.cell)
    return frozenset(found)


def _differ(before: Sequence[Row] | None, after: Sequence[Row] | None, column: str) -> bool:
    pairs = zip(before or (), after or (), strict=True)
    return any(old.get(column) != new.get(column) for old, new in pairs)


@dataclass(frozen=True, slots=True)
class Ways:
    """Walks from records that were read to the records that read them."""

    work: Work
    app: AppVersion
    limit: int

    def from_touches(self, form: FormHandle, touches: Sequence[Touch], hops: tuple[Hop, ...]) -> set[int]:
        """The first step to a host needs no statement: both rows are at hand."""
        if not hops:
            return {touch.id for touch in touches}
        first, rest = hops[0], hops[1:]
        if first.kind == "host":
            ids = set()
            unknown = set()
            for touch in touches:
                for row in (touch.before, touch.after):
                    if row is None or row.get("deleted_at") is not None:
                        continue
                    if first.table != form.id and first.table not in row:
                        unknown.add(touch.id)
                        continue
                    ids |= linked.linked_ids(form, [row], first)
            if unknown:
                ids |= self._step(first, unknown)
        else:
            ids = self._step(first, {touch.id for touch in touches})
        return self.from_ids(ids, rest)

    def from_ids(self, ids: set[int], hops: tuple[Hop, ...]) -> set[int]:
        for hop in hops:
            if not ids:
                break
            ids = self._step(hop, ids)
        if len(ids) > self.limit:
            raise _TooManyError
        return ids

    def _step(self, hop: Hop, ids: set[int]) -> set[int]:
        info = self.app.world.get(hop.table)
        form = self.app.form(info.parent or hop.table)
        step: Callable[..., set[int]] = rows.hosts_of if hop.kind == "host" else rows.linking_to
        found = step(self.work, form, hop.table, hop.link, ids, self.limit + 1)
        if len(found) > self.limit:
            raise _TooManyError
        return found


@dataclass(frozen=True, slots=True)
class Drift:
    """A stored cell that is not what computing from scratch gives."""

    form: str
    record_id: int
    cell: Cell
    stored: Any
    right: Any


def find_drift(work: Work, form: FormHandle, *, after: int = 0, most: int = CHUNK) -> list[Drift]:
    """Compares the stored computed cells of records with a computation from scratch; writes nothing."""
    ids = rows.ids_of(work, form, most, after)
    found = rows.read(work, form, ids, stored_fields(form), reason="doctor", is_live_only=True)
    before = {key: snapshot(form, row) for key, row in found.items()}
    for group in rollups.groups([one for one in form.plan.roll_ups if one.is_stored]):
        values = rollups.grouped(work, form, group, list(found))
        for one in group:
            for record_id, row in found.items():
                row[one.id] = values[one.id][record_id]
    related = linked.gather(work, form, list(found.values()), form.plan.linked_for_formulas)
    env = linked.environment(work, form, related)
    drifts = []
    for record_id, row in found.items():
        evaluation.compute(form.plan, form.plan.written, row, env)
        for cell in sorted(changed_computed(form, before[record_id], row)):
            field_id = _field_of(form, cell)
            drifts.append(Drift(form.id, record_id, cell, before[record_id].get(field_id), row.get(field_id)))
    return drifts

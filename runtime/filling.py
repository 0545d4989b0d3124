"""Filling: whole columns of stored computed cells brought up to date, at once or in the background.

In: cells (table, field) that are out of date for every record: a new or changed formula, a changed
parameter, a change that reaches too many records; and the turn of the day. Out: right values. Called by
`runtime.publishing` and `runtime.recompute`; as jobs by the worker. While a column is filling, and while
a daily one is late, readers use the live expression: what people see is right throughout.

A job fills in slices, form by form in the order of the dependency graph. Its generation stands in the
column's state, so that a job that was overtaken by a newer one does not call a column ready. Filling
writes no history: the cause (a publish, a parameter) has its own; daily fields do, as one changeset a day.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from builder.compute import ComputedField
from builder.dependencies import Cell
from runtime import changesets, recompute, rows
from runtime.actors import Actor
from runtime.jobs import Again, Done, Job, enqueue, handles, hold, settle
from runtime.jobs.queue import Settled
from runtime.recompute import Recompute
from runtime.record_ids import new_record_id
from runtime.store import physical_rows

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.platform import Platform, Work

FILL = "fill.columns"
DAILY = "daily.fields"
STEP_SECONDS = 0.15  # docs/decisions, "SQLite as a server": writers get their turn in between
FIRST_SLICE, LEAST_SLICE, MOST_SLICE = 200, 20, 5_000
NO_LIMIT = 2**62
Pass = tuple[str, list[str]]  # a form, and "table/field" of its cells


def start(work: Work, app: AppVersion, cells: Iterable[Cell]) -> None:
    """Brings these cells, and what follows from them, up to date: now where few records are concerned."""
    wanted = reached(app, cells)
    if not wanted:
        return
    most = recompute.MOST_AT_ONCE
    forms = sorted({one.form for one in wanted})
    if all(len(rows.ids_of(work, app.form(one), most + 1)) <= most for one in forms):
        _fill_now(work, app, wanted)
        return
    generation = new_record_id()
    for one in wanted:
        number = _number(app, one)
        physical_rows.move_watermark(work.connection, work.workspace.id, number, one.id, generation)
    payload = {
        "app": app.id,
        "passes": passes_of(wanted),
        "pass": 0,
        "after": 0,
        "slice": FIRST_SLICE,
        "generation": str(generation),
        "day": work.today.isoformat(),
    }
    enqueue(work, FILL, payload, key=f"{FILL}:{generation}")
    work.bump_revision()


def begin_days(work: Work, app: AppVersion) -> None:
    """Daily columns of forms without records are right for today as they are: nothing need be live."""
    computed = {(number, field) for number, field, _ in app.columns.days}
    waiting = [
        one
        for form in app.forms
        for one in form.plan.computed
        if one.is_stored and one.needs_today and (_number(app, one), one.id) not in computed
    ]
    empty = {form for form in {one.form for one in waiting} if not rows.ids_of(work, app.form(form), 1)}
    _settle_columns(work, app, [one for one in waiting if one.form in empty], work.today, None)


def reached(app: AppVersion, cells: Iterable[Cell]) -> list[ComputedField]:
    """The stored cells among these and everything downstream, in the graph's order."""
    graph = app.forms[0].plan.graph
    wanted = set(cells)
    wanted |= graph.downstream(wanted)
    found = (_computed(app, cell) for cell in sorted(wanted & graph.rank.keys(), key=graph.rank.__getitem__))
    return [one for one in found if one.is_stored]


def _computed(app: AppVersion, cell: Cell) -> ComputedField:
    info = app.world.get(cell[0])
    return app.form(info.parent or cell[0]).plan.by_cell[cell]


def _number(app: AppVersion, one: ComputedField) -> int:
    tables = app.form(one.form).tables
    return tables.number if one.table == one.form else tables.lines[one.table].number


def passes_of(wanted: Sequence[ComputedField]) -> list[Pass]:
    """Cells that can be filled in one go over a form: neighbours in the order that are of one form."""
    passes: list[Pass] = []
    for one in wanted:
        if not passes or passes[-1][0] != one.form:
            passes.append((one.form, []))
        passes[-1][1].append(f"{one.table}/{one.id}")
    return passes


def _fill_now(work: Work, app: AppVersion, wanted: Sequence[ComputedField]) -> None:
    for form_id, names in passes_of(wanted):
        cells = _cells(app, form_id, names)
        ids = rows.ids_of(work, app.form(form_id), NO_LIMIT)
        _compute(work, app, cells, ids)
    _settle_columns(work, app, wanted, work.today, None)


def _compute(work: Work, app: AppVersion, cells: Collection[Cell], ids: Sequence[int]) -> None:
    walk = Recompute(work, app, None, is_recording=False, limit=NO_LIMIT, within=frozenset(cells))
    walk.mark(cells, ids)
    walk.run()


def _cells(app: AppVersion, form_id: str, names: Iterable[str]) -> list[Cell]:
    """The cells of a pass that the form (as it is published now) still has."""
    plan = app.form(form_id).plan
    cells = [(table, field) for table, field in (name.split("/") for name in names)]
    return [cell for cell in cells if cell in plan.by_cell and plan.by_cell[cell].is_stored]


def _settle_columns(
    work: Work, app: AppVersion, wanted: Iterable[ComputedField], day: date, generation: int | None
) -> None:
    """These columns may be read: those that nobody marked as out of date since."""
    workspace_id, connection = work.workspace.id, work.connection
    is_changed = False
    for one in wanted:
        number = _number(app, one)
        is_filling = (number, one.id) in app.columns.filling
        if generation is not None:
            if physical_rows.find_watermark(connection, workspace_id, number, one.id) != generation:
                continue
        elif not (is_filling or one.needs_today):
            continue
        if one.needs_today:
            physical_rows.set_day(connection, workspace_id, number, one.id, day.toordinal())
        else:
            physical_rows.set_ready(connection, workspace_id, number, one.id)
        is_changed = True
    if is_changed:
        work.bump_revision()


# --- in the background ------------------------------------------------------------------------------


@handles(FILL)
def fill_step(platform: Platform, job: Job) -> Settled:
    """One slice of one pass."""
    with platform.writing(Actor.system(job.workspace_id, "fill_column")) as work:
        hold(work, job)
        payload = job.payload
        app = work.catalogue.app(payload["app"])
        passes = [one for one in payload["passes"] if app.find_form(one[0]) is not None]
        if payload["pass"] >= len(passes):
            wanted = [_computed(app, cell) for form, names in passes for cell in _cells(app, form, names)]
            day = date.fromisoformat(payload["day"])
            _settle_columns(work, app, wanted, day, int(payload["generation"]))
            return settle(work, job, Done())
        form_id, names = passes[payload["pass"]]
        form = app.form(form_id)
        cells = _cells(app, form_id, names)
        following = _slice(work, form, payload, lambda ids: _compute(work, app, cells, ids))
        return settle(work, job, Again({**payload, **following}))


def _slice(work: Work, form: FormHandle, payload: Mapping[str, Any], compute: Any) -> dict[str, Any]:
    """Computes the next slice; what changes in the payload. The slice grows and shrinks with the clock."""
    size = int(payload["slice"])
    ids = rows.ids_of(work, form, size, int(payload["after"]))
    started = time.monotonic()
    if ids:
        compute(ids)
    taken = time.monotonic() - started
    if len(ids) < size:
        return {"pass": payload["pass"] + 1, "after": 0}
    grown = size * 2 if taken < STEP_SECONDS / 3 else size // 2 if taken > STEP_SECONDS else size
    return {"after": ids[-1], "slice": max(LEAST_SLICE, min(MOST_SLICE, grown))}


@handles(DAILY)
def daily_step(platform: Platform, job: Job) -> Settled:
    """One slice of the day's recomputation: all apps of the workspace, one changeset each."""
    with platform.writing(Actor.system(job.workspace_id, "daily_fields")) as work:
        hold(work, job)
        payload = {"app": 0, "pass": 0, "after": 0, "slice": FIRST_SLICE, "changeset": None, **job.payload}
        apps = work.catalogue.apps()
        is_over = payload["day"] != work.today.isoformat() or payload["app"] >= len(apps)
        if is_over:  # all done, or a newer day has its own job
            return settle(work, job, Done())
        following = _daily_slice(work, apps[payload["app"]], payload)
        return settle(work, job, Again({**payload, **following}))


def _daily_slice(work: Work, app: AppVersion, payload: Mapping[str, Any]) -> dict[str, Any]:
    daily = daily_cells(app)
    passes = passes_of(daily)
    if payload["pass"] >= len(passes):
        if payload["changeset"] is not None:
            changesets.close_changeset(work, int(payload["changeset"]))
        if daily:
            tainted = [
                one for form in app.forms for one in form.plan.computed if one.is_stored and one.needs_today
            ]
            _settle_columns(work, app, tainted, work.today, None)
        return {"app": payload["app"] + 1, "pass": 0, "after": 0, "changeset": None}
    form_id, names = passes[payload["pass"]]
    form = app.form(form_id)
    changeset_id = payload["changeset"] or changesets.open_changeset(
        work, form, "daily", {"day": payload["day"]}
    )
    cells = _cells(app, form_id, names)

    def compute(ids: Sequence[int]) -> None:
        writer = changesets.ChangesetWriter.continuing(work, form, int(changeset_id))
        walk = Recompute(work, app, writer)
        walk.mark(cells, ids)
        walk.run()
        start(work, app, walk.later)
        writer.finish()

    return {"changeset": str(changeset_id), **_slice(work, form, payload, compute)}


def daily_cells(app: AppVersion) -> list[ComputedField]:
    """The daily fields of an app in the graph's order."""
    if not app.forms:
        return []
    rank = app.forms[0].plan.graph.rank
    found = [one for form in app.forms for one in form.plan.computed if one.mode == "daily"]
    return sorted(found, key=lambda one: rank[one.cell])

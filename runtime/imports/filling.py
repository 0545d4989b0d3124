"""Lines of a sheet into records, one batch in one transaction; and the job that goes through the file.

In: a running import. Out: records, counts and failures, all written together, so that a killed process
loses nothing and does nothing twice. Called by the job worker, and by a dry run that is rolled back.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import access, changesets, records
from runtime.actors import Actor
from runtime.imports import runs
from runtime.imports.rows import Line, LineReader, without_blanks
from runtime.imports.runs import ImportRun
from runtime.jobs import Again, Done, Job, handles, hold, settle
from runtime.jobs.queue import Settled
from runtime.records import Change, Outcome
from runtime.sheets.values import encode_row
from runtime.store import import_rows, indexes, record_lookups
from runtime.store.trials import trial

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Platform, Work

JOB = "import.rows"
FIRST_BATCH = 200
SMALLEST_BATCH, LARGEST_BATCH = 50, 2_000  # a batch has costs of its own: smaller ones get nowhere
BATCH_SECONDS = 0.1  # docs/decisions, "SQLite as a server": a batch holds the writer for at most 150 ms


@dataclass
class Result:
    """What became of some lines. `created + updated + skipped + failed` is their number."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Line] = field(default_factory=list)
    outcomes: list[tuple[Line, Outcome]] = field(default_factory=list)

    def fail(self, line: Line, problems: Sequence[Problem]) -> None:
        line.problems = list(problems)
        self.counts["failed"] += 1
        self.failures.append(line)


def fill(work: Work, form: FormHandle, reader: LineReader, lines: Sequence[Line], changeset: int) -> Result:
    """Writes the lines; each is right and in, or wrong and told why."""
    result = Result()
    good = []
    for line in lines:
        if line.is_blank:
            result.counts["skipped"] += 1
        elif line.problems:
            result.fail(line, line.problems)
        else:
            good.append(line)
    for group in without_repeated_keys(good):
        _fill_group(work, form, reader, group, changeset, result)
    return result


def without_repeated_keys(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Groups in order, no key twice in one: a second line of the same key finds the first one's record."""
    group: list[Line] = []
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        if line.key is not None and line.key in seen:
            yield group
            group, seen = [], set()
        group.append(line)
        if line.key is not None:
            seen.add(line.key)
    if group:
        yield group


def _fill_group(
    work: Work, form: FormHandle, reader: LineReader, lines: list[Line], changeset: int, result: Result
) -> None:
    found = _find_existing(work, form, reader, lines)
    new: list[Line] = []
    old: list[tuple[Line, int]] = []
    for line in lines:
        ids = found.get(line.key, ()) if line.key is not None else ()
        problem = _refusal(reader, line, len(ids))
        if problem is not None:
            result.fail(line, [problem])
        elif ids:
            old.append((line, ids[0]))
        elif reader.options.mode == "update":
            result.counts["skipped"] += 1
        else:
            new.append(line)
    _create(work, form, reader, new, changeset, result)
    _update(work, form, reader, old, changeset, result)


def _refusal(reader: LineReader, line: Line, found: int) -> Problem | None:
    """Why a line of this key cannot be placed, if so."""
    if reader.options.mode == "insert":
        return None
    keys = ", ".join(reader.options.keys)
    if found > 1:
        return Problem("import.key_ambiguous", {"keys": keys, "count": found}, reader.options.keys[0])
    if line.key is None and reader.options.mode == "update":
        return Problem("import.key_blank", {"keys": keys}, reader.options.keys[0])
    is_numbered = any(bound.is_computed for bound in reader.types.values())
    if line.key is not None and not found and is_numbered and reader.options.mode == "upsert":
        return Problem("import.number_unknown", {"keys": keys}, reader.options.keys[0])
    return None


def _find_existing(
    work: Work, form: FormHandle, reader: LineReader, lines: Sequence[Line]
) -> dict[tuple[Any, ...], list[int]]:
    if reader.options.mode == "insert":
        return {}
    fields = [form.form.by_key[key].id for key in reader.options.keys]
    keys = {line.key for line in lines if line.key is not None}
    scope = access.record_scope(work, form, "edit")
    return record_lookups.find_by_keys(work.connection, form.tables, fields, keys, scope=scope)


def _writable(reader: LineReader, raw: dict[str, Any]) -> dict[str, Any]:
    """Without numbers that the form gives itself: they only find records."""
    computed = {key for key, bound in reader.types.items() if bound.is_computed}
    return {key: value for key, value in raw.items() if key not in computed}


def _create(
    work: Work, form: FormHandle, reader: LineReader, lines: list[Line], changeset: int, result: Result
) -> None:
    if not lines:
        return
    # A blank cell counts as not given, so that defaults apply.
    raws = [without_blanks(_writable(reader, line.raw)) for line in lines]
    outcomes = records.create_many(
        work, form, raws, context=reader.context, changeset=changeset, is_partial=True
    )
    for line, outcome in zip(lines, outcomes, strict=True):
        if outcome.problems:
            result.fail(line, outcome.problems)
        else:
            result.counts["created"] += 1
            result.outcomes.append((line, outcome))


def _update(
    work: Work,
    form: FormHandle,
    reader: LineReader,
    pairs: list[tuple[Line, int]],
    changeset: int,
    result: Result,
) -> None:
    if not pairs:
        return
    changes = []
    for line, record_id in pairs:
        raw = _writable(reader, line.raw)
        changes.append(Change(record_id, raw if reader.options.clears_blank else without_blanks(raw)))
    outcomes = records.update_many(
        work, form, changes, context=reader.context, changeset=changeset, is_partial=True
    )
    for (line, _), outcome in zip(pairs, outcomes, strict=True):
        if outcome.problems:
            result.fail(line, outcome.problems)
            continue
        result.counts["updated" if outcome.is_changed else "skipped"] += 1
        result.outcomes.append((line, outcome))


# --- the job ---------------------------------------------------------------------------------------


@handles(JOB)
def perform(platform: Platform, job: Job) -> Done | Again | Settled:
    """One batch of an import, in one unit of work of the member who started it."""
    run_id = int(job.payload["run"])
    size = int(job.payload.get("size", FIRST_BATCH))
    with platform.reading(Actor.system(job.workspace_id, "job_worker")) as work:
        run = runs.get_run(work, run_id)
        actor = runs.actor_of(work, run)
    if run.is_over:
        return Done()
    if actor is None:
        return _end(platform, job, run, "failed")
    lines = list(itertools.islice(runs.read_lines(platform, run), size))
    with platform.writing(actor) as work:
        started = time.monotonic()  # what others wait for; our own waiting says nothing about the size
        hold(work, job)
        fresh = runs.get_run(work, run_id, lock=True)
        if fresh.position != run.position or fresh.state != run.state:
            return Again({"run": run_id, "size": size})  # somebody was here meanwhile: look again
        if fresh.state == "cancelling" or not lines:
            state = "cancelled" if fresh.state == "cancelling" else "done"
            runs.finish(work, fresh, state)
            form = access.open_form(work, run.form, to="import", app=run.app)
            work.after_commit(lambda: _refresh_statistics(platform, form))
            return settle(work, job, Done({"run": run_id}))
        form = access.open_form(work, run.form, to="import", app=run.app)
        reader = runs.reader_of(work, form, fresh)
        result = fill(
            work, form, reader, [reader.read(number, cells) for number, cells in lines], fresh.changeset
        )
        note(work, fresh, result, lines[-1][0])
        elapsed = time.monotonic() - started
        following = Again({"run": run_id, "size": next_size(len(lines), elapsed)})
        return settle(work, job, following)


def _refresh_statistics(platform: Platform, form: FormHandle) -> None:
    """Many new rows: the database plans by what is there now."""
    with platform.database.writing() as connection:
        indexes.analyze(connection, form.tables)


def next_size(size: int, seconds: float) -> int:
    """How many lines the next batch may have, so that it takes about `BATCH_SECONDS`."""
    factor = min(2.0, max(0.25, BATCH_SECONDS / max(seconds, 0.001)))
    return max(SMALLEST_BATCH, min(LARGEST_BATCH, int(size * factor)))


def note(work: Work, run: ImportRun, result: Result, position: int) -> None:
    """Counts and failures, in the transaction of the records."""
    failures = [
        {
            "row": line.number,
            "cells": encode_row(line.cells).decode(),
            "problems": [runs.write_problem(one) for one in line.problems],
        }
        for line in result.failures
    ]
    import_rows.add_failures(work.connection, work.workspace.id, run.id, failures)
    import_rows.advance(work.connection, work.workspace.id, run.id, position, result.counts)


def _end(platform: Platform, job: Job, run: ImportRun, state: str) -> Settled:
    """The member who started it has left: what is in stays in, and the rest is not done."""
    with platform.writing(Actor.system(job.workspace_id, "job_worker")) as work:
        hold(work, job)
        runs.finish(work, run, state, error="import.starter_left")
        return settle(work, job, Done({"run": run.id}))


# --- trying it first ---------------------------------------------------------------------------------


def fill_in_trial(work: Work, form: FormHandle, run: ImportRun, most: int) -> Result:
    """The same inside a unit of work that goes on: everything written is undone by a savepoint."""
    lines = list(itertools.islice(runs.read_lines(work.platform, run), most))
    with trial(work.connection) as attempt:
        reader = runs.reader_of(work, form, run)
        changeset = changesets.open_changeset(work, form, "import")
        result = fill(work, form, reader, [reader.read(*line) for line in lines], changeset)
        attempt.undo()
    work.start_over()
    return result


def try_lines(platform: Platform, actor: Actor, run: ImportRun, most: int) -> Result:
    """What would become of the first lines: the import itself, undone."""
    lines = list(itertools.islice(runs.read_lines(platform, run), most))
    with platform.trying(actor) as work:
        form = access.open_form(work, run.form, to="import", app=run.app)
        reader = runs.reader_of(work, form, run)
        changeset = changesets.open_changeset(work, form, "import")
        return fill(work, form, reader, [reader.read(*line) for line in lines], changeset)

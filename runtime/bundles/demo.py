"""Demo data of a cloned app: a job that loads it in short steps, as one changeset that can be undone.

In: the app and the demo rows kept with it. Out: records made by the record service, as if the one who
cloned had typed them in; `DemoState` for the page that shows how far it is. A form is loaded after those it
links to; what links in a circle is set at the end. Killed at any moment, it goes on with the next step.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from builder.bundles import Bundle, Demo
from builder.fields.registry import field_type
from builder.forms import Form
from builder.ids import show_record_id
from builder.problems import Problem
from runtime import access, changesets, founding, jobs, people, records, undoing
from runtime.actors import Actor
from runtime.bundles.demo_rows import DemoWorld, links_of, raw_values, row_name
from runtime.jobs import Again, Done, Job, handles, settle
from runtime.people import read_member
from runtime.store import definition_rows, people_rows

if TYPE_CHECKING:
    from runtime.catalogue import AppVersion, FormHandle
    from runtime.jobs.queue import Settled
    from runtime.platform import Platform, Work

LOAD = "bundle.demo"
FIRST_SIZE = 50
MOST_SIZE = 400
STEP_SECONDS = 0.12  # docs/decisions: a batch keeps the writer for 150 ms at most
MOST_PROBLEMS = 20  # of refused rows that are kept to be shown


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the demo data of an app is. `problems` are of rows that the record service refused."""

    state: str  # waiting, running, done, parked, cancelled
    loaded: int
    total: int
    changeset_id: int | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """The payload of the job: everything that the next step must know."""

    app: str
    member: int | None
    today: str
    forms: tuple[str, ...]  # keys, in the order in which they are loaded
    total: int
    form: int = 0
    row: int = 0
    size: int = FIRST_SIZE
    loaded: int = 0
    changeset: int | None = None
    names: Mapping[str, int] | None = None  # row name → record id
    later: Sequence[tuple[str, int]] = ()  # (form key, row): links to rows that were not there yet
    problems: Sequence[str] = ()

    def to_payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def load_seed(work: Work, app: AppVersion, bundle: Bundle) -> Progress:
    """The rows that come with every clone (settings, dictionaries), in the clone's own transaction.

    They are no demo data: clearing that leaves them. What was refused stands in `problems`."""
    seed = tuple(key for key in loading_order(bundle) if key in bundle.manifest.seed)
    progress = _begin(work, app, bundle, seed)
    while (
        following := Loader(work, progress, "create", {"kind": "bundle", "app": app.key}).step()
    ) is not None:
        progress = Progress(**following)
    if progress.changeset is not None:
        changesets.close_changeset(work, progress.changeset)
    return progress


def enqueue_demo(work: Work, app: AppVersion, bundle: Bundle, names: Mapping[str, int]) -> int | None:
    """Asks for the demo data of a fresh clone, once per app; `names` are of rows that are there."""
    forms = tuple(key for key in loading_order(bundle) if key not in bundle.manifest.seed)
    if not forms:
        return None
    progress = replace(_begin(work, app, bundle, forms), names=dict(names))
    return jobs.enqueue(work, LOAD, progress.to_payload(), key=f"{LOAD}:{app.id}")


def _begin(work: Work, app: AppVersion, bundle: Bundle, forms: tuple[str, ...]) -> Progress:
    total = sum(len(bundle.demo[key].rows) for key in forms)
    return Progress(app.id, work.actor.member_id, work.today.isoformat(), forms, total, names={})


def loading_order(bundle: Bundle) -> Iterator[str]:
    """Forms with demo rows, each after those that its links point to, as far as there is no circle."""
    forms = {form.id: form for form in bundle.documents.forms}
    waiting = [form for form in bundle.documents.forms if form.key in bundle.demo]
    waiting.sort(key=lambda form: not form.is_single)  # settings first: formulas read them
    while waiting:
        names = {form.id for form in waiting}
        free = [form for form in waiting if not (_targets(form) & names - {form.id})]
        for form in free or waiting[:1]:
            yield forms[form.id].key
            waiting.remove(form)


def _targets(form: Form) -> set[str]:
    columns = [column for one in form.fields if one.subform for column in one.subform.fields]
    found = set()
    for one in (*form.fields, *columns):
        kind = field_type(one).kind()
        if kind.name == "record" and kind.form is not None and not field_type(one).is_computed:
            found.add(kind.form)
    return found


# --- what people see and do -----------------------------------------------------------------------


def demo_state(work: Work, app: AppVersion) -> DemoState | None:
    """How far loading is; None for an app without demo data."""
    row = jobs.find_by_key(work, f"{LOAD}:{app.id}")
    if row is None:
        return None
    known = row.result or row.payload
    return DemoState(row.state, known["loaded"], known["total"], known["changeset"], tuple(known["problems"]))


def clear_demo(work: Work, app: AppVersion, *, is_dry_run: bool = False) -> undoing.RevertOutcome | None:
    """Takes the demo data out again, as any changeset is undone: what people changed since is listed. More
    than a thousand records go by a job (`job_id` of the answer; `undoing.find_run` says how far it is)."""
    access.require_designer(work)
    state = demo_state(work, app)
    if state is None or state.changeset_id is None:
        return None
    return undoing.revert(work, state.changeset_id, is_dry_run=is_dry_run)


# --- the job --------------------------------------------------------------------------------------------


@handles(LOAD)
def load(platform: Platform, job: Job) -> Settled:
    """One step: a few rows of one form, in one transaction with the place where it stopped."""
    progress = Progress(**job.payload)
    actor = _actor(platform, job.workspace_id, progress.member)

    def step(work: Work) -> Settled:
        jobs.hold(work, job)
        started = time.monotonic()
        after = Loader(work, progress, "demo", {"kind": "demo"}).step()
        if after is None:
            return settle(work, job, Done(_result(work, progress)))
        size = _next_size(progress.size, time.monotonic() - started)
        return settle(work, job, Again({**after, "size": size}))

    return platform.run(actor, step)


def _next_size(size: int, seconds: float) -> int:
    wanted = size * STEP_SECONDS / max(seconds, 0.001)
    return max(5, min(MOST_SIZE, round(min(wanted, size * 2))))


def _result(work: Work, progress: Progress) -> dict[str, Any]:
    if progress.changeset is not None:
        changesets.close_changeset(work, progress.changeset)
    return {
        "loaded": progress.loaded,
        "total": progress.total,
        "changeset": progress.changeset,
        "problems": list(progress.problems),
    }


def _actor(platform: Platform, workspace_id: int, member_id: int | None) -> Actor:
    """Who cloned; the system when that was the command line, or somebody who has left since."""
    if member_id is not None:
        with platform.database.reading() as connection:
            member = read_member(people_rows.get_member(connection, workspace_id, member_id))
        if member.is_active:
            return Actor.of_member(member)
    return Actor.system(workspace_id, "demo_data")


class Loader:
    """One step of loading: reads its progress, makes records, answers the payload of the next step."""

    def __init__(self, work: Work, progress: Progress, action: str, cause: Mapping[str, str]) -> None:
        self.work = work
        self.progress = progress
        self.action = action
        self.cause = cause
        self.app = work.catalogue.app(progress.app)
        self.names = dict(progress.names or {})
        self.later = [(key, row) for key, row in progress.later]
        self.problems = list(progress.problems)
        self.changeset = progress.changeset
        self.people = {one.email.split("@")[0]: one.id for one in people.list_members(work, is_active=True)}

    def step(self) -> dict[str, Any] | None:
        """The next payload; None when everything is loaded."""
        progress = self.progress
        if progress.form < len(progress.forms):
            return self._load_rows(progress.forms[progress.form])
        if self.later:
            return self._link_later()
        return None

    def _load_rows(self, key: str) -> dict[str, Any]:
        progress, handle = self.progress, self.app.form(key)
        demo = self._demo(handle)
        rows = demo.rows[progress.row : progress.row + progress.size]
        loaded = self._make(handle, demo, rows) if rows else 0
        is_over = progress.row + len(rows) >= len(demo.rows)
        return self._payload(
            form=progress.form + 1 if is_over else progress.form,
            row=0 if is_over else progress.row + len(rows),
            loaded=progress.loaded + loaded,
        )

    def _make(self, handle: FormHandle, demo: Demo, rows: Sequence[Sequence[object]]) -> int:
        handle = self.work.hold_form(handle)
        self.changeset = self.changeset or changesets.open_changeset(
            self.work, handle, self.action, self.cause
        )
        world = self._world()
        raws = [raw_values(demo, handle.form, row, world) for row in rows]
        waiting = [
            any(name not in self.names for _, name in links_of(demo, handle.form, row)) for row in rows
        ]
        if handle.form.is_single:
            outcomes = self._change_single(handle, raws)
        else:
            outcomes = records.create_many(self.work, handle, raws, changeset=self.changeset, is_partial=True)
        for offset, (row, outcome) in enumerate(zip(rows, outcomes, strict=True)):
            place = self.progress.row + offset
            if outcome.record is None:
                self._note_problems(handle.key, place, outcome.problems)
            else:
                name = row_name(demo, row)
                self.names |= {name: outcome.record.id} if name is not None else {}
                self.later += [(handle.key, place)] if waiting[offset] else []
        return sum(1 for outcome in outcomes if outcome.record is not None)

    def _change_single(self, handle: FormHandle, raws: Sequence[Mapping[str, Any]]) -> list[records.Outcome]:
        """A form of one record: the row changes the record that is there."""
        record_id = founding.ensure(self.work, handle)
        changes = [records.Change(record_id, raw) for raw in raws]
        return records.update_many(self.work, handle, changes, changeset=self.changeset, is_partial=True)

    def _note_problems(self, key: str, place: int, problems: Sequence[Problem]) -> None:
        for problem in problems:
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(f"{key} {place + 1} {problem.field or ''} {problem.code}")

    def _link_later(self) -> dict[str, Any]:
        """Links to rows that came after: one form of them per step."""
        key = self.later[0][0]
        places = [row for name, row in self.later if name == key][: self.progress.size]
        handle = self.work.hold_form(self.app.form(key))
        demo, world, changes = self._demo(handle), self._world(), []
        for place in places:
            row = demo.rows[place]
            columns = {column for column, link in links_of(demo, handle.form, row)}
            raw = raw_values(demo, handle.form, row, world)
            name = row_name(demo, row)
            if name in self.names:
                wanted = {field: raw[field] for field in raw if field in columns}
                changes.append(records.Change(self.names[name], wanted))
        outcomes = records.update_many(self.work, handle, changes, changeset=self.changeset, is_partial=True)
        for place, outcome in zip(places, outcomes, strict=False):
            self._note_problems(key, place, outcome.problems)
        done = set(places)
        self.later = [(name, row) for name, row in self.later if name != key or row not in done]
        return self._payload()

    def _world(self) -> DemoWorld:
        return DemoWorld(
            date.fromisoformat(self.progress.today), self.work.workspace.zone, self._record, self._person
        )

    def _record(self, name: str) -> str | None:
        record_id = self.names.get(name)
        return None if record_id is None else show_record_id(record_id)

    def _person(self, name: str) -> int | None:
        return self.people.get(name, self.work.actor.member_id)

    def _demo(self, handle: FormHandle) -> Demo:
        row = definition_rows.find_published(
            self.work.connection, self.work.workspace.id, self.app.id, "demo", handle.id
        )
        if row is None:
            return Demo((), ())
        return Demo(tuple(row.document["columns"]), tuple(tuple(one) for one in row.document["rows"]))

    def _payload(self, **changes: Any) -> dict[str, Any]:
        payload = self.progress.to_payload()
        payload |= {
            "names": self.names,
            "later": self.later,
            "problems": self.problems,
            "changeset": self.changeset,
        }
        return payload | changes

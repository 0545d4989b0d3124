"""The platform and its units of work: one transaction, one actor, one instant.

In: a `Database` (runtime.store), a `Clock` and `Files`. Out: `Platform`, whose `reading` and
`writing` give a `Work`; whose `run` repeats a unit of work that the database asked to repeat. Called
by screens, the API, the command line (one a request) and the job worker (one a step).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from runtime import audit, single_records
from runtime.catalogue import Catalogue, CatalogueCache
from runtime.doorbell import Doorbell
from runtime.errors import NotFoundError, ReadOnlyWorkError, StaleFormError, UndoneError
from runtime.ports import Clock, Files
from runtime.store import form_locks, workspace_rows
from runtime.store.database import Database
from runtime.store.errors import NestedWritingError, RetryError
from runtime.workspaces import Workspace

if TYPE_CHECKING:
    from runtime.actors import Actor
    from runtime.catalogue import FormHandle

log = logging.getLogger(__name__)
Result = TypeVar("Result")
TRIES = 3  # docs/decisions, "Locks": serialisation failures and deadlocks are tried three times


@dataclass
class Work:
    """One unit of work: everything that one request or one job step may touch.

    `now` stands still for its whole length, so that the form, the formula, the query and the
    changeset of one request agree on the time."""

    platform: Platform
    connection: Any
    actor: Actor
    workspace: Workspace
    clock: Clock
    catalogue: Catalogue
    now: datetime
    is_writing: bool
    cache: CatalogueCache
    denials: list[tuple[str, str]] = field(default_factory=list)  # (what for, of what): see runtime.audit
    notes: list[tuple[str, str]] = field(default_factory=list)  # (action, target) of work that only reads
    memory: dict[str, Any] = field(default_factory=dict)  # read once per unit of work: settings, members
    _after_commit: list[Callable[[], None]] = field(default_factory=list)
    _held_forms: set[int] = field(default_factory=set)

    @property
    def today(self) -> date:
        """Today in the workspace's zone: what TODAY() means."""
        return self.now.astimezone(ZoneInfo(self.workspace.zone)).date()

    @property
    def language(self) -> str:
        """The actor's language, else the workspace's."""
        return self.actor.member.language if self.actor.member else self.workspace.language

    def parameters(self, form: FormHandle) -> Mapping[str, Any]:
        """The values of a single-record form, the same for everything in this unit of work."""
        return single_records.values_of(self, form)

    @property
    def files(self) -> Files:
        return self.platform.files

    def require_writing(self) -> None:
        if not self.is_writing:
            raise ReadOnlyWorkError("this unit of work only reads")

    def after_commit(self, action: Callable[[], None]) -> None:
        """Runs `action` once the transaction is durable; never when it is rolled back."""
        self._after_commit.append(action)

    def hold_form(self, handle: FormHandle) -> FormHandle:
        """Shuts out a publish of this form until the transaction ends, and answers its handle of now.

        Called before the first write under a form (access.open_form does). SQLite's writer holds
        everything already. On PostgreSQL a publish may have landed since this work began: then the
        form's newest version comes back, or `StaleFormError` when this work already wrote."""
        if not self.is_writing or handle.number in self._held_forms:
            return handle
        form_locks.share(self.connection, handle.number)
        is_first = not self._held_forms
        self._held_forms.add(handle.number)
        revision = workspace_rows.read_revision(self.connection, self.workspace.id)
        if revision == self.workspace.revision:
            return handle
        if not is_first:
            raise StaleFormError(handle.form.id, handle.version, -1)
        self.refresh()
        return self.catalogue.form(handle.form.id, app=handle.app.id)

    def hold_forms(self, handles: list[FormHandle]) -> list[FormHandle]:
        """Several forms, in the one order that never deadlocks."""
        held = {one.number: self.hold_form(one) for one in sorted(handles, key=lambda one: one.number)}
        return [held[one.number] for one in handles]

    def refresh(self) -> None:
        """Reads the workspace and its definitions again: they may have been published since."""
        self.workspace = read_workspace(self.connection, self.workspace.id)
        self.catalogue = self.cache.open(self.connection, self.workspace)

    def start_over(self) -> None:
        """After a part of this work was undone: nothing that was read meanwhile is true any more."""
        self.cache = CatalogueCache()
        self.memory.clear()
        self.refresh()

    def bump_revision(self) -> None:
        """Makes every cached thing of this workspace stale, in all processes (docs/decisions, "Caches").

        What this work now reads is its own, uncommitted: it must not enter the shared cache, where
        it would outlive a rollback under a revision that another writer will use."""
        self.require_writing()
        workspace_rows.bump_revision(self.connection, self.workspace.id)
        self.cache = CatalogueCache()
        self.refresh()


class Platform:
    """The running system: a database, a clock, files, and what one process remembers."""

    def __init__(self, database: Database, clock: Clock, files: Files) -> None:
        self.database = database
        self.clock = clock
        self.files = files
        self.catalogues = CatalogueCache()
        self.doorbell = Doorbell()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Work]:
        """A unit of work that changes nothing."""
        work = None
        try:
            with self.database.reading() as connection:
                work = self._work(connection, actor, is_writing=False)
                yield work
        finally:
            self._write_notes(work)

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Work]:
        """A unit of work that commits at its end, or leaves no trace when it raises."""
        work = None
        try:
            with self.database.writing() as connection:
                work = self._work(connection, actor, is_writing=True)
                yield work
        finally:
            self._write_notes(work)
        for action in work._after_commit:
            action()

    @contextmanager
    def trying(self, actor: Actor) -> Iterator[Work]:
        """A unit of work that writes and is undone at its end: what a dry run is."""
        try:
            with self.writing(actor) as work:
                yield work
                raise UndoneError("a dry run leaves nothing behind")  # noqa: TRY301 — it undoes the work
        except UndoneError:
            return

    def run(self, actor: Actor, task: Callable[[Work], Result], *, tries: int = TRIES) -> Result:
        """Performs `task` in a writing unit of work, again when the database or a publish asks for it."""
        for left in reversed(range(tries)):
            try:
                with self.writing(actor) as work:
                    return task(work)
            except (RetryError, StaleFormError):
                if not left:
                    raise
        raise AssertionError("a unit of work ends by a result or an exception")

    def _write_notes(self, work: Work | None) -> None:
        """A denial rolls its work back, and an export only reads: the audit log hears of both in a
        transaction of its own."""
        if work is None or not (work.denials or work.notes):
            return
        try:
            with self.database.writing() as connection:
                audit.write_afterwards(connection, work)
        except NestedWritingError:  # it stood inside a writing unit of work of the same thread
            log.warning("not audited: %s %s", work.denials, work.notes)

    def _work(self, connection: Any, actor: Actor, *, is_writing: bool) -> Work:
        workspace = read_workspace(connection, actor.workspace_id)
        catalogue = self.catalogues.open(connection, workspace)
        return Work(
            self, connection, actor, workspace, self.clock, catalogue, self.clock.now(), is_writing,
            self.catalogues,
        )  # fmt: skip


def read_workspace(connection: Any, workspace_id: int) -> Workspace:
    """The workspace's row with its revision: the one small read of each unit of work."""
    row = workspace_rows.find(connection, workspace_id)
    if row is None:
        raise NotFoundError("workspace", workspace_id)
    return Workspace.of_row(row)

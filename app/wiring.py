"""Wiring: the one place where ports meet the real world, and where a request gets its unit of work.

In: `Settings`. Out: `build_platform`; `current_work()` for screens and the API, `dispatch` for the
factory. A unit is opened by the first `current_work()` of a request (reading for GET, writing for
unsafe methods), committed when the view has answered, rolled back when it raised, and tried again when
the database or a publish asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import Response, current_app, g, request

from app.config import Settings
from runtime.actors import Actor
from runtime.errors import StaleFormError
from runtime.platform import TRIES, Platform, Work
from runtime.ports import Clock, FileClock, FixedClock, FolderFiles, SystemClock
from runtime.store import migrations
from runtime.store.database import Database, RetryError

BUSY = (RetryError,)  # what the database says when it could not, after all tries
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Wired:
    """What one process serves with: kept in `app.extensions["formloom"]`."""

    settings: Settings
    platform: Platform


def build_platform(settings: Settings) -> Platform:
    """The platform on the real database, clock and files."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Platform(
        Database(settings.database_url), build_clock(settings), FolderFiles(settings.files_folder)
    )


def upgrade_database(platform: Platform) -> None:
    """Brings the schema to this version; on an empty database it makes it. Safe to repeat."""
    migrations.upgrade(platform.database)


def database_version(platform: Platform) -> str:
    """What the database is, for the line at the start: "SQLite 3.53.1", "PostgreSQL 18.4"."""
    return platform.database.version


def build_clock(settings: Settings) -> Clock:
    """The machine's clock; in tests a fixed instant or a file that the test rewrites."""
    if settings.clock is None:
        return SystemClock()
    try:
        moment = datetime.fromisoformat(settings.clock)
    except ValueError:
        return FileClock(Path(settings.clock))
    return FixedClock(moment.astimezone() if moment.tzinfo is None else moment)


def wired() -> Wired:
    found: Wired = current_app.extensions["formloom"]
    return found


def current_settings() -> Settings:
    return wired().settings


def current_platform() -> Platform:
    return wired().platform


def only_reads(view: View) -> View:
    """Marks a view that answers an unsafe method without changing anything (previews, checks)."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def use_actor(actor: Actor) -> None:
    """Says who this request acts as. Called once, by the gate of the screens or of the API."""
    g.actor = actor


def current_actor() -> Actor:
    """Who this request acts as; a programming mistake outside a gated route."""
    actor: Actor = g.actor
    return actor


def current_work() -> Work:
    """The request's unit of work, opened on first use."""
    work: Work | None = g.get("work")
    if work is None:
        stack: ExitStack = g.unit_of_work
        platform = current_platform()
        opening = platform.reading if _reads() else platform.writing
        work = g.work = stack.enter_context(opening(current_actor()))
    return work


def has_work() -> bool:
    """Whether this request opened its unit of work already."""
    return g.get("work") is not None


def dispatch(view: Callable[[], Response]) -> Response:
    """Runs a view inside its unit of work; again when the database or a publish asks for it."""
    for left in reversed(range(TRIES)):
        try:
            return _dispatch_once(view)
        except (RetryError, StaleFormError):
            if not left:
                raise
            for file in request.files.values():
                file.stream.seek(0)
    raise AssertionError("a view ends by an answer or an exception")


class _RefusedError(Exception):
    """Carries a refusal out of the unit of work, so that the unit is rolled back."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _dispatch_once(view: Callable[[], Response]) -> Response:
    try:
        with ExitStack() as stack:
            g.unit_of_work = stack
            try:
                answer = view()
            finally:
                g.pop("work", None)
            _require_success(answer)
            return answer
    except _RefusedError as refused:
        return refused.answer


def _require_success(answer: Response) -> None:
    """A refusal changes nothing, whatever the view did before it."""
    if answer.status_code >= 400:
        raise _RefusedError(answer)


@contextmanager
def reading_afterwards() -> Iterator[None]:
    """For the page of an error: a unit that only reads, after the request's own was rolled back."""
    g.pop("work", None)
    g.is_afterwards = True
    with ExitStack() as stack:
        g.unit_of_work = stack
        try:
            yield
        finally:
            g.pop("work", None)


def _reads() -> bool:
    if request.method in SAFE_METHODS or g.get("is_afterwards"):
        return True
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "only_reads", False))

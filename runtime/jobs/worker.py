"""The worker: claims due jobs, calls their handlers, keeps their lease alive, and parks what keeps failing.

In: a `Platform` and the handlers. Out: `Worker.run_once` (one claim, for tests and the command line),
`run_forever`, and `WorkerThread`, the in-process worker that the app starts and stops. This is one of
the two doors where every exception is caught: a failing job must not stop the others.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from runtime.errors import FencedError
from runtime.jobs.enrolment import enrolled
from runtime.jobs.handlers import Handlers
from runtime.jobs.queue import LEASE, Again, Job, Settled, write_outcome
from runtime.jobs.schedule import DailySchedule
from runtime.store import job_rows

if TYPE_CHECKING:
    from runtime.platform import Platform

log = logging.getLogger(__name__)
SWEEP_SECONDS = 2.0  # how long a due timer, or the lease of a dead worker, may go unnoticed
TURN_SECONDS = 1.0  # how long one job may go on before others get a turn
LONGEST_WAIT = 3600.0  # between two tries of a failing job


class Worker:
    """One claim loop. Any number may run, in any process: claims are atomic."""

    def __init__(self, platform: Platform, handlers: Handlers | None = None) -> None:
        self.platform = platform
        self.handlers = enrolled() if handlers is None else handlers
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.schedule = DailySchedule(platform)
        self._stopping = threading.Event()

    def run_once(self) -> bool:
        """Claims and performs one due job, one turn long; False when there was none."""
        job = self._claim()
        if job is None:
            return False
        with Heartbeat(self.platform, job):
            self._take_turn(job)
        return True

    def run_until_idle(self) -> int:
        """Performs every due job; answers how many turns it took. For tests and the command line."""
        turns = 0
        while self.run_once():
            turns += 1
        return turns

    def run_forever(self) -> None:
        """Until `stop`: performs what is due, then waits for the doorbell or the next sweep."""
        while not self._stopping.is_set():
            heard = self.platform.doorbell.rings
            try:
                self.schedule.enqueue_due()
                is_busy = self.run_once()
            except Exception:  # a door: the database is away, and the loop must outlive that
                log.exception("the worker could not look for jobs")
                is_busy = False
            if not is_busy and not self._stopping.is_set():
                self.platform.doorbell.wait(heard, SWEEP_SECONDS)

    def stop(self) -> None:
        """Asks `run_forever` to end after the step at hand."""
        self._stopping.set()
        self.platform.doorbell.ring()

    def _claim(self) -> Job | None:
        """A worker of older code leaves jobs whose names it does not know to others."""
        now = self.platform.clock.now()
        with self.platform.database.reading() as connection:
            if not job_rows.is_any_due(connection, tuple(self.handlers), now):
                return None
        with self.platform.database.writing() as connection:
            row = job_rows.claim(connection, tuple(self.handlers), self.owner, now, now + LEASE)
        if row is None:
            return None
        return Job(row.id, row.workspace_id, row.name, row.key, row.payload, row.attempts, row.fence)

    def _take_turn(self, job: Job) -> None:
        started = time.monotonic()
        while True:
            following = self._take_step(job)
            if following is None:
                return
            if time.monotonic() - started > TURN_SECONDS or self._stopping.is_set():
                self._give_up_lease(following)
                return
            job = following

    def _take_step(self, job: Job) -> Job | None:
        """One call of the handler; the job as it goes on at once, or None."""
        try:
            outcome = self.handlers[job.name].perform(self.platform, job)
            if isinstance(outcome, Settled):
                outcome = outcome.outcome
            else:
                with self.platform.database.writing() as connection:
                    write_outcome(connection, job, outcome, self.platform.clock.now())
        except FencedError:
            log.warning("job %s (%s) was taken over by another worker", job.id, job.name)
            return None
        except Exception as error:  # a door: see the module's text
            log.exception("job %s (%s) failed", job.id, job.name)
            self._note_failure(job, error)
            return None
        if isinstance(outcome, Again) and not outcome.delay:
            return Job(job.id, job.workspace_id, job.name, job.key, outcome.payload, 0, job.fence)
        return None

    def _note_failure(self, job: Job, error: Exception) -> None:
        attempts = job.attempts + 1
        is_parked = attempts >= self.handlers[job.name].most_attempts
        wait = min(LONGEST_WAIT, 2.0**attempts) * random.uniform(0.8, 1.2)  # noqa: S311 — jitter, no secret
        run_at = self.platform.clock.now() + timedelta(seconds=wait)
        text = f"{type(error).__name__}: {error}"[:2000]
        with self.platform.database.writing() as connection:
            job_rows.fail(connection, job.id, job.fence, text, run_at, is_parked=is_parked)

    def _give_up_lease(self, job: Job) -> None:
        with self.platform.database.writing() as connection:
            job_rows.release(connection, job.id, job.fence, self.platform.clock.now())


class Heartbeat:
    """Renews a job's lease every third of it while its handler runs."""

    seconds = LEASE.total_seconds() / 3

    def __init__(self, platform: Platform, job: Job) -> None:
        self.platform = platform
        self.job = job
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job.id}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self.seconds):
            try:
                with self.platform.database.writing() as connection:
                    until = self.platform.clock.now() + LEASE
                    if not job_rows.renew(connection, self.job.id, self.job.fence, until):
                        return  # taken over: the handler's next `hold` will say so
            except Exception:  # one missed beat is what the other two thirds are for
                log.exception("the lease of job %s could not be renewed", self.job.id)


class WorkerThread:
    """The in-process worker: a worker on a thread of the app, started and stopped with it."""

    def __init__(self, platform: Platform, handlers: Handlers | None = None) -> None:
        self.platform = platform
        self.worker = Worker(platform, handlers)
        self._thread = threading.Thread(target=self.worker.run_forever, name="worker", daemon=True)

    def start(self) -> None:
        """On SQLite there is one process only, so that every lease found now is a dead process's."""
        if self.platform.database.dialect == "sqlite":
            with self.platform.database.writing() as connection:
                job_rows.release_all(connection, self.platform.clock.now())
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, seconds: float = 10.0) -> None:
        """Ends after the step at hand; the job goes on with whoever claims it next."""
        self.worker.stop()
        self._thread.join(seconds)

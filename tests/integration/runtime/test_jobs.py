"""Jobs: claimed once, done once, never lost, parked where somebody sees why."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from runtime import jobs
from runtime.actors import Actor
from runtime.errors import FencedError, ForbiddenError, NotFoundError
from runtime.jobs import Again, Done, Handler, Job, Worker, WorkerThread
from runtime.platform import Platform
from runtime.store import job_rows
from runtime.store.database import Database


def handlers(**functions):
    return {name: Handler(name, function, 3) for name, function in functions.items()}


def enqueue(platform, actor, name="work", payload=None, *, key="k", run_at=None) -> int:
    with platform.writing(actor) as work:
        return jobs.enqueue(work, name, payload or {}, key=key, run_at=run_at)


def state(platform, actor, job_id) -> jobs.JobRow:
    with platform.reading(actor) as work:
        return jobs.find_job(work, job_id)


def claim(platform, worker) -> Job | None:
    return worker._claim()


def test_enqueued_job_is_done_once(platform, admin):
    seen = []

    def perform(platform, job):
        seen.append(job.payload)
        return Done({"ok": True})

    job_id = enqueue(platform, admin, payload={"n": 1})
    worker = Worker(platform, handlers(work=perform))
    assert worker.run_once()
    assert not worker.run_once()
    assert seen == [{"n": 1}]
    assert (state(platform, admin, job_id).state, state(platform, admin, job_id).result) == (
        "done",
        {"ok": True},
    )


def test_same_key_is_one_job_even_when_done(platform, admin):
    first = enqueue(platform, admin)
    assert enqueue(platform, admin) == first
    Worker(platform, handlers(work=lambda platform, job: Done())).run_until_idle()
    assert enqueue(platform, admin) == first
    assert not Worker(platform, handlers(work=lambda platform, job: Done())).run_once()
    assert enqueue(platform, admin, key="other") != first


def test_job_of_a_rolled_back_change_vanishes(platform, admin):
    def enqueue_then_fail(work):
        jobs.enqueue(work, "work", {}, key="k")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        platform.run(admin, enqueue_then_fail)
    assert not Worker(platform, handlers(work=lambda platform, job: Done())).run_once()
    assert platform.doorbell.rings == 0


def test_future_job_waits_for_its_time(platform, admin, clock):
    enqueue(platform, admin, run_at=clock.now() + timedelta(hours=1))
    worker = Worker(platform, handlers(work=lambda platform, job: Done()))
    assert not worker.run_once()
    clock.advance(hours=1)
    assert worker.run_once()


def test_steps_carry_their_payload(platform, admin):
    seen = []

    def perform(platform, job):
        seen.append(job.payload.get("row", 0))
        return Again({"row": seen[-1] + 1}) if seen[-1] < 3 else Done()

    enqueue(platform, admin)
    Worker(platform, handlers(work=perform)).run_until_idle()
    assert seen == [0, 1, 2, 3]


def test_delayed_step_waits(platform, admin, clock):
    seen = []

    def perform(platform, job):
        seen.append(1)
        return Again({}, delay=60) if len(seen) == 1 else Done()

    enqueue(platform, admin)
    worker = Worker(platform, handlers(work=perform))
    worker.run_until_idle()
    assert len(seen) == 1
    clock.advance(seconds=61)
    worker.run_until_idle()
    assert len(seen) == 2


def test_failing_job_is_tried_again_then_parked(platform, admin, clock):
    tries = []

    def perform(platform, job):
        tries.append(clock.now())
        raise RuntimeError("the printer is on fire")

    job_id = enqueue(platform, admin)
    worker = Worker(platform, handlers(work=perform))
    for _ in range(10):
        worker.run_until_idle()
        clock.advance(minutes=5)
    assert len(tries) == 3
    parked = state(platform, admin, job_id)
    assert parked.state == "parked"
    assert parked.last_error == "RuntimeError: the printer is on fire"


def test_parked_job_is_seen_and_retried_by_admins_only(platform, admin, lin, clock):
    calls = []

    def perform(platform, job):
        calls.append(dict(job.payload))
        if job.payload.get("step") and len(calls) < 5:
            raise RuntimeError("no")
        return Done() if job.payload.get("step") else Again({"step": 2})

    job_id = enqueue(platform, admin)
    worker = Worker(platform, handlers(work=perform))
    for _ in range(6):
        worker.run_until_idle()
        clock.advance(minutes=5)
    with platform.reading(admin) as work:
        assert [row.id for row in jobs.list_jobs(work)] == [job_id]
    for actor in (lin,):
        with pytest.raises(ForbiddenError), platform.writing(actor) as work:
            jobs.retry(work, job_id)
    with platform.writing(admin) as work:
        jobs.retry(work, job_id)
    worker.run_until_idle()
    assert calls[-1] == {"step": 2}, "from the step at which it parked"
    assert state(platform, admin, job_id).state == "done"


def test_jobs_of_other_workspaces_are_not_there(platform, admin, stranger):
    job_id = enqueue(platform, admin)
    with platform.writing(stranger) as work:
        assert jobs.find_job(work, job_id) is None
        assert jobs.list_jobs(work, None) == []
        with pytest.raises(NotFoundError):
            jobs.retry(work, job_id)


def test_unknown_names_are_left_to_newer_workers(platform, admin):
    job_id = enqueue(platform, admin, "from.the.future")
    assert not Worker(platform, handlers(work=lambda platform, job: Done())).run_once()
    assert state(platform, admin, job_id).state == "waiting"


def test_one_failing_job_does_not_stop_the_others(platform, admin):
    def fail(platform, job):
        raise RuntimeError("no")

    enqueue(platform, admin, "fail", key="1")
    other = enqueue(platform, admin, "work", key="2")
    Worker(platform, handlers(fail=fail, work=lambda platform, job: Done())).run_until_idle()
    assert state(platform, admin, other).state == "done"


def test_decision_jobs_have_a_lease_and_a_fence(platform, admin, clock):
    """A worker that was away for longer than its lease finds its fence gone and commits nothing."""
    job_id = enqueue(platform, admin)
    table = handlers(work=lambda platform, job: Done())
    slow, quick = Worker(platform, table), Worker(platform, table)
    first = claim(platform, slow)
    assert claim(platform, quick) is None, "leased"
    clock.advance(seconds=29)
    assert claim(platform, quick) is None
    clock.advance(seconds=2)
    second = claim(platform, quick)
    assert second.id == first.id == job_id
    assert second.fence > first.fence
    assert second.attempts == 1, "an expired lease is an attempt"
    with pytest.raises(FencedError), platform.writing(admin) as work:
        jobs.hold(work, first)
    with pytest.raises(FencedError), platform.writing(admin) as work:
        jobs.settle(work, first, Done())
    with platform.writing(admin) as work:
        jobs.hold(work, second)
        jobs.settle(work, second, Done())
    assert state(platform, admin, job_id).state == "done"


def test_outcome_and_effects_commit_together(platform, admin):
    """`settle` in the handler's transaction: when that is rolled back, the step is not done."""
    calls = []

    def perform(platform, job):
        calls.append(job.payload)
        with platform.writing(Actor.system(job.workspace_id, "job_worker")) as work:
            jobs.hold(work, job)
            jobs.enqueue(work, "effect", {}, key=f"effect-{len(calls)}")
            settled = jobs.settle(work, job, Done())
            if len(calls) == 1:
                raise RuntimeError("killed before the commit")
            return settled

    job_id = enqueue(platform, admin)
    worker = Worker(platform, handlers(work=perform))
    worker.run_once()
    assert state(platform, admin, job_id).state == "waiting"
    platform.clock.advance(minutes=1)
    worker.run_once()
    assert state(platform, admin, job_id).state == "done"
    with platform.reading(admin) as work:
        assert [row.key for row in jobs.list_jobs(work, "waiting")] == ["effect-2"]


def test_cancelled_job_stops_before_its_next_step(platform, admin):
    steps = []

    def perform(platform, job):
        steps.append(1)
        if len(steps) == 2:
            with platform.writing(admin) as work:
                jobs.cancel(work, job.id)
        with platform.writing(admin) as work:
            jobs.hold(work, job)
            return jobs.settle(work, job, Again({}))

    job_id = enqueue(platform, admin)
    Worker(platform, handlers(work=perform)).run_until_idle()
    assert state(platform, admin, job_id).state == "cancelled"
    assert len(steps) == 2


def test_long_job_gives_others_a_turn(platform, admin, monkeypatch):
    from runtime.jobs import worker as module

    monkeypatch.setattr(module, "TURN_SECONDS", 0.0)
    order = []

    def perform(platform, job):
        order.append(job.key)
        platform.clock.advance(seconds=1)
        count = job.payload.get("count", 0) + 1
        return Again({"count": count}) if count < 3 else Done()

    enqueue(platform, admin, key="a")
    enqueue(platform, admin, key="b")
    Worker(platform, handlers(work=perform)).run_until_idle()
    assert order == ["a", "b", "a", "b", "a", "b"]


def test_many_workers_do_each_job_once(platform, admin):
    done, lock = [], threading.Lock()

    def perform(platform, job):
        with lock:
            done.append(job.key)
        return Done()

    for number in range(40):
        enqueue(platform, admin, key=str(number))
    workers = [Worker(platform, handlers(work=perform)) for _ in range(4)]
    threads = [threading.Thread(target=worker.run_until_idle) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=int) == [str(number) for number in range(40)]


def test_thread_wakes_by_the_doorbell_and_stops_cleanly(platform, admin, monkeypatch):
    from runtime.jobs import worker as module

    monkeypatch.setattr(module, "SWEEP_SECONDS", 30.0)
    done = threading.Event()

    def perform(platform, job):
        done.set()
        return Done()

    thread = WorkerThread(platform, handlers(work=perform))
    thread.start()
    enqueue(platform, admin)
    assert done.wait(5), "woken by the commit, not by the sweep"
    started = time.monotonic()
    thread.stop()
    assert time.monotonic() - started < 5
    assert not thread.is_alive


def test_first_thread_of_a_sqlite_process_takes_dead_leases_back(platform, admin):
    enqueue(platform, admin)
    dead = claim(platform, Worker(platform, handlers(work=lambda platform, job: Done())))
    assert dead is not None
    done = threading.Event()
    thread = WorkerThread(platform, handlers(work=lambda platform, job: done.set() or Done()))
    thread.start()
    is_done = done.wait(3)
    thread.stop()
    assert is_done == (platform.database.dialect == "sqlite")


def test_heartbeat_keeps_the_lease(platform, admin, clock, monkeypatch):
    from runtime.jobs import worker as module

    beats = threading.Event()
    original = job_rows.renew

    def renew(*arguments):
        answer = original(*arguments)
        beats.set()
        return answer

    monkeypatch.setattr(job_rows, "renew", renew)
    monkeypatch.setattr(module.Heartbeat, "seconds", 0.01)

    def perform(platform, job):
        clock.advance(seconds=20)
        beats.clear()
        assert beats.wait(5)
        clock.advance(seconds=20)
        with platform.writing(admin) as work:
            jobs.hold(work, job)
        assert claim(platform, other) is None
        return Done()

    table = handlers(work=perform)
    other = Worker(platform, table)
    job_id = enqueue(platform, admin)
    Worker(platform, table).run_once()
    assert state(platform, admin, job_id).state == "done"


def test_daily_job_is_made_once_a_day_per_workspace(platform, cast, clock):
    for _ in range(3):
        Worker(platform, {}).schedule.enqueue_due()
    with platform.reading(cast.admin) as work:
        [row] = jobs.list_jobs(work, "waiting")
    assert (row.name, row.payload) == ("daily.fields", {"day": "2026-07-06"})
    clock.advance(hours=13, minutes=59)  # 23:59 in Shanghai
    schedule = Worker(platform, {}).schedule
    schedule.enqueue_due()
    with platform.reading(cast.admin) as work:
        assert len(jobs.list_jobs(work, "waiting")) == 1
    clock.advance(minutes=2)
    schedule.enqueue_due()
    with platform.reading(cast.admin) as work:
        assert [one.payload["day"] for one in jobs.list_jobs(work, "waiting")] == ["2026-07-07", "2026-07-06"]


KILLED = """
import os, sys, signal, threading
from datetime import UTC, datetime
from pathlib import Path
from runtime import jobs
from runtime.actors import Actor
from runtime.jobs import Again, Done, Handler, WorkerThread
from runtime.platform import Platform
from runtime.ports import FolderFiles, SystemClock
from runtime.store.database import Database

platform = Platform(Database(sys.argv[1]), SystemClock(), FolderFiles(Path(sys.argv[2])))
stop_at = int(sys.argv[3])
ended = threading.Event()

def perform(platform, job):
    count = job.payload["count"]
    if count == stop_at:
        os.kill(os.getpid(), signal.SIGKILL)
    with platform.writing(Actor.system(job.workspace_id, "job_worker")) as work:
        jobs.hold(work, job)
        jobs.enqueue(work, "effect", {}, key=f"effect-{count}-{os.getpid()}")
        outcome = Again({"count": count + 1}) if count < 19 else Done()
        settled = jobs.settle(work, job, outcome)
    if isinstance(outcome, Done):
        ended.set()
    return settled

thread = WorkerThread(platform, {"count": Handler("count", perform, 5)})
thread.start()
ended.wait(60)
thread.stop()
"""


@pytest.mark.timeout(120)
def test_decision_killed_worker_loses_nothing_and_doubles_nothing(platform, admin, database_url, tmp_path):
    """Killed with -9 in the middle of three different steps; each step still happened exactly once."""
    job_id = enqueue(platform, admin, "count", {"count": 0})
    platform.database.close()  # an older SQLite lets one process in at a time
    for stop_at in (1, 5, 19, -1):
        process = subprocess.run(
            [sys.executable, "-c", KILLED, database_url, str(tmp_path / "files"), str(stop_at)],
            env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert process.returncode == (0 if stop_at < 0 else -signal.SIGKILL), process.stderr
        platform = Platform(Database(database_url), platform.clock, platform.files)
        if platform.database.dialect == "postgresql":
            _expire_leases(platform)
        if stop_at >= 0:
            platform.database.close()
    assert state(platform, admin, job_id).state == "done"
    with platform.reading(admin) as work:
        waiting = jobs.list_jobs(work, "waiting")
    platform.database.close()
    effects = [row.key.split("-")[1] for row in waiting if row.name == "effect"]
    assert sorted(effects, key=int) == [str(number) for number in range(20)]


def _expire_leases(platform) -> None:
    """Instead of waiting half a minute for the dead worker's lease."""
    with platform.database.writing() as connection:
        job_rows.release_all(connection, platform.clock.now())

"""Jobs: work to be done later, each a row that ends done or parked (docs/decisions, "Jobs").

In: `enqueue` beside the change that asks for it, in the same transaction. Out: a `Worker` claims jobs
under a lease with a fence and calls the handler registered for their name. Killing any process at
any moment loses nothing: the table is the truth, the doorbell only wakes.
"""

from runtime.jobs.handlers import HANDLERS, Handler, Handlers, handles
from runtime.jobs.queue import (
    Again,
    Done,
    Job,
    JobRow,
    cancel,
    enqueue,
    find_by_key,
    find_job,
    hold,
    list_jobs,
    retry,
    settle,
)
from runtime.jobs.worker import Worker, WorkerThread

__all__ = [
    "HANDLERS",
    "Again",
    "Done",
    "Handler",
    "Handlers",
    "Job",
    "JobRow",
    "Worker",
    "WorkerThread",
    "cancel",
    "enqueue",
    "find_by_key",
    "find_job",
    "handles",
    "hold",
    "list_jobs",
    "retry",
    "settle",
]

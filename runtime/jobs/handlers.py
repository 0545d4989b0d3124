"""The registry of handlers: what is done for a job of each name.

In: `@handles("import.rows")` on a function `(platform, job) -> Done | Again`. Out: `HANDLERS`. A
handler works in steps of at most 150 ms, each in a unit of work of its own in which it first
calls `hold`, and may be called again for a step that it had already done: it must be safe to repeat,
or write its outcome with `settle` in the transaction of its effects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.jobs.queue import Job, Outcome, Settled
    from runtime.platform import Platform

    Perform = Callable[[Platform, Job], Outcome | Settled]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function and how often it may fail in a row before its job is parked."""

    name: str
    perform: Perform
    most_attempts: int = 5


Handlers = Mapping[str, Handler]
HANDLERS: dict[str, Handler] = {}


def handles(name: str, *, most_attempts: int = 5) -> Callable[[Perform], Perform]:
    """Enrols a handler; a second one of the same name stops the import."""

    def enrol(perform: Perform) -> Perform:
        if name in HANDLERS and HANDLERS[name].perform is not perform:
            raise ValueError(f"two handlers for jobs named {name!r}")
        HANDLERS[name] = Handler(name, perform, most_attempts)
        return perform

    return enrol

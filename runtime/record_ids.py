"""Record ids: 63-bit integers made here, in the order of time, known before anything is inserted.

In: the machine's clock. Out: `new_record_id`, `new_record_ids`. Used for records, lines, changesets and
every system row with a numeric id. 41 bits of milliseconds since 2024 (until 2093), 10 bits that tell
processes apart, 12 bits of sequence. Within a process ids only grow, even when the clock is set back.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

START_MILLISECONDS = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * 1000
PROCESS_BITS = 10
SEQUENCE_BITS = 12
_TIME_SHIFT = PROCESS_BITS + SEQUENCE_BITS
_LAST_SEQUENCE = (1 << SEQUENCE_BITS) - 1


class RecordIds:
    """A source of ids. One a process; thread safe."""

    def __init__(self, process: int, milliseconds: Callable[[], int]) -> None:
        self._process = (process & ((1 << PROCESS_BITS) - 1)) << SEQUENCE_BITS
        self._milliseconds = milliseconds
        self._lock = threading.Lock()
        self._time = 0
        self._sequence = 0

    def take(self, count: int = 1) -> list[int]:
        """`count` ids, each greater than every one before."""
        with self._lock:
            now = self._milliseconds() - START_MILLISECONDS
            if now > self._time:
                self._time, self._sequence = now, -1
            return [self._next() for _ in range(count)]

    def _next(self) -> int:
        """A full millisecond borrows from the next one: nobody waits, order stays."""
        self._sequence += 1
        if self._sequence > _LAST_SEQUENCE:
            self._time, self._sequence = self._time + 1, 0
        return (self._time << _TIME_SHIFT) | self._process | self._sequence


def _for_this_process() -> RecordIds:
    return RecordIds(secrets.randbits(PROCESS_BITS), lambda: time.time_ns() // 1_000_000)


_source = _for_this_process()


def _after_fork() -> None:
    global _source  # noqa: PLW0603 — a child must not go on with its parent's process bits
    _source = _for_this_process()


os.register_at_fork(after_in_child=_after_fork)


def new_record_id() -> int:
    return _source.take()[0]


def new_record_ids(count: int) -> list[int]:
    return _source.take(count)

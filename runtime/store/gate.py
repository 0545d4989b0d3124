"""The gate before the one writer of a SQLite file: first in, first out.

In: threads that want to write. Out: one at a time, in the order they came. Called by `database.py`.
SQLite's own busy handler polls and starves; under an import of 100,000 rows a save must get its turn
after the batch at hand (docs/decisions, "SQLite as a server").
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType

from runtime.store.errors import NestedWritingError, RetryError


class Gate:
    """A fair lock. Not re-entrant: the same thread asking twice is told so at once."""

    def __init__(self, seconds: float = 60.0) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._holder: int | None = None

    def __enter__(self) -> Gate:
        me = threading.get_ident()
        with self._lock:
            if self._holder == me:
                raise NestedWritingError("this thread is already in a writing unit of work")
            if self._holder is None:
                self._holder = me
                return self
            turn = threading.Event()
            self._waiting.append(turn)
        if not turn.wait(self.seconds):
            self._leave_queue(turn)
        self._holder = me
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._waiting:
                self._holder = 0  # taken, by the one who wakes up
                self._waiting.popleft().set()
            else:
                self._holder = None

    def _leave_queue(self, turn: threading.Event) -> None:
        """Out of patience; unless the turn came in this very moment."""
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise RetryError(f"no turn to write within {self.seconds:g} seconds")

    @property
    def queue_length(self) -> int:
        """How many threads wait. For metrics and tests."""
        with self._lock:
            return len(self._waiting)

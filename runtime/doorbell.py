"""The doorbell: wakes sleeping workers of this process when a job was committed.

In: `ring` after a commit. Out: `wait`. A lost ring costs nothing but time: the job table is the truth
and the sweeper looks by itself (docs/decisions, "Jobs").
"""

from __future__ import annotations

import threading


class Doorbell:
    """Counts rings, so that one which came while nobody waited is not missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        with self._condition:
            return self._rings

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Until there were more than `heard` rings or `seconds` passed; answers the count of rings."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > heard, timeout=seconds)
            return self._rings

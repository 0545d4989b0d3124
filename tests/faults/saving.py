"""People who save while a sheet is imported: how long each save takes.

In: a running `Served` and an import. Out: seconds by save. Called by tests/faults and by `make bench`.
"""

from __future__ import annotations

import statistics
import time

from tests.bench.deals import values_of
from tests.faults.serving import Served

PAUSE = 0.02  # between two saves of the same person


def times_of_saves(served: Served, run: str, *, most: int = 2_000) -> list[float]:
    """Saves one record after the other until the import is over; its progress is looked at in between."""
    times: list[float] = []
    while len(times) < most:
        if len(times) % 10 == 0 and served.progress(run)["state"] == "done":
            break
        started = time.perf_counter()
        served.create(values_of(9_000_000 + len(times)))
        times.append(time.perf_counter() - started)
        # lint: sleep: people pause between two saves
        time.sleep(PAUSE)
    return times


def percentile(times: list[float], share: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]

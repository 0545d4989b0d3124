"""How much a job does in its next step: as much as keeps the writer for about a tenth of a second.

In: how much the last step did and how long that took. Out: the next size. Called by jobs that work in slices
(docs/decisions, "SQLite as a server": a batch holds the writer for at most 150 ms).
"""

from __future__ import annotations

STEP_SECONDS = 0.1
SMALLEST, LARGEST = 10, 2_000


def next_size(size: int, seconds: float) -> int:
    """Twice the last one at most, a quarter at least: one slow step says little."""
    factor = min(2.0, max(0.25, STEP_SECONDS / max(seconds, 0.001)))
    return max(SMALLEST, min(LARGEST, int(size * factor)))

"""Undoing: what a changeset did is put back, days later too, except where somebody went on from it.

In: a changeset. Out: `revert` (at once, or by a job in slices), `find_run` (how far that job is),
`RevertOutcome`. The laws are in `laws.py`; it stands on the record service, through which every write goes.
"""

from runtime.undoing.laws import RevertOutcome, Skipped
from runtime.undoing.reverting import revert
from runtime.undoing.slices import RevertRun, find_run

__all__ = ["RevertOutcome", "RevertRun", "Skipped", "find_run", "revert"]

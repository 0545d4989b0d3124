"""Interleaved rounds: each operation by one program, then by the other, over and over; medians and ratios.

In: contenders and operations. Out: `Figure`s. CPU is this process's (what the machine pays for Python and,
on SQLite, for the database; PostgreSQL's own processes are not in it), wall is what somebody waits.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """Something both do. `run(contender, number)` does it once; `bar` is the ratio of CPU it must keep."""

    name: str
    run: Callable[[Any, int], None]
    bar: float
    repeats: int = 20  # in a round
    rounds: int | None = None  # where one is enough
    units: int = 1  # what a run counts as: the rows of an import


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians of one program for one operation, a unit: seconds and statements."""

    cpu: float
    wall: float
    statements: float


Figures = dict[str, dict[str, Figure]]  # by operation, then by program


def measure(contenders: Sequence[Any], operations: Sequence[Operation], rounds: int) -> Figures:
    """Everybody does everything once unmeasured, then the rounds, in turn first and second."""
    samples: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    numbers = iter(range(10_000_000, 10**9))
    for operation in operations:
        if operation.rounds is None:
            for one in contenders:
                for _ in range(3):
                    operation.run(one, next(numbers))
    for number in range(rounds):
        order = list(contenders) if number % 2 == 0 else list(reversed(contenders))
        for operation in operations:
            if operation.rounds is not None and number >= operation.rounds:
                continue
            for one in order:
                samples[operation.name, one.name].append(_round(one, operation, numbers))
    figures: Figures = defaultdict(dict)
    for (operation_name, name), found in samples.items():
        columns = zip(*((one.cpu, one.wall, one.statements) for one in found), strict=True)
        figures[operation_name][name] = Figure(*map(statistics.median, columns))
    return figures


def _round(one: Any, operation: Operation, numbers: Any) -> Figure:
    repeats = operation.repeats
    gc.collect()
    before, cpu, wall = one.statements.count, time.process_time(), time.perf_counter()
    for _ in range(repeats):
        operation.run(one, next(numbers))
    spent, waited = time.process_time() - cpu, time.perf_counter() - wall
    total = repeats * operation.units
    return Figure(spent / total, waited / total, (one.statements.count - before) / total)


def table(figures: Figures, operations: Sequence[Operation], mine: str, limit: str) -> str:
    """A Markdown table of milliseconds, ratios, statements, and whether the bar is kept."""
    lines = [
        "| operation | CPU ms by hand | ours | ratio | bar | wall ratio | statements by hand | ours |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in operations:
        ours, theirs = figures[one.name][mine], figures[one.name][limit]
        ratio, wall = ours.cpu / theirs.cpu, ours.wall / theirs.wall
        verdict = "" if ratio <= one.bar else " **missed**"
        lines.append(
            f"| {one.name} | {theirs.cpu * 1000:.3f} | {ours.cpu * 1000:.3f} | {ratio:.2f}×{verdict} "
            f"| {one.bar}× | {wall:.2f}× | {theirs.statements:.3g} | {ours.statements:.3g} |"
        )
    return "\n".join(lines)

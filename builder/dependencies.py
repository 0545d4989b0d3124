"""The dependency graph over (table, field): what must be computed again when something changed.

In: what each computed field reads (`builder.reads`). Out: `DependencyGraph`: an order without loops,
or the loop; and for changed fields the computed ones that read them, with the way from the changed
record to theirs. Made by `builder.compute`; walked by `runtime.recompute`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from builder.reads import Hop, Read

Cell = tuple[str, str]  # (form or subform id, field id)


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` reads `source`: from a changed record follow `hops` to those to compute again.

    `is_everywhere`: every record of the target's form."""

    source: Cell
    target: Cell
    hops: tuple[Hop, ...]
    is_everywhere: bool


@dataclass(frozen=True)
class DependencyGraph:
    """All computed fields of one app, in an order in which each comes after what it reads."""

    order: tuple[Cell, ...]
    edges: Mapping[Cell, tuple[Edge, ...]]  # by source
    rank: Mapping[Cell, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", {cell: place for place, cell in enumerate(self.order)})

    def dependents(self, table: str, fields: Iterable[str]) -> tuple[Edge, ...]:
        """The edges that leave any of `fields` of `table` (EXISTENCE for a record that came or went)."""
        return tuple(edge for one in fields for edge in self.edges.get((table, one), ()))

    def downstream(self, cells: Iterable[Cell]) -> frozenset[Cell]:
        """Every computed cell that changes, however indirectly, when one of `cells` does."""
        seen: set[Cell] = set()
        waiting = list(cells)
        while waiting:
            for edge in self.edges.get(waiting.pop(), ()):
                if edge.target not in seen:
                    seen.add(edge.target)
                    waiting.append(edge.target)
        return frozenset(seen)


def build_graph(reads: Mapping[Cell, Iterable[Read]]) -> DependencyGraph | tuple[Cell, ...]:
    """The graph of the computed cells `reads`, or the cells of one loop, first = last."""
    edges: dict[Cell, dict[Edge, None]] = {}
    above: dict[Cell, set[Cell]] = {cell: set() for cell in reads}
    for target, its_reads in reads.items():
        for read in sorted(its_reads, key=_read_key):
            source = (read.table, read.field)
            edge = Edge(source, target, read.hops, read.is_everywhere)
            edges.setdefault(source, {})[edge] = None
            if source in above:
                above[target].add(source)
    order = _sort(above)
    if len(order) < len(above):
        return _loop({cell: deps for cell, deps in above.items() if cell not in set(order)})
    return DependencyGraph(tuple(order), {source: tuple(found) for source, found in edges.items()})


def _read_key(read: Read) -> tuple[str, str, str]:
    return (read.table, read.field, repr(read.hops))


def _sort(above: Mapping[Cell, set[Cell]]) -> list[Cell]:
    """Kahn's order, keeping the order of `above` where dependencies leave a choice."""
    left = {cell: len(deps) for cell, deps in above.items()}
    below: dict[Cell, list[Cell]] = {}
    for cell, deps in above.items():
        for dep in deps:
            below.setdefault(dep, []).append(cell)
    order = [cell for cell, count in left.items() if count == 0]
    for cell in order:  # grows while it is walked
        for reader in below.get(cell, ()):
            left[reader] -= 1
            if left[reader] == 0:
                order.append(reader)
    return order


def _loop(above: Mapping[Cell, set[Cell]]) -> tuple[Cell, ...]:
    """One loop among cells of which each reads at least one other of them."""
    path = [next(iter(above))]
    while True:
        following = min(dep for dep in above[path[-1]] if dep in above)
        if following in path:
            return (*path[path.index(following) :], following)
        path.append(following)

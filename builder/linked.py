"""Which linked rows must be at hand before expressions can run on a record.

In: the reads of expressions. Out: `LinkedRows`, one per path of links, nearest first. Called by
`builder.compute`; `runtime.linked` fetches them, one statement per form and level. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from builder.reads import EXISTENCE, Hop, Read
from expressions.world import World


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """The rows of `form` that `path` leads to, and their `fields` (subforms among them) to read.

    `path` is outermost first: `path[0].table` is the form at hand or one of its subforms."""

    path: tuple[Hop, ...]
    form: str
    fields: frozenset[str]


def linked_rows(reads: Iterable[Read], world: World) -> tuple[LinkedRows, ...]:
    """Everything that is read through links, with the links that lie on the way."""
    fields: dict[tuple[Hop, ...], set[str]] = {}
    for read in reads:
        path = read.links
        if read.is_everywhere or not path:
            continue
        found = fields.setdefault(path, set())
        if read.field != EXISTENCE:
            is_line = world.get(read.table).parent is not None
            found.add(read.table if is_line else read.field)
        for end in range(1, len(path)):
            step = path[end]
            inner = world.get(step.table).parent is not None
            fields.setdefault(path[:end], set()).add(step.table if inner else step.link)
    ordered = sorted(fields, key=lambda path: (len(path), [(hop.table, hop.link) for hop in path]))
    return tuple(LinkedRows(path, _target(path[-1], world), frozenset(fields[path])) for path in ordered)


def _target(hop: Hop, world: World) -> str:
    """The form that a link points to."""
    form = world.get(hop.table).by_id[hop.link].kind.form
    if form is None:
        raise KeyError(f"{hop.table}.{hop.link} is not a link")
    return form

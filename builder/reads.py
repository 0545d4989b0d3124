"""What an expression reads, and the way back from what was read to who reads it.

In: a checked node and where it is evaluated. Out: `Read`s with their `Hop`s. Called by
`builder.compute`; the dependency graph is made of these, and so is the list of linked rows that must
be at hand before an expression can run. Pure.

The unit of recomputation is the *record*: a line is reached through the record that contains it, so
stepping into lines or out to their record costs no hop.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal

from expressions.nodes import Aggregate, Call, Const, Field, Follow, Items, Lines, Node, Parent, Setting

EXISTENCE = "*"  # stands for "a record came, went or came back"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from a record that was read towards the record that reads it.

    "links": to every record whose `link` (a column of `table`, a form or a subform) points at it.
    "host": to the record that the `link` of it (a record of `table`) points to."""

    kind: Literal["links", "host"]
    table: str
    link: str


@dataclass(frozen=True, slots=True)
class Read:
    """`field` of `table` is read; `hops` lead from there to the reader, nearest first.

    `is_everywhere`: a setting, read by every record of the reader's form."""

    table: str
    field: str
    hops: tuple[Hop, ...] = ()
    is_everywhere: bool = False

    @property
    def links(self) -> tuple[Hop, ...]:
        """The links to follow from the reader to get here, outermost first; empty unless to-one."""
        if any(hop.kind != "links" for hop in self.hops):
            return ()
        return tuple(reversed(self.hops))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is evaluated: `table`, the way back, and what `PARENT` means there."""

    table: str
    hops: tuple[Hop, ...] = ()
    parent: Place | None = None


def record_place(form: str) -> Place:
    return Place(form)


def line_place(form: str, subform: str) -> Place:
    """In a column of a subform: PARENT is the record that contains the line."""
    return Place(subform, parent=Place(form))


def source_place(host: str, source: str, link: str | None) -> Place:
    """In the measure or condition of a roll-up: PARENT is the record that owns it."""
    hops = (Hop("host", source, link),) if link else ()
    return Place(source, hops, parent=Place(host))


def reads_of(node: Node | None, place: Place) -> frozenset[Read]:
    """Everything that `node` reads when it is evaluated at `place`."""
    return frozenset(_walk(node, place)) if node is not None else frozenset()


def functions_of(node: Node | None) -> frozenset[str]:
    """The names of all functions and operators called anywhere in `node`."""
    return frozenset(one.function for one in _all_nodes(node) if isinstance(one, Call | Aggregate))


def _walk(node: Node, place: Place) -> Iterator[Read]:
    match node:
        case Const():
            return
        case Field(field=field):
            yield Read(place.table, field, place.hops)
        case Parent(body=body):
            yield from _walk(body, place.parent or place)
        case Follow():
            target = yield from _enter(node.link, node.form, place)
            yield from _walk(node.body, target)
        case Setting(form=form, field=field):
            yield Read(form, field, is_everywhere=True)
        case Lines(subform=subform, body=body):
            yield Read(place.table, subform, place.hops)
            yield from _walk(body, Place(subform, place.hops, parent=place))
        case _:
            for child in children_of(node):
                yield from _walk(child, place)


def _enter(link: Node, target: str, place: Place) -> Generator[Read, None, Place]:
    """Read a link (itself perhaps behind others) and answer the place it leads to."""
    if isinstance(link, Parent):
        return (yield from _enter(link.body, target, place.parent or place))
    if isinstance(link, Follow):
        between = yield from _enter(link.link, link.form, place)
        return (yield from _enter(link.body, target, between))
    if not isinstance(link, Field):
        raise TypeError(f"not a link: {link!r}")
    yield Read(place.table, link.field, place.hops)
    there = Place(target, (Hop("links", place.table, link.field), *place.hops))
    yield Read(target, EXISTENCE, there.hops)  # what a deleted record held reads as blank
    return there


def children_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`."""
    match node:
        case Parent(body=body) | Lines(body=body):
            return (body,)
        case Follow(link=link, body=body):
            return (link, body)
        case Items(items=items):
            return items
        case Call(arguments=arguments):
            return arguments
        case Aggregate(argument=argument):
            return (argument,) if argument is not None else ()
        case _:
            return ()


def _all_nodes(node: Node | None) -> Iterator[Node]:
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(children_of(one))

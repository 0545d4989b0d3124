"""What an expression reads: the edges of the dependency graph.

In: a checked node (and, to know today-dependent fields, the world). Out: `References`. Used by the
builder's plans and impact lists, the record service and the queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expressions.nodes import Aggregate, Call, Field, Follow, Items, Lines, Node, Parent, Setting
from expressions.world import World

PARENT_STEP = "PARENT"


@dataclass(frozen=True, slots=True)
class References:
    """Fields by where they are read.

    `follows` are (path of link fields, field read at its end). A link of a line starts its path with
    the subform's id, a link of the parent with "PARENT"."""

    own: frozenset[str] = frozenset()
    lines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    follows: frozenset[tuple[tuple[str, ...], str]] = frozenset()
    settings: frozenset[tuple[str, str]] = frozenset()
    parent: frozenset[str] = frozenset()
    is_today_dependent: bool = False
    uses_actor: bool = False
    functions: frozenset[str] = frozenset()


def references_of(node: Node, world: World | None = None) -> References:
    found = _Walk(world)
    found.read(node, ())
    lines = {subform: frozenset(columns) for subform, columns in found.lines.items()}
    return References(
        frozenset(found.own), lines, frozenset(found.follows), frozenset(found.settings),
        frozenset(found.parent),
        found.is_today_dependent or bool(found.functions & {"TODAY", "NOW"}),
        "CURRENTUSER" in found.functions,
        frozenset(found.functions),
    )  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node."""
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Items):
        return node.items
    if isinstance(node, (Parent, Lines)):
        return (node.body,)
    if isinstance(node, Follow):
        return (node.link, node.body)
    if isinstance(node, Aggregate) and node.argument is not None:
        return (node.argument,)
    return ()


class _Walk:
    """Collects reads. `at` is where the row at hand is, seen from the record: () itself, then subform
    ids on the way down and "PARENT" on the way up."""

    def __init__(self, world: World | None) -> None:
        self.world = world
        self.own: set[str] = set()
        self.parent: set[str] = set()
        self.lines: dict[str, set[str]] = {}
        self.follows: set[tuple[tuple[str, ...], str]] = set()
        self.settings: set[tuple[str, str]] = set()
        self.functions: set[str] = set()
        self.is_today_dependent = False

    def read(self, node: Node, at: tuple[str, ...]) -> None:
        if isinstance(node, Field):
            self._note(node.form, node.field, at)
        elif isinstance(node, Follow):
            self._follow(node, at)
        elif isinstance(node, Setting):
            self._today(node.form, node.field)
            self.settings.add((node.form, node.field))
        elif isinstance(node, Lines):
            self._note("", node.subform, at)
            self.lines.setdefault(node.subform, set())
            self.read(node.body, (*at, node.subform))
        elif isinstance(node, Parent):
            self.read(node.body, at[:-1] if at and at[-1] != PARENT_STEP else (*at, PARENT_STEP))
        else:
            if isinstance(node, (Call, Aggregate)):
                self.functions.add(node.function)
            for child in children(node):
                self.read(child, at)

    def _note(self, form: str, one: str, at: tuple[str, ...]) -> None:
        self._today(form, one)
        if not at:
            self.own.add(one)
        elif at[-1] == PARENT_STEP:
            self.parent.add(one)
        else:
            self.lines[at[-1]].add(one)

    def _follow(self, node: Follow, at: tuple[str, ...]) -> None:
        self.read(node.link, at)
        self._today(node.form, node.field)
        self.follows.add(((*at[-1:], *node.path), node.field))

    def _today(self, form: str, one: str) -> None:
        found = self.world.forms.get(form) if self.world is not None else None
        info = found.by_id.get(one) if found is not None else None
        if info is not None and info.is_today_dependent:
            self.is_today_dependent = True

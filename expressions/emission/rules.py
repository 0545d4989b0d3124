"""Which rule writes which node.

In: a node. Out: `rule_for(node)`, a function of the writer and the node that gives a `Piece`. Only the
compiler calls it.
"""

from __future__ import annotations

from typing import Any

from expressions.emission import arithmetic, branching, collecting, reading
from expressions.nodes import Aggregate, Call, Const, Field, Follow, Items, Lines, Node, Parent, Setting

_BY_NODE: dict[type, Any] = {
    Const: reading.const, Field: reading.own_field, Follow: reading.follow, Parent: collecting.parent,
    Setting: reading.setting, Lines: collecting.lines, Items: collecting.items,
    Aggregate: collecting.aggregate,
}  # fmt: skip
_BY_FUNCTION: dict[str, Any] = {**arithmetic.RULES, **branching.RULES, **collecting.RULES, **reading.RULES}


def rule_for(node: Node) -> Any:
    if isinstance(node, Call):
        return _BY_FUNCTION.get(node.function, arithmetic.call)
    return _BY_NODE[type(node)]

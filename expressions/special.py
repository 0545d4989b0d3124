"""Functions whose arguments hang together: IF, IFS, SWITCH, INLIST, BETWEEN, DATEDIF, COUNT …

In: the typer, a registry entry, the call as written and its scope. Out: a node or None. The typer finds
the rule by the entry's `shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from expressions.errors import Fix, Words
from expressions.functions import REGISTRY, Function, formats
from expressions.kinds import NULL, Kind
from expressions.nodes import Apply, Call, Const, Items, Lines, Listing, Node, Parent
from expressions.resolver import Scope

if TYPE_CHECKING:
    from expressions.typer import Typer

Rule = Callable[["Typer", Function, Apply, Scope], Node | None]


def _if(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    condition = _condition(typer, one, 0, scope)
    branches = _branches(typer, one, tuple(range(1, len(one.arguments))), scope)
    if condition is None or branches is None:
        return None
    return typer.call(function, (condition, *branches), one.span)


def _ifs(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    count = len(one.arguments)
    conditions = [_condition(typer, one, at, scope) for at in range(0, count - 1, 2)]
    results = [*range(1, count, 2)] + ([count - 1] if count % 2 else [])
    branches = _branches(typer, one, tuple(results), scope)
    if branches is None or None in conditions:
        return None
    mixed = [node for pair in zip(conditions, branches, strict=False) for node in pair]
    mixed += branches[len(conditions) :]
    return typer.call(function, tuple(mixed), one.span)  # type: ignore[arg-type]


def _switch(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    count = len(one.arguments)
    cases = [0, *range(1, count - 1, 2)]
    results = [*range(2, count, 2)] + ([count - 1] if count % 2 == 0 else [])
    compared = [typer.node(one.arguments[at], scope) for at in cases]
    branches = _branches(typer, one, tuple(results), scope)
    scalars = [typer.convert.to_scalar(node) if node is not None else None for node in compared]
    known = [node for node in scalars if node is not None]
    unified = typer.convert.unify(known, is_comparison=True) if len(known) == len(scalars) else None
    if branches is None or unified is None:
        return None
    mixed = [unified[0]]
    for case, result in zip(unified[1:], branches, strict=False):
        mixed += [case, result]
    return typer.call(function, (*mixed, *branches[len(unified) - 1 :]), one.span)


def _between(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    nodes = [
        typer.convert.to_scalar(node) if node is not None else None
        for node in typer.nodes(one.arguments, scope)
    ]
    known = [node for node in nodes if node is not None]
    unified = typer.convert.unify(known, is_comparison=True) if len(known) == len(nodes) else None
    if unified is None:
        return None
    name = next((node.kind.name for node in unified if node.kind.name != "null"), "null")
    if name not in ("number", "text", "date", "datetime", "null"):
        typer.problem("compare.order", one.span, {"kind": Words.of(name)})
        return None
    return typer.call(function, unified, one.span)


def _member(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """`item in list`, INLIST(item, list)."""
    item = typer.node(one.arguments[0], scope)
    listed = one.arguments[1]
    whole: Node | None
    if isinstance(listed, Listing):  # what its items are depends on what is looked for
        whole = typer.lists.loose(listed, scope)
    else:
        whole = typer.lists.argument(listed, scope, is_numbers=False, is_single_wrapped=False)
    if item is None or whole is None:
        return None
    return member(typer, function, item, whole, one)


def member(typer: Typer, function: Function, item: Node, whole: Node, one: Apply) -> Node | None:
    if item.kind.is_list:
        typer.problem("member.list", item.span, {}, *_any_of(typer, item, whole, one))
        return None
    if isinstance(whole, Items):
        unified = typer.convert.unify((item, *whole.items), is_comparison=True)
        if unified is None:
            return None
        whole = typer.lists.items(unified[1:], whole.span)
        return typer.call(function, (unified[0], whole), one.span)
    inner = Const(None, whole.kind.item or NULL, whole.span)
    if inner.kind.name == "choice" and isinstance(item, Const) and item.value is not None:
        option = typer.convert.option(item, inner.kind)
        return typer.call(function, (option, whole), one.span) if option is not None else None
    unified = typer.convert.unify((item, inner), is_comparison=True)
    if unified is None:
        return None
    changed = _relabelled(whole) if isinstance(unified[1], Call) else whole
    return typer.call(function, (unified[0], changed), one.span)


def _relabelled(whole: Node) -> Node:
    """A list of choices or instants as the list of their texts or dates."""
    inner = Const(None, whole.kind.item or NULL, whole.span)
    name = "LABEL" if inner.kind.name == "choice" else "TODATE"
    if isinstance(whole, Parent):
        body = _relabelled(whole.body)
        return Parent(body, body.kind, whole.span)
    if isinstance(whole, Lines):
        called = Call(name, (whole.body,), REGISTRY[name].result((whole.body,)), whole.span)
        return Lines(whole.subform, called, Kind("list", item=called.kind), whole.span)
    single = REGISTRY[name].result((inner,))
    return Call(name, (whole,), Kind("list", item=single), whole.span)


def _any_of(typer: Typer, item: Node, whole: Node, one: Apply) -> tuple[Fix, ...]:
    """`tags in ["a", "b"]` → `("a" in tags OR "b" in tags)`."""
    if not isinstance(whole, Items) or not whole.items:
        return ()
    piece = typer.convert.piece
    text = " OR ".join(f"{piece(part.span)} in {piece(item.span)}" for part in whole.items)
    return (Fix("use", {"text": text}, one.span, f"({text})"),)


def _contains(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """CONTAINS of a text; of a list it is INLIST the other way round."""
    whole = typer.lists.argument(
        one.arguments[0], scope, is_numbers=False, is_single_wrapped=False, is_lenient=True
    )
    part = typer.node(one.arguments[1], scope)
    if whole is None or part is None:
        return None
    if whole.kind.is_list:
        return member(typer, REGISTRY["INLIST"], part, whole, one)
    text, piece = typer.convert.to_text(whole), typer.convert.to_text(part)
    return typer.call(function, (text, piece), one.span) if text is not None and piece is not None else None


def _difference(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """DATEDIF: clock units need two instants; all others compare calendar days."""
    found = typer.nodes(one.arguments, scope)
    start, end = (typer.convert.to_moment(node) if node is not None else None for node in found[:2])
    unit = typer.convert.to_text(found[2]) if found[2] is not None else None
    if start is None or end is None or unit is None:
        return None
    are_moments = start.kind.name == end.kind.name == "datetime"
    unit = typer.unit(unit, is_moment=are_moments)
    if unit is None:
        return None
    if not (isinstance(unit, Const) and unit.value in ("hour", "minute")):
        start, end = typer.convert.to_date(start), typer.convert.to_date(end)
    return typer.call(function, (start, end, unit), one.span)  # type: ignore[arg-type]


def _format(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    """TEXT: a format that is written out is checked where it stands."""
    found = typer.nodes(one.arguments, scope)
    value = typer.convert.to_shown(found[0]) if found[0] is not None else None
    pattern = typer.convert.to_text(found[1]) if len(found) > 1 and found[1] is not None else None
    if value is None or (len(found) > 1 and pattern is None):
        return None
    inner = value.arguments[0] if isinstance(value, Call) and value.function == "ASTEXT" else value
    if (
        isinstance(pattern, Const)
        and pattern.value is not None
        and not _is_format(inner.kind, str(pattern.value))
    ):
        params: dict[str, object] = {"text": str(pattern.value)}
        return typer.problem("format.unknown", pattern.span, params, *_formats(typer, inner.kind, pattern))
    return typer.call(function, (inner, pattern) if pattern is not None else (inner,), one.span)


def _is_format(kind: Kind, pattern: str) -> bool:
    if kind.is_number:
        return formats.is_number_format(pattern)
    return kind.name not in ("date", "datetime") or formats.is_date_format(pattern)


def _formats(typer: Typer, kind: Kind, pattern: Const) -> tuple[Fix, ...]:
    offered = (
        ("0.00", "#,##0.00", "0%") if kind.is_number else ("yyyy-mm-dd", "yyyy年m月d日", "yyyy-mm-dd hh:mm")
    )
    near = typer.nearest(str(pattern.value), offered) or offered
    return tuple(Fix("use", {"text": one}, pattern.span, f'"{one}"') for one in near)


def _filled(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    nodes = typer.lists.each_argument(one.arguments, scope)
    return typer.call(function, nodes, one.span) if nodes is not None else None


def _emptiness(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    nodes = typer.lists.each_argument(one.arguments, scope)
    return typer.call(function, nodes, one.span) if nodes is not None else None


def _aggregate(typer: Typer, function: Function, one: Apply, scope: Scope) -> Node | None:
    return typer.lists.aggregate(function, one, scope)


def _condition(typer: Typer, one: Apply, position: int, scope: Scope) -> Node | None:
    node = typer.node(one.arguments[position], scope)
    node = typer.convert.to_bool(node) if node is not None else None
    if isinstance(node, Const):
        typer.warn("condition.constant", node.span)
    return node


def _branches(typer: Typer, one: Apply, positions: Sequence[int], scope: Scope) -> tuple[Node, ...] | None:
    nodes = typer.nodes(tuple(one.arguments[at] for at in positions), scope)
    scalars = [typer.convert.to_scalar(node) if node is not None else None for node in nodes]
    known = [node for node in scalars if node is not None]
    return typer.convert.unify(known, is_comparison=False) if len(known) == len(scalars) else None


SHAPES: dict[str, Rule] = {
    "if": _if, "ifs": _ifs, "switch": _switch, "between": _between, "member": _member, "contains": _contains,
    "difference": _difference, "fields": _filled, "emptiness": _emptiness, "format": _format,
    "aggregate": _aggregate,
}  # fmt: skip

"""Explaining: why a computed field has the value it has, one step at a time.

In: a record that the actor may see and one of its computed fields. Out: `Explanation`: the expression in the
reader's words, and each thing it reads with its value. Called by record pages and the API; what an input is
made of is the next question, with the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.compute import ComputedField, RollUp
from builder.reads import children_of
from expressions import ErrorValue, compile_expression, print_expression
from expressions.nodes import Aggregate, Const, Field, Follow, Lines, Node, Parent, Setting
from runtime import access, linked, live
from runtime.errors import NotFoundError

if TYPE_CHECKING:
    from expressions import Env
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that the expression reads. `form` and `field` name it where it can be asked about in turn."""

    text: str  # as the expression writes it, in the reader's words
    value: Any
    form: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The value and where it comes from. `mode`: stored, live or daily. For a roll-up `source` and `link`
    name the records behind it, `condition` which of them count."""

    field: str
    value: Any
    mode: str
    text: str
    inputs: tuple[Input, ...]
    error: str | None = None  # "#DIV/0!" where it cannot be worked out
    source: str | None = None
    link: str | None = None
    condition: str | None = None


def explain(work: Work, form: FormHandle, record_id: int, field: str) -> Explanation:
    """`field` is the id or key of a formula or roll-up of the form."""
    named = form.form.by_id.get(field) or form.form.by_key.get(field)
    one = form.plan.find(named.id) if named is not None else None
    scope = access.record_scope(work, form)
    found = live.read_whole(work, form, [record_id], live.all_fields(form), scope=scope)
    if one is None or not found:
        raise NotFoundError("record", record_id)
    [row] = found
    if isinstance(one, RollUp):
        return _explain_roll_up(work, form, one, row)
    related = linked.gather(work, form, [row], form.plan.linked)
    env = linked.environment(work, form, related)
    result = one.clause.compiled.evaluate(row, env)
    inputs = tuple(_inputs(work, form, one, row, env))
    error = str(result) if isinstance(result, ErrorValue) else None
    return Explanation(one.id, row[one.id], one.mode, _printed(work, form, one.clause.node), inputs, error)


def _explain_roll_up(work: Work, form: FormHandle, one: RollUp, row: dict[str, Any]) -> Explanation:
    condition = _printed(work, form, one.where.node) if one.where is not None else None
    text = _printed(work, form, one.clause.node)
    return Explanation(
        one.id, row[one.id], one.mode, text, (), None, one.source, one.link, condition
    )  # fmt: skip


def _printed(work: Work, form: FormHandle, node: Node) -> str:
    return print_expression(node, form.world, work.language)


def _inputs(
    work: Work, form: FormHandle, one: ComputedField, row: dict[str, Any], env: Env
) -> Iterator[Input]:
    seen: set[str] = set()
    for leaf in _leaves(one.clause.node):
        text = _printed(work, form, leaf)
        if text in seen:
            continue
        seen.add(text)
        value = compile_expression(leaf).evaluate(row, env)
        if isinstance(leaf, Field):
            yield Input(text, value, form.id, leaf.field)
        elif isinstance(leaf, Setting):
            yield Input(text, value, leaf.form, leaf.field)
        else:
            yield Input(text, value)


def _leaves(node: Node) -> Iterator[Node]:
    """The largest parts that read something by themselves: a field, what is behind a link, a sum of lines."""
    if isinstance(node, Field | Follow | Setting | Parent | Lines):
        yield node
    elif isinstance(node, Aggregate) and node.over == "list":
        yield node
    elif not isinstance(node, Const):
        for child in children_of(node):
            yield from _leaves(child)

"""Why a computed field has its value: the rule in words, each thing it reads with its value, and the day.

In: a record that the actor may see and one of its computed fields. Out: `Explanation`. Called by the record
page. The values are those of now: an input is evaluated by itself, with the same code as the formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.compute import ComputedField, RollUp
from expressions import Env, compile_expression, print_expression, sentence
from expressions.nodes import Aggregate, Field, Follow, Items, Lines, Node, Parent, Setting
from expressions.references import children
from runtime import access, linked, live, whole
from runtime.errors import NotFoundError

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

MOST_INPUTS = 12
READS = (Field, Follow, Setting, Parent)
LISTS = (Lines, Items)


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that the rule reads: what it is called there, and what it is now."""

    name: str
    node: Node
    value: Any
    field: str | None = None  # id, where it is a field of the same record


@dataclass(frozen=True, slots=True)
class Explanation:
    """`source` is the form whose records a roll-up looks at; `link` the field of theirs that points here."""

    field: str
    value: Any
    text: str
    sentence: str
    inputs: tuple[Input, ...]
    mode: str  # stored, live, daily
    source: str | None = None
    link: str | None = None
    where: str = ""


def explain(work: Work, form: FormHandle, record_id: int, field_id: str, language: str) -> Explanation:
    """`NotFoundError` for a record that the actor may not see, and for a field that nothing computes."""
    one = form.plan.find(field_id)
    scope = access.record_scope(work, form)
    found = whole.read_whole(work, form, [record_id], live.all_fields(form), scope=scope)
    if one is None or not found:
        raise NotFoundError("field", field_id)
    row = live.as_read(form, found[0])
    if isinstance(one, RollUp):
        return _roll_up(form, one, row, language)
    node = one.clause.node
    related = linked.gather(work, form, [dict(row)], form.plan.linked)
    env = linked.environment(work, form, related)
    inputs = tuple(_inputs(form, node, row, env, language))
    text, said = print_expression(node, form.world, language), sentence(node, form.world, language)
    return Explanation(field_id, row.get(field_id), text, said, inputs, _mode(one))


def _roll_up(form: FormHandle, one: RollUp, row: Mapping[str, Any], language: str) -> Explanation:
    where = print_expression(one.where.node, form.world, language) if one.where else ""
    node = one.clause.node
    return Explanation(
        one.id, row.get(one.id), print_expression(node, form.world, language),
        sentence(node, form.world, language), (), _mode(one), one.source_form, one.link, where,
    )  # fmt: skip


def _mode(one: ComputedField) -> str:
    """A field that reads a daily one is no fresher than that."""
    return "daily" if one.needs_today else one.mode


def _inputs(form: FormHandle, node: Node, row: Mapping[str, Any], env: Env, language: str) -> Iterator[Input]:
    """What is read, each once, in the order of the rule."""
    seen: set[str] = set()
    for one in _reads(node):
        name = print_expression(one, form.world, language)
        if name in seen or len(seen) >= MOST_INPUTS:
            continue
        seen.add(name)
        value = compile_expression(one).evaluate(row, env)
        own = one.field if isinstance(one, Field) and one.form == form.id else None
        yield Input(name, one, value, own)


def _reads(node: Node) -> Iterator[Node]:
    """Fields, linked fields and settings; of lines the figure over them."""
    if isinstance(node, READS) or (isinstance(node, Aggregate) and isinstance(node.argument, LISTS)):
        yield node
        return
    for one in children(node):
        yield from _reads(one)

"""Trying an expression on a real record, without writing anything.

In: a design, a slot, a text and a record. Out: `Trial`: the records to choose from, each part that the
expression reads with its value, and the result. Called by the expression editor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.formats import number
from app.language import current_language
from app.screens.designer.opening import Design
from app.screens.designer.slots import Slot, check_slot
from builder.compute import build_plans
from builder.ids import read_record_id, show_record_id
from builder.reads import children_of
from expressions import ErrorValue, compile_expression, print_expression
from expressions.nodes import Aggregate, Const, Field, Follow, Lines, Node, Parent, Setting
from runtime import access, linked, live, queries, whole
from runtime.catalogue import FormHandle
from runtime.queries.finding import wording

MOST_STEPS = 8
RECORDS = 12


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Trial:
    """`why` says why there is no result. `records` are (id, title)."""

    records: tuple[tuple[str, str], ...] = ()
    record: str = ""
    steps: tuple[Step, ...] = ()
    result: str = ""
    is_error: bool = False
    why: str = ""


def try_on(design: Design, slot: Slot, text: str, record: str, step: str) -> Trial:
    """The expression on `record`, or on the newest; `step` goes to the one before or after it."""
    if slot.parent is not None or slot.reading != design.form.id:
        return Trial(
            why=_("A figure over many records is tried by publishing it: the list shows it at once.")
        )
    handle = design.handle
    if handle is None:
        return Trial(why=_("There are no records yet: the form was not published."))
    titles = queries.pick(design.work, handle, "", RECORDS)
    records = tuple((show_record_id(one.id), one.text or show_record_id(one.id)) for one in titles)
    if not records:
        return Trial(why=_("There are no records yet."))
    ids = [key for key, _title in records]
    at = ids.index(record) if record in ids else 0
    at += {"previous": -1, "next": 1}.get(step, 0)
    chosen = ids[at % len(ids)]
    if not text.strip():
        return Trial(records, chosen, why=_("Write something to see what it gives."))
    checked = check_slot(design, slot, text)
    if checked.node is None:
        return Trial(records, chosen, why=_("Settle the errors to see what it gives."))
    return _evaluated(design, handle, checked.node, Trial(records, chosen))


def _evaluated(design: Design, handle: FormHandle, node: Node, trial: Trial) -> Trial:
    record_id = read_record_id(trial.record)
    if record_id is None:
        return trial
    drafted = _drafted(design, handle)
    scope = access.record_scope(design.work, handle)
    rows = whole.read_whole(design.work, handle, [record_id], live.all_fields(handle), scope=scope)
    if not rows:
        return replace(trial, why=_("This record is no longer there."))
    related = linked.gather(design.work, drafted, rows, drafted.plan.linked)
    env = linked.environment(design.work, drafted, related)
    language = current_language()
    steps = []
    for leaf in dict.fromkeys(_leaves(node)):
        value = compile_expression(leaf).evaluate(rows[0], env)
        steps.append(Step(print_expression(leaf, design.world, language), value_text(design, leaf, value)))
    result = compile_expression(node).evaluate(rows[0], env)
    shown = value_text(design, node, result)
    return replace(
        trial, steps=tuple(steps[:MOST_STEPS]), result=shown, is_error=isinstance(result, ErrorValue)
    )


def _drafted(design: Design, handle: FormHandle) -> FormHandle:
    """The published form with the draft's plan, so that what its links need is gathered."""
    plans = build_plans(design.documents.forms)
    if isinstance(plans, tuple):
        return handle
    return replace(handle, plan=plans[design.form.id])


def _leaves(node: Node) -> Iterator[Node]:
    """The largest parts that read something by themselves."""
    if isinstance(node, Field | Follow | Setting | Parent | Lines) or (
        isinstance(node, Aggregate) and node.over == "list"
    ):
        yield node
    elif not isinstance(node, Const):
        for child in children_of(node):
            yield from _leaves(child)


def value_text(design: Design, node: Node, value: Any) -> str:
    """A value as people read it; a record by its title is more than a trial needs, so by its id."""
    if value is None or value == ():
        return _("blank")
    if isinstance(value, ErrorValue):
        return str(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return _("%(count)s values", count=len(value))
    return _single(design, node, value)


def _single(design: Design, node: Node, value: Any) -> str:
    kind = node.kind
    if kind.name == "choice":
        option = next((one for one in kind.choices if one.id == value), None)
        return dict(option.labels).get(current_language(), option.key) if option else str(value)
    if kind.name == "user":
        return wording(design.work).member_name(int(value))
    if kind.name == "record":
        return show_record_id(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return number(Decimal(value))
    return str(value)

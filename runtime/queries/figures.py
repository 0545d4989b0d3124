"""Grouped figures: counts and sums by stage, month, owner; what dashboards and `aggregate` of the API show.

In: groups (a field, or a date with a grain), measures of the language, a filter. Out: `Figure`s in the
order of their groups, blanks last. One statement, with the actor's scope and live fields as in any page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from builder.problems import Problem, shown
from expressions import check
from expressions.nodes import Node
from runtime.queries.selection import (
    Reading,
    Selection,
    SelectionError,
    find_field,
    in_sql,
    read_expression,
    read_selection,
)
from runtime.store import record_pages

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
GROUPED_KINDS = frozenset({"choice", "record", "user", "bool", "text", "date", "datetime", "number"})
MOST_GROUPS, MOST_MEASURES, MOST_ROWS = 4, 10, 5_000


@dataclass(frozen=True, slots=True)
class Group:
    """By the value of a field (id, key or system field), or by the period that its date falls into."""

    field: str
    grain: Grain | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One group: its values (a period is the date it begins on) and the measures over its records."""

    groups: tuple[Any, ...]
    measures: tuple[Any, ...]


def aggregate(
    work: Work,
    form: FormHandle,
    group_by: Sequence[Group | str],
    measures: Sequence[str],
    filter: str | None = None,
    search: str = "",
) -> list[Figure]:
    """The measures over the records that the actor may see, by group."""
    reading = read_selection(work, form, Selection(filter, (), search, ()), is_ordered=False)
    problems: list[Problem] = []
    if len(group_by) > MOST_GROUPS or len(measures) > MOST_MEASURES or not measures:
        problems.append(Problem("query.too_many_groups", {"groups": MOST_GROUPS, "measures": MOST_MEASURES}))
    groups = [_group(reading, one, problems) for one in group_by]
    figures = [_measure(reading, one, problems) for one in measures]
    if problems:
        raise SelectionError(problems)
    rows = record_pages.aggregate(
        work.connection,
        form.tables,
        scope=reading.scope,
        groups=groups,
        measures=figures,
        where=reading.where,
        source=reading.source.joins.clause,
        limit=MOST_ROWS,
    )
    width = len(groups)
    return [Figure(row[:width], row[width:]) for row in rows]


def _group(reading: Reading, wanted: Group | str, problems: list[Problem]) -> Any:
    group = Group(wanted) if isinstance(wanted, str) else wanted
    node = _group_node(reading, group)
    if node is None or node.kind.name not in GROUPED_KINDS:
        problems.append(Problem("query.cannot_group", {"given": shown(group.field)}, "group_by"))
        return None
    return in_sql(reading, node, "group_by", problems)


def _group_node(reading: Reading, group: Group) -> Node | None:
    """The expression to group by: the field, or the beginning of the period around it."""
    form = reading.form
    one = find_field(form, group.field)
    name = one.id if one is not None else group.field
    text = f"{{#{name}}}"
    if group.grain is not None:
        if group.grain not in GRAINS:
            return None
        text = f'STARTOF({text}, "{group.grain}")'
    return check(text, form.world, form.id).node


def _measure(reading: Reading, text: str, problems: list[Problem]) -> Any:
    node = read_expression(reading, text, "measure", "measures", problems)
    return in_sql(reading, node, "measures", problems, "measure") if node is not None else None

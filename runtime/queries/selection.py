"""Selections: which records, in which order, with which fields; read against the form and the actor.

In: `Selection` as a screen, a view or the API gives it. Out: `Reading`: everything in SQL, ready for any
of the queries; or `SelectionError` with every problem at once. Used by the rest of this package only.

An expression that somebody writes has his own rights: it may not look through a link into records that he
could not open. Computed fields have their definer's (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from builder.check_form import expression_problem
from builder.forms import SYSTEM_FIELDS, Field
from builder.problems import Problem, shown
from builder.reads import Read, reads_of, record_place
from expressions import check
from expressions.nodes import Node
from runtime import access, live
from runtime.errors import FormloomError
from runtime.resolution import members_of
from runtime.store import record_lookups, record_pages
from runtime.store.indexes import sort_column
from runtime.store.record_pages import Term
from runtime.store.scopes import Scope
from runtime.store.translation import (
    NotTranslatable,
    TableSource,
    condition,
    measure,
    ordering,
    record_source,
    translate,
)

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Way = Literal["asc", "desc"]
MOST_SORTS = 5
MOST_SEARCHED = 6  # text fields that a search looks into
MOST_SEARCH = 100  # signs of it
SORTABLE_SYSTEM = (*SYSTEM_FIELDS, "id")


@dataclass(frozen=True, slots=True)
class Selection:
    """`filter` is an expression, `sort` names fields (ids, keys or system fields), `fields` what to read."""

    filter: str | None = None
    sort: tuple[tuple[str, Way], ...] = ()
    search: str = ""
    fields: tuple[str, ...] | None = None


class SelectionError(FormloomError):
    """The selection cannot be read: `problems` say why, each at "filter", "sort" or "fields"."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(one.code for one in problems))
        self.problems = tuple(problems)


@dataclass
class Reading:
    """A selection made ready. `where` and the order are SQL, opaque here; `source` joins what they need."""

    work: Work
    form: FormHandle
    scope: Scope
    source: TableSource
    where: Any = None
    order: list[Term] = field(default_factory=list)
    fields: frozenset[str] = frozenset()
    extra: dict[str, Any] = field(default_factory=dict)  # live fields to be selected, by id


def check_selection(work: Work, form: FormHandle, selection: Selection) -> tuple[Problem, ...]:
    """Everything that is wrong with it."""
    try:
        read_selection(work, form, selection)
    except SelectionError as error:
        return error.problems
    return ()


def read_selection(work: Work, form: FormHandle, selection: Selection, *, is_ordered: bool = True) -> Reading:
    problems: list[Problem] = []
    source = record_source(live.shelf(work, form.app), form.id)
    reading = Reading(work, form, access.record_scope(work, form), source)
    conditions = [_filter(reading, selection.filter, problems), _search(reading, selection.search)]
    reading.where = record_pages.all_of([one for one in conditions if one is not None])
    reading.fields = _fields(form, selection, problems)
    for one in live.untrusted(work, form, reading.fields):
        reading.extra[one.id] = translate(live.node_of(form, one), source, live.environment(work, form))
    if is_ordered:
        reading.order = _order(reading, selection.sort, problems)
    if problems:
        raise SelectionError(problems)
    return reading


def _fields(form: FormHandle, selection: Selection, problems: list[Problem]) -> frozenset[str]:
    if selection.fields is None:
        return live.all_fields(form)
    found = set()
    for name in selection.fields:
        one = find_field(form, name)
        if one is not None:
            found.add(one.id)
        elif name not in SORTABLE_SYSTEM:
            problems.append(Problem("query.no_such_field", {"given": shown(name)}, "fields"))
    return frozenset(found)


def find_field(form: FormHandle, name: str) -> Field | None:
    """By id or key."""
    return form.form.by_id.get(name) or form.form.by_key.get(name)


# --- conditions -------------------------------------------------------------------------------------


def _filter(reading: Reading, text: str | None, problems: list[Problem]) -> Any:
    """The filter in SQL."""
    if text is None or not text.strip():
        return None
    node = read_expression(reading, text, "condition", "filter", problems)
    if node is None:
        return None
    return in_sql(reading, node, "filter", problems, "condition")


def read_expression(
    reading: Reading, text: str, role: Any, place: str, problems: list[Problem]
) -> Node | None:
    """An expression that the actor wrote about records of the form."""
    form = reading.form
    checked = check(text, form.world, form.id, role=role)
    problems += [expression_problem(one, place) for one in checked.problems]
    if checked.node is None:
        return None
    hidden = _hidden_forms(reading, reads_of(checked.node, record_place(form.id)))
    if hidden:
        problems.append(Problem("query.hidden_records", {"label": hidden[0].form.labels}, place))
        return None
    return checked.node


def _hidden_forms(reading: Reading, reads: frozenset[Read]) -> list[FormHandle]:
    """Forms behind links of which the actor sees some records only."""
    world, app = reading.form.world, reading.form.app
    names = {world.get(read.table).parent or read.table for read in reads if read.hops or read.is_everywhere}
    forms = [app.form(name) for name in sorted(names - {reading.form.id})]
    return [one for one in forms if access.record_scope(reading.work, one).reach != "everything"]


Shape = Literal["value", "condition", "measure"]
TRANSLATIONS: Mapping[Shape, Callable[..., Any]] = {
    "value": translate,
    "condition": condition,
    "measure": measure,
}


def in_sql(reading: Reading, node: Node, place: str, problems: list[Problem], shape: Shape = "value") -> Any:
    env = live.environment(reading.work, reading.form)
    try:
        return TRANSLATIONS[shape](node, reading.source, env)
    except NotTranslatable as error:
        params = {"function": error.function, "reason": error.reason}
        problems.append(Problem("query.not_in_sql", params, place, error.span))
        return None


def _search(reading: Reading, text: str) -> Any:
    """Whether the title, or another short text of the record, contains the words."""
    sought = " ".join(text.split())[:MOST_SEARCH]
    if not sought:
        return None
    form, connection = reading.form, reading.work.connection
    return record_lookups.contains_text(connection, form.tables, searched_fields(form), sought)


def searched_fields(form: FormHandle) -> list[str]:
    """The title first, then the other short texts that people fill, and serial numbers."""
    texts = [
        one.id
        for one in form.form.fields
        if one.id in form.tables.fields
        and form.tables.fields[one.id].sort_key is not None
        and form.plan.find(one.id) is None
    ]
    texts.sort(key=lambda one: one != form.form.title)
    return texts[:MOST_SEARCHED]


# --- order ------------------------------------------------------------------------------------------


def _order(reading: Reading, sort: Sequence[tuple[str, str]], problems: list[Problem]) -> list[Term]:
    names: list[tuple[str, str]] = []
    expressions: dict[str, Any] = {}
    positions: dict[str, Sequence[Any]] = {}
    if len(sort) > MOST_SORTS:
        problems.append(Problem("query.too_many_sorts", {"most": MOST_SORTS}, "sort"))
    for name, way in sort[:MOST_SORTS]:
        one = find_field(reading.form, name)
        if way not in ("asc", "desc") or (one is None and name not in SORTABLE_SYSTEM):
            problems.append(Problem("query.no_such_field", {"given": shown(name)}, "sort"))
        elif one is None:
            names.append((name, way))
            if name in ("owner", "created_by", "updated_by"):
                positions[name] = _people(reading)
        elif _sort_by(reading, one, expressions, positions):
            names.append((one.id, way))
        else:
            problems.append(Problem("query.cannot_sort", {"label": one.labels}, "sort"))
    unique_names = list(dict(reversed(names)).items())[::-1]
    return record_pages.order_terms(
        reading.form.tables, unique_names, positions=positions, expressions=expressions
    )


def _sort_by(
    reading: Reading, one: Field, expressions: dict[str, Any], positions: dict[str, Sequence[Any]]
) -> bool:
    """By what a field is sorted: its column, a live expression, its options' or people's places, the title
    of what it links to. False when it has no order."""
    form = reading.form
    if one.id not in form.tables.columns:
        return False
    computed = live.untrusted(reading.work, form, {one.id})
    if computed:
        env = live.environment(reading.work, form)
        expressions[one.id] = ordering(live.node_of(form, computed[0]), reading.source, env)
        return True
    kind = form.types[one.id].kind()
    if kind.name == "choice" and one.options:
        positions[one.id] = [option.id for option in one.options]
    elif kind.name == "user":
        positions[one.id] = _people(reading)
    elif kind.name == "record" and kind.form:
        title = _linked_title(reading, one, kind.form)
        if title is not None:
            expressions[one.id] = title
    return True


def _people(reading: Reading) -> list[int]:
    """Members in the order of their names."""
    return [member.id for member in members_of(reading.work)]


def _linked_title(reading: Reading, one: Field, target: str) -> Any:
    """The column that sorts the linked records, unless the actor sees only some of them."""
    form = reading.form.app.form(target)
    title = form.form.title
    if title is None or title not in form.tables.columns:
        return None
    if access.record_scope(reading.work, form).reach != "everything":
        return None
    if live.untrusted(reading.work, form, {title}):
        return None
    column = sort_column(form.tables, title)
    followed = reading.source.follow(one.id, reading.source.column(one.id), target)
    return record_pages.column_in(followed, column)

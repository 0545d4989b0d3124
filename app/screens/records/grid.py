"""The grid of a list: heads and rows as markup, made by Python callables once a column and once a cell.

In: a unit of work, the list's state and a page of records. Out: `Grid`. Link titles cost one statement a
target form, names of people one; nothing depends on the number of rows. Called by the list's screen;
`cell_words` by record pages as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup

from app.cells import CellWords, cell_of, is_numeric
from app.cells.levels import outcomes_of
from app.language import current_language
from app.navigation import form_url
from app.screens.records.columns import ListedField, listed_field
from app.screens.records.state import ListState, Way
from builder.fields.computed import ComputedResult
from builder.fields.registry import field_type
from builder.forms import Field
from builder.ids import show_record_id
from runtime import queries
from runtime.catalogue import FormHandle
from runtime.platform import Work
from runtime.queries import Title
from runtime.queries.finding import title_text
from runtime.records import Record
from runtime.resolution import members_of

CARD_FIELDS = 4
METERS = ("percent",)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column."""

    id: str
    label: str
    icon: str
    is_numeric: bool
    way: Way | None
    place: int  # among several orders; 0 when it is the only one or none
    url: str | None  # sorts by it


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `title` as text, `cells` as <td>s without the title's, `card` as (label, cell)."""

    id: str
    number: int
    url: str
    title: str
    cells: Markup
    marks: Markup
    card: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    title: Head
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]

    @property
    def all_heads(self) -> tuple[Head, ...]:
        return (self.title, *self.heads)


def build_grid(work: Work, state: ListState, found: Sequence[Record]) -> Grid:
    """Everything that the template needs of a page of records."""
    columns = [one for one in (listed_field(state.form, name) for name in state.columns) if one is not None]
    has_title = bool(columns) and columns[0].id == state.form.form.title
    shown = columns[1:] if has_title else columns
    words = cell_words(work, state.form, [one.field for one in shown], found)
    title = _head(state, columns[0]) if has_title else _nameless()
    heads = tuple(_head(state, one) for one in shown)
    makers = [_maker(one, words) for one in shown]
    rows = [_row(work, state, one, makers, place) for place, one in enumerate(found, state.first)]
    return Grid(title, heads, tuple(rows))


def _nameless() -> Head:
    return Head("", _("Record"), "hash", False, None, 0, None)


def _head(state: ListState, one: ListedField) -> Head:
    ways = dict(state.sort)
    way = ways.get(one.id)
    place = list(ways).index(one.id) + 1 if way and len(ways) > 1 else 0
    nowhere = state.with_sort(()) if state.sort else state.with_sort(state.view.sort)
    turned = {None: state.with_sort(((one.id, "asc"),)), "asc": state.with_sort(((one.id, "desc"),))}
    url = turned.get(way, nowhere).url if one.is_sortable else None
    return Head(one.id, one.label(current_language()), one.icon, is_right(one), way, place, url)


def is_right(one: ListedField) -> bool:
    """Figures stand right; a share with its bar does not."""
    return is_numeric(one.field) and one.shown_type not in METERS


@dataclass(frozen=True, slots=True)
class _Maker:
    """How one column draws a record: the cell, and the <td> around it."""

    read: Callable[[Record], Any]
    cell: Callable[[object], Markup]
    opening: str
    label: str
    is_mark: bool  # may stand beside the title of a card: one of a few


def _maker(one: ListedField, words: CellWords) -> _Maker:
    look = ' class="fl-cell--num"' if is_right(one) else ""
    label = one.label(words.language)
    is_mark = one.kind.name == "choice" or bool(words.outcomes(one.id))
    return _Maker(reader(one), cell_of(one.field, words), f'<td tabindex="-1"{look}>', label, is_mark)


def reader(one: ListedField) -> Callable[[Record], Any]:
    """A record's value in this column."""
    name = one.id
    if one.is_system:
        return lambda record: getattr(record, name)
    return lambda record: record.values.get(name)


def _row(
    work: Work,
    state: ListState,
    record: Record,
    makers: Sequence[_Maker],
    number: int,
) -> Row:
    form = state.form
    title = record.values.get(form.form.title) if form.form.title else None
    cells = [maker.cell(maker.read(record)) for maker in makers]
    # each cell is markup already; the tags around it are ours
    row = Markup("".join(f"{maker.opening}{cell}</td>" for maker, cell in zip(makers, cells, strict=True)))  # noqa: S704
    shown = show_record_id(record.id)
    marks, card = _card(makers, cells)
    text = title_text(work, form, record.id, title)
    return Row(shown, number, f"{state.base}/r/{shown}", text, row, marks, card)


def _card(makers: Sequence[_Maker], cells: Sequence[Markup]) -> tuple[Markup, tuple[tuple[str, Markup], ...]]:
    """A phone's card: one choice beside the title, the next fields below it."""
    mark = next((place for place, one in enumerate(makers) if one.is_mark), None)
    rest = [(makers[place].label, cell) for place, cell in enumerate(cells) if place != mark]
    return cells[mark] if mark is not None else Markup(""), tuple(rest[:CARD_FIELDS])


# --- what cells need to know ---------------------------------------------------------------------------


def cell_words(work: Work, form: FormHandle, fields: Iterable[Field], found: Sequence[Record]) -> CellWords:
    """Names of people and titles of linked records for these cells, read in sets."""
    fields = list(fields)
    names = _names(work)
    titles = _titles(work, form, fields, found)
    zone = work.actor.member.zone if work.actor.member else work.workspace.zone

    def title(target: str, record: int) -> str:
        known = titles.get(target, {}).get(record)
        return known.text if known is not None else show_record_id(record)

    def state(target: str, record: int) -> str:
        known = titles.get(target, {}).get(record)
        return known.state if known is not None else "live"

    return CellWords(
        language=current_language(),
        zone=zone,
        now=work.now,
        today=_today(work, zone),
        member_name=lambda member: names.get(member) or _("Somebody who left"),
        record_title=title,
        record_url=lambda target, record: _record_url(form, target, record),
        record_state=state,
        outcomes=lambda field: _outcomes(form, field),
    )


def _today(work: Work, zone: str) -> date:
    return work.now.astimezone(ZoneInfo(zone)).date()


def _names(work: Work) -> Mapping[int, str]:
    return {member.id: member.name for member in members_of(work)}


def _outcomes(form: FormHandle, field: str) -> tuple[str, ...]:
    computed = form.plan.find(field)
    return outcomes_of(computed.clause.node) if computed is not None else ()


def _record_url(form: FormHandle, target: str, record: int) -> str | None:
    linked = form.app.find_form(target)
    return f"{form_url(form.app.key, linked.key)}/r/{show_record_id(record)}" if linked else None


def _titles(
    work: Work, form: FormHandle, fields: Iterable[Field], found: Sequence[Record]
) -> Mapping[str, Mapping[int, Title]]:
    wanted: dict[str, set[int]] = {}
    for one in fields:
        bound = field_type(one)
        inner = bound.inner if isinstance(bound, ComputedResult) else bound
        target = inner.kind().form
        if inner.kind().name == "record" and target:
            ids = {record.values.get(one.id) for record in found}
            wanted.setdefault(target, set()).update(record for record in ids if isinstance(record, int))
    return {
        target: queries.link_titles(work, form.app.form(target), ids) for target, ids in wanted.items() if ids
    }

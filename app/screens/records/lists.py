"""The list of a form: its grid, cards, totals, counts and what to do when nothing is found.

In: GET /a/<app>/f/<form>?view=…&filter=…&sort=…&columns=…&search=…&cursor=…. Out: the page, or for htmx the
same list without its frame; small parts that come after it. `show_listed` draws it after other acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.cells import CellWords, cell_of
from app.cells.base import BLANK
from app.errors import problem_text
from app.formats import number, percent
from app.htmx import go, page_or_fragment, wants_fragment
from app.language import current_language
from app.navigation import form_url, use_place
from app.preferences import DENSITIES, preferences, remember
from app.screens.records.columns import ListedField, listed_field, listed_fields
from app.screens.records.grid import Grid, build_grid, cell_words, is_right
from app.screens.records.state import SIZES, ListState, has_parts, read_state
from app.screens.records.wording import Chip, Words, chips_of, sentence_of
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.ids import show_record_id
from runtime import access, queries
from runtime.errors import NotFoundError
from runtime.platform import Work
from runtime.queries import Count, Page, Selection, SelectionError

screen = workspace_screen("lists", __name__)
MOST_RELAXED = 5
RELAX_CAP = 1_000
MOST_TOTALS = 9  # measures of one totals row, beside the count


def open_list(app: str, form: str, *, to: access.Purpose = "view") -> ListState:
    """The list that an address means, its form opened for `to`."""
    work = current_work()
    handle = access.open_form(work, form, to=to, app=app)
    state = read_state(work, handle, form_url(handle.app.key, handle.key), request.args)
    use_place(handle.app, handle, state.view)
    return state


@screen.get("/a/<app>/f/<form>")
@screen.get("/a/<app>/f/<form>/")
def show_list(app: str, form: str) -> Response:
    state = open_list(app, form)
    single = _single(state)
    if single is not None:
        return go(single)
    density = request.args.get("density")
    if density in DENSITIES:
        g.preferences = replace(preferences(), density=density)
    if has_parts(request.args) and not wants_fragment():
        return go(state.url)
    answer = show_listed(state)
    if has_parts(request.args):
        answer.headers["HX-Push-Url"] = state.url
    if density in DENSITIES:
        remember(answer, "density", str(density))
    return answer


def _single(state: ListState) -> str | None:
    """A form with one record opens as that record."""
    if not state.form.form.is_single:
        return None
    found = queries.page(current_work(), state.form, Selection(fields=()), limit=1).records
    if not found:
        raise NotFoundError("record", state.form.key)
    return f"{state.base}/r/{show_record_id(found[0].id)}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list as the template shows it; with `problems` there are no rows."""

    grid: Grid | None
    page: Page
    problems: tuple[str, ...]
    is_first_use: bool
    previous_url: str | None
    next_url: str | None

    @property
    def is_empty(self) -> bool:
        return self.grid is None or not self.grid.rows


def show_listed(state: ListState, status: int = 200) -> Response:
    """The list as a page, or for htmx without its frame."""
    work = current_work()
    listed = _read_page(work, state)
    words = Words(work, state.form)
    return page_or_fragment(
        "records/list",
        status=status,
        state=state,
        form=state.form,
        listed=listed,
        chips=chips_of(words, state.filter),
        sentence=sentence_of(words, state.filter),
        column_count=len(listed_fields(state.form)),
        sorted_by=_sorted_by(state),
        sizes=SIZES,
        count=known_count(state, listed.page) or _asked_count(work, state, listed),
        rights=_rights(work),
        densities=density_words(),
        as_of=_clock(work),
    )


def _read_page(work: Work, state: ListState) -> Listed:
    selection = state.selection
    if state.form.form.title and state.form.form.title not in state.columns:
        selection = replace(selection, fields=(*state.columns, state.form.form.title))
    try:
        page = queries.page(work, state.form, selection, state.size, state.cursor)
    except SelectionError as error:
        return Listed(None, Page(()), tuple(map(problem_text, error.problems)), False, None, None)
    grid = build_grid(work, state, page.records)
    is_first_use = not page.records and not state.is_narrowed and state.cursor is None
    following = page.next_cursor and state.page_at(page.next_cursor, state.first + len(page.records))
    before = page.previous_cursor and state.page_at(page.previous_cursor, state.first - state.size)
    if before and state.first - state.size <= 1:
        before = state.url
    return Listed(grid, page, (), is_first_use, before, following)


def known_count(state: ListState, page: Page) -> Count | None:
    """Where the page shows the end, nobody has to count."""
    if page.next_cursor is not None or not page.records:
        return None if page.records else Count(0)
    return Count(state.first + len(page.records) - 1) if state.cursor is None else None


def _asked_count(work: Work, state: ListState, listed: Listed) -> Count | None:
    """Without script the exact count is asked for by a link."""
    if "count" not in request.args or listed.problems:
        return None
    return queries.count(work, state.form, state.selection, None)


def _sorted_by(state: ListState) -> str:
    """The name of the field that orders first."""
    first = listed_field(state.form, state.sort[0][0]) if state.sort else None
    return first.label(current_language()) if first is not None else ""


def _clock(work: Work) -> str:
    """When the rows were read, at the reader's clock."""
    zone = work.actor.member.zone if work.actor.member else work.workspace.zone
    return f"{work.now.astimezone(ZoneInfo(zone)):%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Rights:
    add: bool
    delete: bool
    imports: bool
    exports: bool
    design: bool


def _rights(work: Work) -> Rights:
    return Rights(*(access.may(work, one) for one in ("add", "delete", "import", "export", "design")))


def _column_choices(state: ListState) -> list[tuple[ListedField, bool]]:
    """Those that are shown in their order, then the rest."""
    shown = [listed_field(state.form, name) for name in state.columns]
    rest = [one for one in listed_fields(state.form) if one.id not in state.columns]
    return [(one, True) for one in shown if one is not None] + [(one, False) for one in rest]


def density_words() -> tuple[tuple[str, str], ...]:
    return (("compact", _("Compact")), ("normal", _("Normal")), ("roomy", _("Roomy")))


@screen.get("/a/<app>/f/<form>/sort")
def show_sort(app: str, form: str) -> Response:
    """The form that orders, opened by its tool."""
    return _tool(open_list(app, form), "sort")


@screen.get("/a/<app>/f/<form>/columns")
def show_columns(app: str, form: str) -> Response:
    """The form that chooses columns, opened by its tool."""
    return _tool(open_list(app, form), "columns")


def _tool(state: ListState, name: str) -> Response:
    shown: dict[str, Any] = {"state": state, "form": state.form, "columns": _column_choices(state)}
    return page_or_fragment(f"records/{name}", fragment=f"records/{name}_form", **shown)


# --- parts that come after the page --------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/count")
def show_count(app: str, form: str) -> Response:
    """How many there are, up to a cap; `exact=1` counts them all."""
    state = open_list(app, form)
    if not wants_fragment():
        return go(state.url)
    cap = None if request.args.get("exact") else RELAX_CAP
    count = queries.count(current_work(), state.form, state.selection, cap)
    return Response(render_template("fragments/records/count.html", state=state, count=count))


@dataclass(frozen=True, slots=True)
class Total:
    """The figure under one column."""

    label: str
    shown: Markup
    is_numeric: bool


@screen.get("/a/<app>/f/<form>/totals")
def show_totals(app: str, form: str) -> Response:
    """The last line of the table: the number of records, sums and averages over all that match."""
    state = open_list(app, form)
    if not wants_fragment():
        return go(state.url)
    totals = _totals(current_work(), state)
    return Response(render_template("fragments/records/totals.html", state=state, totals=totals))


def _totals(work: Work, state: ListState) -> list[Total | None]:
    """One for each column after the title's."""
    columns = [one for one in (listed_field(state.form, name) for name in state.columns) if one is not None]
    shown = columns[1:] if columns and columns[0].id == state.form.form.title else columns
    summed = [one for one in shown if one.kind.is_number and not one.is_system][:MOST_TOTALS]
    if not summed:
        return [None for _one in shown]
    measures = [f"{_function(one)}({{#{one.id}}})" for one in summed]
    figures = queries.aggregate(work, state.form, (), measures, state.filter or None, state.search)
    found = figures[0].measures if figures else ()
    values = dict(zip((one.id for one in summed), found, strict=False))
    words = cell_words(work, state.form, (), ())
    return [_total(one, values.get(one.id), words) if one.id in values else None for one in shown]


def _function(one: ListedField) -> str:
    """Amounts and counts are added up; shares and computed figures such as days or scores are averaged."""
    is_figure = one.is_formula and one.shown_type in ("number", "integer")
    return "AVERAGE" if is_figure or one.shown_type == "percent" else "SUM"


def _total(one: ListedField, value: Any, words: CellWords) -> Total:
    if _function(one) == "SUM":
        return Total(_("Sum"), cell_of(one.field, words)(value), is_right(one))
    if not isinstance(value, Decimal | int):
        return Total(_("Average"), BLANK, is_right(one))
    shown = percent(value, 0) if one.shown_type == "percent" else number(value, 1)
    return Total(_("Average"), escape(shown), is_right(one))


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A condition that keeps records out, and how many would appear without it."""

    chip: Chip
    count: Count
    url: str


@screen.get("/a/<app>/f/<form>/relax")
def show_relaxed(app: str, form: str) -> Response:
    """Nothing matches: which condition to drop, and what would appear."""
    state = open_list(app, form)
    if not wants_fragment():
        return go(state.url)
    work = current_work()
    chips = chips_of(Words(work, state.form), state.filter)
    found = [_relaxed(work, state.with_filter(one.rest), one) for one in chips[:MOST_RELAXED]]
    if state.search:
        searched = Chip(_("Search"), _("contains"), state.search, state.filter)
        found.append(_relaxed(work, state.with_search(""), searched))
    shown = [one for one in found if one.count.number]
    return Response(render_template("fragments/records/relax.html", state=state, relaxed=shown))


def _relaxed(work: Work, state: ListState, chip: Chip) -> Relaxed:
    return Relaxed(chip, queries.count(work, state.form, state.selection, RELAX_CAP), state.url)

"""The state of a list: view, filter, order, columns, search, place; it lives in the query string.

In: an opened form and what the address says. Out: `ListState`: the `Selection` for `runtime.queries`, and the
addresses of neighbouring states. What equals the saved view is left out of the address, so that links stay
short and follow the view. Called by the list's screens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from werkzeug.datastructures import MultiDict

from app.screens.records.columns import listed_field, title_first
from builder.views import View, default_view
from expressions import check
from runtime.catalogue import FormHandle
from runtime.platform import Work
from runtime.queries import Selection

Way = Literal["asc", "desc"]
Sort = tuple[tuple[str, Way], ...]
SIZES = (25, 50, 100)
DEFAULT_SIZE = 50
MOST_SORTS = 5


@dataclass(frozen=True)
class ListState:
    """`filter`, `sort` and `columns` are what is in force; `view` is what they are compared with."""

    form: FormHandle
    base: str  # the address of the list
    views: tuple[View, ...]
    view: View
    is_named: bool  # the address names the view
    filter: str
    sort: Sort
    columns: tuple[str, ...]
    search: str = ""
    size: int = DEFAULT_SIZE
    cursor: str | None = None
    first: int = 1

    @property
    def view_filter(self) -> str:
        return filter_of(self.form, self.view)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the saved view."""
        return bool({"filter", "sort", "columns"} & {name for name, _ in self._differences()})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filter or self.search)

    def _differences(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if self.filter != self.view_filter:
            found.append(("filter", self.filter))
        if self.sort != known_sort(self.form, self.view.sort):
            found.append(("sort", sort_text(self.sort)))
        if self.columns != known_columns(self.form, self.view.columns):
            found.append(("columns", ",".join(self.columns)))
        return found

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query string without the place in the list."""
        found = [("view", self.view.key)] if self.is_named else []
        found += self._differences()
        if self.search:
            found.append(("search", self.search))
        if self.size != DEFAULT_SIZE:
            found.append(("limit", str(self.size)))
        return tuple(found)

    @cached_property
    def query(self) -> str:
        """With its question mark; empty where there is nothing to say."""
        return question(self.pairs)

    @property
    def url(self) -> str:
        return self.base + self.query

    @property
    def full_query(self) -> str:
        """With the place in the list: for what comes back to the same page."""
        return question(self.pairs + self._place())

    def _place(self) -> tuple[tuple[str, str], ...]:
        return (("cursor", self.cursor), ("from", str(self.first))) if self.cursor else ()

    def at(self, path: str, **more: str) -> str:
        """An address below the list with this state: `at("totals")`."""
        return f"{self.base}/{path}{question((*self.pairs, *more.items()))}"

    def with_filter(self, text: str) -> ListState:
        return self._moved(filter=canonical(self.form, text))

    def with_sort(self, sort: Sort) -> ListState:
        return self._moved(sort=sort)

    def with_columns(self, columns: Sequence[str]) -> ListState:
        return self._moved(columns=known_columns(self.form, columns))

    def with_search(self, search: str) -> ListState:
        return self._moved(search=search)

    def with_size(self, size: int) -> ListState:
        return self._moved(size=size)

    def with_view(self, view: View) -> ListState:
        """Another view as it was saved; the search stays."""
        return replace(
            self,
            view=view,
            is_named=view.key != self.views[0].key or not view.is_default,
            filter=filter_of(self.form, view),
            sort=known_sort(self.form, view.sort),
            columns=known_columns(self.form, view.columns),
            cursor=None,
            first=1,
        )

    def reset(self) -> ListState:
        """Back to what the view says."""
        return self.with_view(self.view)

    def page_at(self, cursor: str, first: int) -> str:
        return self.base + question((*self.pairs, ("cursor", cursor), ("from", str(max(1, first)))))

    def _moved(self, **changes: Any) -> ListState:
        return replace(self, cursor=None, first=1, **changes)

    @property
    def selection(self) -> Selection:
        return Selection(self.filter or None, self.sort, self.search, self.columns)

    @property
    def saved(self) -> dict[str, Any]:
        """What of it belongs into a view's document."""
        found: dict[str, Any] = {"columns": list(self.columns)}
        if self.filter:
            found["filter"] = self.filter
        if self.sort:
            found["sort"] = [list(pair) for pair in self.sort]
        return found


def question(pairs: Sequence[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


def read_state(work: Work, form: FormHandle, base: str, given: MultiDict[str, str]) -> ListState:
    """What the address asks for; names that are not there are dropped."""
    views = ordered_views(work, form)
    wanted = given.get("view")
    view = next((one for one in views if wanted in (one.key, one.id)), None)
    chosen = view or views[0]
    filter_text = given.get("filter", chosen.filter or "")
    return ListState(
        form=form,
        base=base,
        views=views,
        view=chosen,
        is_named=view is not None and (view.key != views[0].key or not view.is_default),
        filter=canonical(form, filter_text.strip()),
        sort=known_sort(form, _given_sort(given, chosen)),
        columns=known_columns(form, _given_columns(given, chosen)),
        search=" ".join(given.get("search", "").split())[:100],
        size=_size(given.get("limit")),
        cursor=given.get("cursor") or None,
        first=_number(given.get("from"), 1),
    )


def has_parts(given: Mapping[str, str]) -> bool:
    """Whether the address comes from one of the plain forms and is to be written the short way."""
    return "by" in given or "column" in given


def _given_sort(given: MultiDict[str, str], view: View) -> Sequence[tuple[str, str]]:
    if "by" in given:
        return list(zip(given.getlist("by"), given.getlist("way"), strict=False))
    return read_sort(given["sort"]) if "sort" in given else view.sort


def _given_columns(given: MultiDict[str, str], view: View) -> Sequence[str]:
    if "column" in given:
        return given.getlist("column")
    return given["columns"].split(",") if given.get("columns") else view.columns


def _size(text: str | None) -> int:
    size = _number(text, DEFAULT_SIZE)
    return size if size in SIZES else DEFAULT_SIZE


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default


def ordered_views(work: Work, form: FormHandle) -> tuple[View, ...]:
    """The form's views, the one that opens first; a form without any has the list of everything."""
    member = work.actor.member_id
    found = work.catalogue.views(form, member)
    shared = sorted((one for one in found if one.owner_member is None), key=lambda one: not one.is_default)
    if not any(one.is_default for one in shared):
        shared.insert(0, default_view(form.form))
    own = sorted((one for one in found if one.owner_member is not None), key=lambda one: one.key)
    opening = next((one for one in own if one.is_default), None)
    views = [*shared, *own]
    if opening is not None:  # one's own opening view comes first, for oneself
        views.remove(opening)
        views.insert(0, opening)
    return tuple(views)


def read_sort(text: str) -> list[tuple[str, str]]:
    """-amount,name → (("amount", "desc"), ("name", "asc"))."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [(name.lstrip("-"), "desc" if name.startswith("-") else "asc") for name in names]


def sort_text(sort: Sort) -> str:
    return ",".join(f"-{name}" if way == "desc" else name for name, way in sort)


def known_sort(form: FormHandle, sort: Sequence[tuple[str, str]]) -> Sort:
    """By field ids; what is not there, or cannot be sorted, is left out."""
    found: dict[str, Way] = {}
    for name, way in sort:
        one = listed_field(form, name)
        if one is not None and one.is_sortable:
            found.setdefault(one.id, "desc" if way == "desc" else "asc")
    return tuple(found.items())[:MOST_SORTS]


def known_columns(form: FormHandle, columns: Sequence[str]) -> tuple[str, ...]:
    """By field ids, the title first; a view without columns shows the first fields."""
    found = [one.id for one in (listed_field(form, name) for name in columns) if one is not None]
    return title_first(form, found or list(default_view(form.form).columns))


_of_views: WeakKeyDictionary[FormHandle, dict[str, str]] = WeakKeyDictionary()


def filter_of(form: FormHandle, view: View) -> str:
    """The canonical filter of a saved view, found out once."""
    known = _of_views.setdefault(form, {})
    text = view.filter or ""
    if text not in known:
        known[text] = canonical(form, text)
    return known[text]


def canonical(form: FormHandle, text: str) -> str:
    """A filter by ids; what cannot be read stays as it is and is refused where it is used."""
    if not text:
        return ""
    return check(text, form.world, form.id, role="condition").canonical or text

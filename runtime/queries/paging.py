"""Pages by keyset, capped counts and streams.

In: a selection. Out: `Page`, `Count`, records one by one. A page costs one statement, and one per subform and
multi-value field that is asked for; never a COUNT. The cursor holds where the page ended; blanks come last
in both directions (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import live, whole
from runtime.queries.selection import Reading, Selection, SelectionError, read_selection
from runtime.records import Record, record_of
from runtime.store import record_pages, record_reads
from runtime.store.cursors import read_cursor, write_cursor
from runtime.store.record_pages import PageQuery, PageSlice

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

MOST_AT_ONCE = 1_000
COUNT_CAP = 1_000
STREAM_CHUNK = 500
BACK = "-"  # before a cursor that leads backwards


@dataclass(frozen=True, slots=True)
class Page:
    """Some records in order. `next_cursor` and `previous_cursor` are None at the ends."""

    records: tuple[Record, ...]
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """`is_capped`: there are more than `number`."""

    number: int
    is_capped: bool = False


def page(
    work: Work, form: FormHandle, selection: Selection, limit: int = 50, cursor: str | None = None
) -> Page:
    """One page; `cursor` is what a page before or after gave."""
    return page_of(read_selection(work, form, selection), limit, cursor)


def page_of(reading: Reading, limit: int, cursor: str | None) -> Page:
    limit = max(1, min(limit, MOST_AT_ONCE))
    is_backwards = bool(cursor) and str(cursor).startswith(BACK)
    key = _read_key(reading, cursor.removeprefix(BACK)) if cursor else None
    found = select(reading, limit, key, is_backwards=is_backwards)
    records = tuple(_records(reading, found))
    has_next = bool(key) if is_backwards else found.has_more
    has_previous = found.has_more if is_backwards else bool(key)
    return Page(
        records,
        write_cursor(found.keys[-1]) if has_next and found.keys else None,
        BACK + write_cursor(found.keys[0]) if has_previous and found.keys else None,
    )


def _read_key(reading: Reading, cursor: str) -> tuple[Any, ...]:
    """The place in the order; a cursor of another order, or none at all, is the reader's mistake."""
    key = read_cursor(cursor)
    if key is None or len(key) != len(reading.order):
        raise SelectionError([Problem("query.bad_cursor", {}, "cursor")])
    for value, term in zip(key, reading.order, strict=True):
        if not record_pages.accepts(term, value):
            raise SelectionError([Problem("query.bad_cursor", {}, "cursor")])
    return key


def select(
    reading: Reading, limit: int, key: tuple[Any, ...] | None, *, is_backwards: bool = False
) -> PageSlice:
    query = PageQuery(
        reading.order, reading.where, reading.fields, reading.extra, reading.source.joins.clause
    )
    places = {"before" if is_backwards else "after": key}
    return record_pages.select_page(
        reading.work.connection, reading.form.tables, query, scope=reading.scope, limit=limit, **places
    )


def _records(reading: Reading, found: PageSlice) -> list[Record]:
    whole.complete_lines(reading.work, reading.form, found.rows)
    if reading.extra:
        return [record_of(live.as_read(reading.form, row)) for row in found.rows]
    return [record_of(row) for row in found.rows]


def count(work: Work, form: FormHandle, selection: Selection, cap: int | None = COUNT_CAP) -> Count:
    """How many there are, counted no further than `cap`; None counts them all."""
    return count_reading(read_selection(work, form, selection, is_ordered=False), cap)


def count_reading(reading: Reading, cap: int | None) -> Count:
    number = record_reads.count_up_to(
        reading.work.connection,
        reading.form.tables,
        reading.where,
        scope=reading.scope,
        most=None if cap is None else cap + 1,
        source=reading.source.joins.clause,
    )
    is_capped = cap is not None and number > cap
    return Count(min(number, cap) if cap is not None else number, is_capped)


def stream(
    work: Work, form: FormHandle, selection: Selection, *, chunk: int = STREAM_CHUNK
) -> Iterator[Record]:
    """Every record of the selection in its order, read in chunks: for exports, however many there are."""
    reading = read_selection(work, form, selection)
    key: tuple[Any, ...] | None = None
    while True:
        found = select(reading, chunk, key)
        yield from _records(reading, found)
        if not found.has_more:
            return
        key = found.keys[-1]

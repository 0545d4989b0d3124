"""Finding single records: by id, by title, behind links, and the records that link to one.

In: ids or words. Out: `Record`s and titles, as far as the actor may see. Called by record pages, link
pickers, lists (one statement per link column, whatever the number of rows) and exports.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from builder.fields.base import Wording
from builder.forms import Field
from builder.ids import show_record_id
from builder.problems import Problem
from runtime import access, live, whole
from runtime.errors import NotFoundError
from runtime.queries.paging import COUNT_CAP, Count, Page, count_reading, page_of, select
from runtime.queries.selection import Reading, Selection, SelectionError, read_selection
from runtime.records import Record, record_of
from runtime.resolution import members_of
from runtime.store import record_lookups, record_pages, record_reads

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Title:
    """What a linked record is called. Deleted: a tombstone. Hidden: it is there and not yours to read."""

    id: int
    text: str
    state: Literal["live", "deleted", "hidden"] = "live"


def get_record(
    work: Work,
    form: FormHandle,
    record_id: int,
    fields: Collection[str] | None = None,
    *,
    is_deleted: bool = False,
) -> Record:
    """The record; `NotFoundError` when there is none that the actor may see. With `is_deleted` one in the
    bin is found as well."""
    wanted = live.all_fields(form) if fields is None else live.only_known(form, fields)
    scope = access.record_scope(work, form)
    found = whole.read_whole(work, form, [record_id], wanted, scope=scope, is_live_only=not is_deleted)
    if not found:
        raise NotFoundError("record", record_id)
    return record_of(live.as_read(form, found[0]))


def titles(work: Work, form: FormHandle, ids: Collection[int]) -> dict[int, str]:
    """The titles of records that the actor may see, deleted ones too: one statement."""
    return {one.id: one.text for one in link_titles(work, form, ids).values() if one.state != "hidden"}


def link_titles(work: Work, form: FormHandle, ids: Collection[int]) -> dict[int, Title]:
    """What stands in a link cell for each of these ids."""
    found = _raw_titles(work, form, ids)
    shown: dict[int, Title] = {}
    for record_id in ids:
        if record_id not in found:
            shown[record_id] = Title(record_id, "", "hidden")
            continue
        value, is_deleted = found[record_id]
        text = title_text(work, form, record_id, value)
        shown[record_id] = Title(record_id, text, "deleted" if is_deleted else "live")
    return shown


def _raw_titles(work: Work, form: FormHandle, ids: Collection[int]) -> Mapping[int, tuple[Any, bool]]:
    scope, title = access.record_scope(work, form), form.form.title
    if title is not None and live.untrusted(work, form, {title}):
        found = whole.read_whole(work, form, list(ids), {title}, scope=scope)
        return {row["id"]: (row.get(title), row["deleted_at"] is not None) for row in found}
    return record_reads.read_titles(work.connection, form.tables, title, list(ids), scope=scope)


def title_text(work: Work, form: FormHandle, record_id: int, value: Any) -> str:
    """A title as text; a record without one is called by its id."""
    title = form.form.title
    if value is None or title is None:
        return show_record_id(record_id)
    if isinstance(value, str) and form.types[title].kind().name == "text":
        return value
    return form.types[title].to_text(value, wording(work)) or show_record_id(record_id)


def wording(work: Work) -> Wording:
    """How the actor reads values; people by name."""
    names = {member.id: member.name for member in members_of(work)}
    zone = work.actor.member.zone if work.actor.member else work.workspace.zone
    return Wording(work.language, zone, lambda member: names.get(member, ""))


def pick(work: Work, form: FormHandle, search: str = "", limit: int = 20) -> tuple[Title, ...]:
    """Records to choose from in a link, by words of their title; the newest where nothing is sought."""
    title = form.form.title
    sort = ((title, "asc"),) if title is not None and search and _is_sortable(form, title) else ()
    selection = Selection(search=search, sort=sort, fields=(title,) if title else ())  # type: ignore[arg-type]
    reading = read_selection(work, form, selection)
    found = select(reading, max(1, min(limit, 100)), None)
    return tuple(
        Title(row["id"], title_text(work, form, row["id"], row.get(title) if title else None))
        for row in found.rows
    )


def _is_sortable(form: FormHandle, field_id: str) -> bool:
    return field_id in form.tables.columns


def reverse_links(form: FormHandle) -> tuple[tuple[FormHandle, Field], ...]:
    """The links of any form that point to records of this one: what a record page lists."""
    return tuple(
        (other, other.form.by_id[link])
        for other in form.app.forms
        for table, link, target in other.plan.links
        if target == form.id and table == other.id
    )


def related(
    work: Work,
    form: FormHandle,
    record_id: int,
    link_field: str,
    selection: Selection = EVERYTHING,
    limit: int = 20,
    cursor: str | None = None,
) -> Page:
    """A page of those records of `form` whose `link_field` (id or key) points to a record."""
    return page_of(_pointing(work, form, record_id, link_field, selection), limit, cursor)


def count_related(
    work: Work, form: FormHandle, record_id: int, link_field: str, cap: int = COUNT_CAP
) -> Count:
    """How many records `related` has, counted no further than `cap`."""
    return count_reading(_pointing(work, form, record_id, link_field, Selection(fields=())), cap)


def _pointing(work: Work, form: FormHandle, record_id: int, link_field: str, selection: Selection) -> Reading:
    field = form.form.by_id.get(link_field) or form.form.by_key.get(link_field)
    if field is None or form.types[field.id].kind().name != "record":
        raise SelectionError([Problem("query.no_such_field", {"given": link_field}, "link")])
    reading = read_selection(work, form, selection)
    points = record_lookups.points_to(form.tables, field.id, record_id)
    kept = [one for one in (reading.where, points) if one is not None]
    reading.where = record_pages.all_of(kept)
    return reading

"""The history of a record as a timeline by day: who, why, and each field from its old value to its new one.

In: GET …/r/<record>/history; GET and POST …/undo/<changeset> for one step. Out: the tab, and the dialog
that shows beforehand what undoing a step would put back. Undoing is itself a change of the record, so it
can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from app.cells import CellWords, cell_of
from app.errors import problem_text
from app.formats import long_day
from app.htmx import go, page_or_fragment, toast
from app.language import current_language
from app.screens.records.boxes import Lines, reader_zone
from app.screens.records.forms import Desk, open_desk
from app.screens.records.grid import cell_words
from app.screens.records.pages import open_record, read_related, record_title, record_values
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.fields.lookup import type_of
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from runtime import access, records
from runtime.changesets import FieldChange, HistoryEntry, history
from runtime.errors import NotFoundError

screen = workspace_screen("history", __name__)
MOST = 100
OWNER = Field("owner", "owner", "member", {"zh-CN": "负责人", "zh-TW": "負責人", "en": "Owner"})
LOOKS: Mapping[str, tuple[str, str]] = {
    "create": ("plus", "green"),
    "update": ("edit", "gray"),
    "delete": ("trash", "red"),
    "restore": ("recycle", "teal"),
}
CAUSES: Mapping[str, tuple[LazyString, str]] = {
    "import": (_l("Import"), "file-import"),
    "revert": (_l("Undone"), "arrow-back-up"),
    "daily": (_l("Computed for today"), "clock"),
    "fill": (_l("Computed"), "math-function"),
    "demo": (_l("Demo data"), "database"),
    "settings": (_l("Settings"), "adjustments"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One field from old to new, as they are read."""

    label: str
    old: Markup
    new: Markup
    is_addition: bool
    is_lines: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What one changeset did to this record."""

    who: str
    said: str
    at: datetime
    icon: str
    color: str
    cause: str
    cause_icon: str
    steps: tuple[Step, ...]
    derived: tuple[Step, ...]
    undo_url: str | None


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    events: tuple[Event, ...]


@screen.get("/a/<app>/f/<form>/r/<record>/history")
def show(app: str, form: str, record: str) -> Response:
    desk = open_record(app, form, record)
    work = current_work()
    entries = history(work, desk.form, desk.record.id if desk.record else 0, limit=MOST)
    values = record_values(desk, has_parts=False)
    values.update(tab="history", chosen=None, related=read_related(desk, 1, 1), days=days_of(desk, entries))
    values["may_add"] = access.may(work, "add") and not desk.form.form.is_single
    return page_or_fragment("records/show", **values)


def days_of(desk: Desk, entries: list[HistoryEntry]) -> list[Day]:
    """Newest first; what only followed from other records is folded into its event."""
    words = _words(desk, entries)
    zone = ZoneInfo(reader_zone(current_work()))
    found: dict[date, list[Event]] = {}
    for entry in entries:
        found.setdefault(entry.at.astimezone(zone).date(), []).append(_event(desk, entry, words))
    today = current_work().now.astimezone(zone).date()
    return [Day(_day_label(day, today), tuple(events)) for day, events in found.items()]


def _day_label(day: date, today: date) -> str:
    if day == today:
        return _("Today · %(day)s", day=long_day(day))
    return long_day(day) if day.year == today.year else f"{day.isoformat()} · {long_day(day)}"


def _words(desk: Desk, entries: list[HistoryEntry]) -> CellWords:
    """Titles of everything that was ever linked, in one statement a form."""
    fields = {one.id: one for one in (*desk.form.form.fields, *desk.form.form.removed)}
    sides = [
        Lines({step.field: value})
        for one in entries
        for step in one.changes
        for value in (step.old, step.new)
    ]
    return cell_words(current_work(), desk.form, fields.values(), sides)  # type: ignore[arg-type]


def _event(desk: Desk, entry: HistoryEntry, words: CellWords) -> Event:
    icon, color = LOOKS.get(entry.kind, LOOKS["update"])
    given = [_step(desk, one, words) for one in entry.changes if not one.is_derived]
    derived = [_step(desk, one, words) for one in entry.changes if one.is_derived]
    action = entry.changeset.action if entry.changeset else ""
    cause, cause_icon = CAUSES.get(action, ("", ""))
    if entry.is_derived:
        icon, color = "math-function", "amber"
    steps = tuple(one for one in given if one is not None)
    return Event(
        who=_who(entry, words),
        said=_said(entry, len(steps)),
        at=entry.at,
        icon=icon,
        color=color,
        cause=str(cause),
        cause_icon=cause_icon,
        steps=steps,
        derived=tuple(one for one in derived if one is not None),
        undo_url=_undo_url(desk, entry),
    )


def _who(entry: HistoryEntry, words: CellWords) -> str:
    if entry.is_derived or entry.changeset is None:
        return _("The system")
    member = entry.changeset.member_id
    return words.member_name(member) if member else _("The system")


def _said(entry: HistoryEntry, count: int) -> str:
    if entry.is_derived:
        return _("brought the figures up to date")
    if entry.kind == "update":
        many = entry.changeset.records if entry.changeset else 1
        if many > 1:
            return _("changed %(many)s records, here %(count)s fields", many=many, count=count)
        return _n("changed %(num)d field", "changed %(num)d fields", count)
    said = {"create": _("created this record"), "delete": _("deleted it"), "restore": _("brought it back")}
    return said[entry.kind]


def _undo_url(desk: Desk, entry: HistoryEntry) -> str | None:
    may = access.may(current_work(), "edit") and desk.record is not None and not desk.record.is_deleted
    if not may or entry.kind != "update" or entry.changeset is None or not undone_by(desk, entry):
        return None
    return f"{desk.record_url}/undo/{show_record_id(entry.changeset.id)}"


def _step(desk: Desk, change: FieldChange, words: CellWords) -> Step | None:
    fields = {one.id: one for one in (*desk.form.form.fields, *desk.form.form.removed)}
    one = OWNER if change.field == OWNER.id else fields.get(change.field)
    if one is None:
        return None
    cell = cell_of(one, words)
    is_blank = type_of(one).is_blank(change.old)
    return Step(
        one.label(current_language()), cell(change.old), cell(change.new), is_blank, one.subform is not None
    )


# --- undoing one step -------------------------------------------------------------------------------------


def undone_by(desk: Desk, entry: HistoryEntry) -> dict[str, Any]:
    """The values that undoing a step puts back, by field key: what people wrote and still can write."""
    found: dict[str, Any] = {}
    for one in entry.changes:
        field = desk.form.form.by_id.get(one.field)
        if field is not None and not one.is_derived and not type_of(field).is_computed:
            found[field.key] = one.old
    return found


def _entry(desk: Desk, changeset: str) -> HistoryEntry:
    number = read_record_id(changeset)
    entries = history(current_work(), desk.form, desk.record.id if desk.record else 0)
    for one in entries:
        if one.changeset is not None and one.changeset.id == number and one.kind == "update":
            return one
    raise NotFoundError("changeset", changeset)


@screen.get("/a/<app>/f/<form>/r/<record>/undo/<changeset>")
def ask(app: str, form: str, record: str, changeset: str) -> Response:
    """What would be put back, before it is."""
    desk = open_desk(app, form, record)
    entry = _entry(desk, changeset)
    words = _words(desk, [entry])
    now = desk.record.values if desk.record else {}
    rows = []
    for one in entry.changes:
        field = desk.form.form.by_id.get(one.field)
        if field is None or field.key not in undone_by(desk, entry):
            continue
        cell = cell_of(field, words)
        rows.append(
            (
                field.key,
                field.label(current_language()),
                cell(now.get(field.id)),
                cell(one.old),
                now.get(field.id) != one.new,
            )
        )
    return page_or_fragment(
        "records/undo", desk=desk, form=desk.form, rows=rows, title=record_title(desk),
        address=f"{desk.record_url}/undo/{changeset}", entry=entry,
    )  # fmt: skip


@screen.post("/a/<app>/f/<form>/r/<record>/undo/<changeset>")
def undo(app: str, form: str, record: str, changeset: str) -> Response:
    desk = open_desk(app, form, record)
    entry = _entry(desk, changeset)
    chosen = request.form.getlist("field")
    raw = {key: value for key, value in undone_by(desk, entry).items() if key in chosen}
    record_id = desk.record.id if desk.record else 0
    cause = {"kind": "undo", "changeset": changeset}
    outcome = records.update(current_work(), desk.form, record_id, None, raw, cause=cause)
    if outcome.problems:
        toast(" ".join(map(problem_text, outcome.problems)), is_error=True)
    else:
        toast(_("Put back"))
    return go(f"{desk.record_url}/history")

"""The form of a record: new, edit, live recalculation, saving, and choosing sides where two people saved.

In: GET and POST …/new, …/r/<record>/edit, and POST …/preview of both. Out: the form as a page; the same
fragment for recalculation; after saving the record's page. 422 keeps what was typed; 409 shows both sides.
`runtime.records` decides everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from flask import Response, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from app.htmx import go, page_or_fragment, toast
from app.language import current_language
from app.navigation import form_url, use_place
from app.screens.records.boxes import Sheet, SheetMaker, page_context
from app.screens.records.given import ID, WAS, Given
from app.screens.records.merging import merge_rows, own_changes
from app.wiring import current_actor, current_work, only_reads
from app.workspace_screen import workspace_screen
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem
from runtime import access, queries, records
from runtime.catalogue import FormHandle
from runtime.conflicts import Conflict
from runtime.errors import NotFoundError
from runtime.queries.finding import title_text
from runtime.record_ids import new_record_id
from runtime.records import Outcome, Preview, Record
from runtime.resolution import members_of

screen = workspace_screen("forms", __name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """A form being filled: where it is saved to, and the record where there is one already."""

    form: FormHandle
    base: str  # of the list
    record: Record | None = None

    @property
    def url(self) -> str:
        return f"{self.record_url}/edit" if self.record else f"{self.base}/new"

    @property
    def record_url(self) -> str:
        return f"{self.base}/r/{show_record_id(self.record.id)}" if self.record else self.base


def open_desk(app: str, form: str, record: str | None = None, *, to: access.Purpose = "edit") -> Desk:
    """The form that an address means, opened for `to`, and its record."""
    work = current_work()
    handle = access.open_form(work, form, to=to, app=app)
    use_place(handle.app, handle)
    base = form_url(handle.app.key, handle.key)
    if record is None:
        return Desk(handle, base)
    number = read_record_id(record)
    if number is None:
        raise NotFoundError("record", record)
    return Desk(handle, base, queries.get_record(work, handle, number))


# --- new ------------------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/new")
def show_new(app: str, form: str) -> Response:
    desk = open_desk(app, form, to="add")
    if desk.form.form.is_single:
        return go(desk.base)
    given = _prefilled(desk)
    sheet = _sheet(desk, given, ())
    return _page(desk, sheet, token=_new_token(desk.form))


def _prefilled(desk: Desk) -> Given | None:
    """From the address: a record to copy, or values by field key ("?customer=<id>")."""
    source = read_record_id(request.args.get("copy", ""))
    if source is not None:
        return _copied(desk, queries.get_record(current_work(), desk.form, source))
    data: MultiDict[str, str] = MultiDict()
    for key, text in request.args.items():
        if key in desk.form.form.by_key:
            data[key] = text
            if read_record_id(text) is not None:
                _pick(desk, data, key, text)
    return Given(desk.form, data) if data else None


def _pick(desk: Desk, data: MultiDict[str, str], key: str, text: str) -> None:
    """A link in the address is an id; its control holds the title beside it."""
    one = desk.form.form.by_key[key]
    target = desk.form.types[one.id].kind().form
    number = read_record_id(text)
    if target and number is not None:
        found = queries.titles(current_work(), desk.form.app.form(target), [number])
        data[key] = data[key + WAS] = found.get(number, "")
        data[key + ID] = text if number in found else ""


def _copied(desk: Desk, source: Record) -> Given:
    """What people would have typed to get the same record; numbers and unique values are left out."""
    desk = Desk(desk.form, desk.base, source)
    maker = SheetMaker(current_work(), desk.form, _stored_preview(desk), None, source)
    data: MultiDict[str, str] = MultiDict()
    for box in maker.sheet().boxes.values():
        if (
            box.is_computed
            or box.field.is_unique
            or (
                desk.form.types[box.field.id].can_be_unique and not box.field.subform and box.type == "serial"
            )
        ):
            continue
        _lay(data, box)
        for line in box.lines:
            data[f"{box.name}.{line.number}.id"] = ""
            for part in line.boxes:
                if not part.is_computed:
                    _lay(data, part)
    return Given(desk.form, data)


def _lay(data: MultiDict[str, str], box: Any) -> None:
    if box.field.subform is not None:
        data[f"{box.name}~lines"] = "1"
    elif box.url or box.title:
        data[box.name] = data[box.name + WAS] = box.title
        data[box.name + ID] = box.value
    elif box.values:
        data.setlist(box.name, list(box.values))
    elif box.value:
        data[box.name] = box.value


@screen.post("/a/<app>/f/<form>/new")
def create(app: str, form: str) -> Response:
    desk = open_desk(app, form, to="add")
    given = Given(desk.form, request.form)
    act = request.form.get("_act", "")
    if act:
        given.change_lines(act)
        return _page(desk, _sheet(desk, given, ()), token=request.form.get("_token", ""))
    record_id = _read_token(desk.form, request.form.get("_token", ""))
    if record_id is not None and _exists(desk.form, record_id):  # sent twice: it was made the first time
        return go(f"{desk.base}/r/{show_record_id(record_id)}")
    work = current_work()
    outcome = records.create(work, desk.form, given.raw(), context=page_context(work), record_id=record_id)
    if outcome.problems or outcome.record is None:
        sheet = _sheet(desk, given, None, outcome.problems)
        return _page(desk, sheet, status=422, token=request.form.get("_token", ""))
    title = _title(desk.form, outcome.record)
    url = f"{desk.base}/r/{show_record_id(outcome.record.id)}"
    if request.form.get("_next") == "new":
        toast(_("“%(title)s” is saved", title=title), link_url=url, link_text=_("Open"))
        return go(desk.url)
    toast(_("“%(title)s” is saved", title=title))
    return go(url)


def _title(form: FormHandle, record: Record) -> str:
    return title_text(current_work(), form, record.id, record.values.get(form.form.title or ""))


def _exists(form: FormHandle, record_id: int) -> bool:
    try:
        queries.get_record(current_work(), form, record_id, (), is_deleted=True)
    except NotFoundError:
        return False
    return True


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="new record")


def _new_token(form: FormHandle) -> str:
    """The id of the record that this form will make: a form sent twice makes one record."""
    return str(_signer().dumps([form.number, current_actor().member_id, new_record_id()]))


def _read_token(form: FormHandle, token: str) -> int | None:
    try:
        number, member, record_id = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    is_ours = number == form.number and member == current_actor().member_id
    return int(record_id) if is_ours else None


# --- edit -----------------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/r/<record>/edit")
def show_edit(app: str, form: str, record: str) -> Response:
    desk = open_desk(app, form, record)
    return _page(desk, _sheet(desk, None, ()))


@screen.post("/a/<app>/f/<form>/r/<record>/edit")
def save(app: str, form: str, record: str) -> Response:
    desk = open_desk(app, form, record)
    given = Given(desk.form, request.form)
    act = request.form.get("_act", "")
    if act:
        given.change_lines(act)
        return _page(desk, _sheet(desk, given, ()))
    work = current_work()
    raw = chosen_raw(given, request.form)
    version = _version(request.form)
    outcome, merged_with = save_changes(desk, version, raw)
    if outcome.conflict is not None:
        return _merge_page(desk, given, outcome.conflict)
    if outcome.problems or outcome.record is None:
        return _page(desk, _sheet(desk, given, None, outcome.problems), status=422)
    say_saved(_title(desk.form, outcome.record), outcome, merged_with)
    if desk.form.form.is_single or request.form.get("_next") != "new":
        return go(desk.record_url)
    access.open_form(work, desk.form.key, to="add", app=app)
    return go(f"{desk.base}/new")


def _version(data: MultiDict[str, str]) -> int | None:
    text = data.get("_version", "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


def chosen_raw(given: Given, data: MultiDict[str, str]) -> dict[str, object]:
    """What is to be saved: after a merge only what this person changed, less what was given up."""
    raw = given.raw()
    if "_only" in data:
        wanted = set(data["_only"].split(","))
        raw = {key: value for key, value in raw.items() if key in wanted}
    return {key: value for key, value in raw.items() if data.get(f"_pick~{key}") != "theirs"}


def save_changes(desk: Desk, version: int | None, raw: dict[str, object]) -> tuple[Outcome, str]:
    """Saves; where somebody saved other fields meanwhile, on top of that. Also the name of who did."""
    work = current_work()
    assert desk.record is not None
    context = page_context(work)
    outcome = records.update(work, desk.form, desk.record.id, version, raw, context=context)
    conflict = outcome.conflict
    if conflict is None:
        return outcome, ""
    own = own_changes(desk.form, conflict, raw)
    if merge_rows(work, desk.form, conflict, raw):
        return outcome, ""
    again = records.update(work, desk.form, desk.record.id, conflict.version, own, context=context)
    return again, who_saved(conflict)


def who_saved(conflict: Conflict) -> str:
    names = {member.id: member.name for member in members_of(current_work())}
    return names.get(conflict.updated_by or 0) or _("The system")


def say_saved(title: str, outcome: Outcome, merged_with: str) -> None:
    if merged_with:
        said = _(
            "“%(title)s” is saved, together with what %(name)s changed meanwhile",
            title=title,
            name=merged_with,
        )
        toast(said)
    elif outcome.is_changed:
        toast(_("“%(title)s” is saved", title=title))
    else:
        toast(_("Nothing was changed"))


def _merge_page(desk: Desk, given: Given, conflict: Conflict) -> Response:
    """409: the fields that both changed, with both values; everything else rides along unseen."""
    work = current_work()
    raw = given.raw()
    rows = merge_rows(work, desk.form, conflict, raw)
    own = own_changes(desk.form, conflict, raw)
    clashing = {row.key for row in rows}
    skipped = ("csrf_token", "_version", "_only", "_act", "_touched")
    fields = desk.form.form.by_key
    labels = [fields[key].label(current_language()) for key in own if key in fields and key not in clashing]
    theirs = [
        one.label(current_language())
        for one in desk.form.form.fields
        if any(side.field == one.id and side.theirs != side.base for side in conflict.sides)
        and one.key not in clashing
    ]
    return page_or_fragment(
        "records/merge",
        status=409,
        desk=desk,
        form=desk.form,
        conflict=conflict,
        rows=rows,
        mine=labels,
        theirs=theirs,
        who=who_saved(conflict),
        only=",".join(own),
        carried=[(name, text) for name, text in given.data.items(multi=True) if name not in skipped],
        title=_title(desk.form, desk.record) if desk.record else "",
    )


# --- live recalculation -----------------------------------------------------------------------------------


@screen.post("/a/<app>/f/<form>/new/preview")
@only_reads
def preview_new(app: str, form: str) -> Response:
    return _recalculated(open_desk(app, form, to="add"))


@screen.post("/a/<app>/f/<form>/r/<record>/edit/preview")
@only_reads
def preview_edit(app: str, form: str, record: str) -> Response:
    return _recalculated(open_desk(app, form, record))


def _recalculated(desk: Desk) -> Response:
    """The same form as saving would judge it; problems only where somebody has been (ui: "When we check")."""
    touched = set(filter(None, request.form.get("_touched", "").split(",")))
    data = MultiDict(request.form)
    if desk.record is None:  # a default follows what it reads until somebody writes over it
        for one in desk.form.form.fields:
            if one.default is not None and one.key not in touched:
                data.poplist(one.key)
    checked = None if request.form.get("_checked") else touched
    return _page(desk, _sheet(desk, Given(desk.form, data), checked), token=request.form.get("_token", ""))


# --- the page -------------------------------------------------------------------------------------------


def _stored_preview(desk: Desk) -> Preview:
    record_id = desk.record.id if desk.record else None
    return records.preview(current_work(), desk.form, {}, record_id, context=page_context(current_work()))


def _sheet(
    desk: Desk,
    given: Given | None,
    checked: set[str] | tuple[str, ...] | None,
    problems: tuple[Problem, ...] | None = None,
) -> Sheet:
    """The form with what was sent; `problems` are those of a refused save."""
    work = current_work()
    record_id = desk.record.id if desk.record else None
    raw = given.raw() if given is not None else {}
    if given is not None and "_only" in given.data:
        raw = chosen_raw(given, given.data)
    found = records.preview(work, desk.form, raw, record_id, context=page_context(work))
    if problems:
        found = Preview(found.values, found.visible, found.required, found.readonly, problems)
    return SheetMaker(work, desk.form, found, given, desk.record, checked, desk.base).sheet()


def _page(desk: Desk, sheet: Sheet, *, status: int = 200, token: str = "") -> Response:
    work = current_work()
    return page_or_fragment(
        "records/form",
        status=status,
        desk=desk,
        form=desk.form,
        sheet=sheet,
        token=token,
        is_refused=status == 422,
        title=_title(desk.form, desk.record) if desk.record else "",
        digest=lambda text: f"{crc32(str(text).encode()):x}",
        may_add=access.may(work, "add") and not desk.form.form.is_single,
    )

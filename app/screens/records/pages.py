"""The page of one record: who it is, its figures, its fields to change in place, what links to it, why.

In: GET …/r/<record> and its parts; POST of one field, of delete and restore. Out: the page, or its part.
Statement counts depend on the forms that link here, not on records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from app.cells import cell_of
from app.errors import problem_text
from app.formats import number
from app.htmx import go, page_or_fragment, toast, wants_fragment
from app.language import current_language
from app.navigation import form_url, use_place
from app.screens.records.boxes import Box, SheetMaker, page_context, words_for
from app.screens.records.columns import ListedField, listed_field
from app.screens.records.forms import Desk, open_desk, save_changes, say_saved, who_saved
from app.screens.records.given import Given
from app.screens.records.grid import cell_words, is_right
from app.screens.records.state import ordered_views
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.forms import Field, pick_label
from builder.ids import read_record_id, show_record_id
from runtime import access, queries, records
from runtime.catalogue import FormHandle
from runtime.errors import NotFoundError
from runtime.explain import explain
from runtime.queries import Count, Page, Selection
from runtime.queries.finding import title_text
from runtime.records import Preview, Record

screen = workspace_screen("pages", __name__)
MOST_KEYS = 6
SIDE_ROWS = 5
TAB_ROWS = 50
SIDE_COLUMNS = 3
TAB_COLUMNS = 7
RELATED_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure under the name of the record."""

    label: str
    shown: Markup
    why: str | None  # where it is explained


@dataclass(frozen=True, slots=True)
class Related:
    """The records of one form that link here by one of its fields."""

    form: FormHandle
    link: Field
    label: str
    count: Count
    page: Page
    columns: tuple[ListedField, ...]
    rows: tuple[tuple[str, str, tuple[Markup, ...]], ...]  # address, title, cells
    all_url: str
    new_url: str | None

    @property
    def key(self) -> str:
        return f"{self.form.key}.{self.link.key}"

    @property
    def heads(self) -> tuple[tuple[str, bool], ...]:
        """Label of each column, and whether its figures stand right."""
        return tuple((one.label(current_language()), is_right(one)) for one in self.columns)

    @property
    def shown_count(self) -> str:
        return number(self.count.number) + ("+" if self.count.is_capped else "")


def open_record(app: str, form: str, record: str) -> Desk:
    """The record to be looked at, deleted ones too."""
    work = current_work()
    handle = access.open_form(work, form, to="view", app=app)
    use_place(handle.app, handle)
    record_id = read_record_id(record)
    if record_id is None:
        raise NotFoundError("record", record)
    found = queries.get_record(work, handle, record_id, is_deleted=True)
    return Desk(handle, form_url(handle.app.key, handle.key), found)


@screen.get("/a/<app>/f/<form>/r/<record>")
def show(app: str, form: str, record: str) -> Response:
    desk = open_record(app, form, record)
    work = current_work()
    related = read_related(desk, SIDE_ROWS, SIDE_COLUMNS)
    name = request.args.get("tab", "")
    chosen = next((one for one in related if one.key == name), None)
    if chosen is not None:
        chosen = _read_one(desk, chosen.form, chosen.link, TAB_ROWS, TAB_COLUMNS, chosen.count)
    values = record_values(desk, chosen is None)
    values.update(related=related, tab=name if chosen else "details", chosen=chosen)
    values["may_add"] = access.may(work, "add") and not desk.form.form.is_single
    return page_or_fragment("records/show", **values)


def record_values(desk: Desk, has_parts: bool = True) -> dict[str, Any]:
    """What the head of a record and its details need."""
    work, record = current_work(), _record(desk)
    maker = SheetMaker(work, desk.form, read_preview(desk), None, record, (), desk.base)
    view = ordered_views(work, desk.form)[0]
    listed = [listed_field(desk.form, name) for name in view.columns]
    return {
        "desk": desk,
        "form": desk.form,
        "record": record,
        "title": record_title(desk),
        "parts": maker.sheet().parts if has_parts else (),
        "facts": [] if desk.form.form.is_single else _facts(desk, maker, listed),
        "marks": _marks(desk, maker, listed),
        "may_edit": access.may(work, "edit") and not record.is_deleted,
        "may_delete": access.may(work, "delete") and not desk.form.form.is_single,
        "person": cell_words(work, desk.form, (), ()).member_name,
        "why_url": lambda box: f"{desk.record_url}/why/{box.field.key}",
        "letters": record_title(desk)[:2],
    }


def read_preview(desk: Desk) -> Preview:
    """The record as it stands, with what shows and what may be changed."""
    work, record = current_work(), _record(desk)
    if access.may(work, "edit") and not record.is_deleted:
        found = records.preview(work, desk.form, {}, record.id, context=page_context(work))
        return Preview(record.values, found.visible, found.required, found.readonly)
    keys = frozenset(one.key for one in desk.form.form.fields)
    return Preview(record.values, keys, frozenset(), keys)


def _record(desk: Desk) -> Record:
    if desk.record is None:
        raise NotFoundError("record", desk.form.key)
    return desk.record


def record_title(desk: Desk) -> str:
    """What the record is called; the settings of an app by the name of their form."""
    record = _record(desk)
    if desk.form.form.is_single:
        return desk.form.label(current_language())
    return title_text(current_work(), desk.form, record.id, record.values.get(desk.form.form.title or ""))


def _facts(desk: Desk, maker: SheetMaker, listed: list[ListedField | None]) -> list[Fact]:
    """Figures, days and levels of the view that opens first: what people look at first."""
    found = []
    for one in listed:
        if one is None or one.is_system or one.id == desk.form.form.title or one.kind.is_list:
            continue
        if one.kind.name not in ("number", "date", "datetime") and not one.is_computed:
            continue
        value = maker.preview.values.get(one.id)
        if value is None or one.field.key not in maker.preview.visible:
            continue
        why = f"{desk.record_url}/why/{one.field.key}" if desk.form.plan.find(one.id) else None
        found.append(Fact(one.label(current_language()), cell_of(one.field, maker.words)(value), why))
    return found[:MOST_KEYS]


def _marks(desk: Desk, maker: SheetMaker, listed: list[ListedField | None]) -> list[Markup]:
    """Choices and links of the same view, small under the name."""
    found = []
    for one in listed:
        if one is None or one.is_computed or one.id == desk.form.form.title:
            continue
        kind = one.kind.name if not one.kind.is_list else "choice"
        value = maker.preview.values.get(one.id)
        if not one.is_system and kind in ("choice", "record") and value not in (None, ()):
            found.append(cell_of(one.field, maker.words)(value))
    return found[:5]


# --- what links here --------------------------------------------------------------------------------------


def read_related(desk: Desk, rows: int, columns: int) -> list[Related]:
    if desk.form.form.is_single:
        return []
    return [
        _read_one(desk, other, link, rows, columns)
        for other, link in queries.reverse_links(desk.form)
        if not other.form.is_single
    ]


def _read_one(
    desk: Desk, other: FormHandle, link: Field, rows: int, columns: int, count: Count | None = None
) -> Related:
    work, record = current_work(), _record(desk)
    shown = show_record_id(record.id)
    view = ordered_views(work, other)[0]
    listed = [listed_field(other, name) for name in view.columns]
    chosen = [
        one for one in listed if one and one.id not in (other.form.title, link.id) and not one.field.subform
    ]
    kept = tuple(chosen[:columns])
    fields = tuple(one.id for one in kept if not one.is_system) + (
        (other.form.title,) if other.form.title else ()
    )
    title = other.form.title
    page = queries.related(work, other, record.id, link.id, Selection(fields=fields), limit=rows)
    words = cell_words(work, other, [one.field for one in kept if not one.is_system], page.records)
    makers = [(one, cell_of(one.field, words)) for one in kept]
    base = form_url(other.app.key, other.key)
    made = tuple(
        (
            f"{base}/r/{show_record_id(found.id)}",
            title_text(work, other, found.id, found.values.get(title) if title else None),
            tuple(
                cell(getattr(found, one.id) if one.is_system else found.values.get(one.id))
                for one, cell in makers
            ),
        )
        for found in page.records
    )
    condition = f"{{#{link.id}}} = {{@record:{record.id}}}"
    label = pick_label(link.config.get("reverse", {}), current_language()) or other.label(current_language())
    same = [one for handle, one in queries.reverse_links(desk.form) if handle.id == other.id]
    if len(same) > 1 and not link.config.get("reverse"):
        label = f"{label} · {link.label(current_language())}"
    return Related(
        other, link, label, count or _count(other, link, record.id), page, kept, made,
        f"{base}?{urlencode({'filter': condition})}",
        f"{base}/new?{link.key}={shown}" if access.may(work, "add") else None,
    )  # fmt: skip


def _count(other: FormHandle, link: Field, record_id: int) -> Count:
    return queries.count_related(current_work(), other, record_id, link.id, RELATED_CAP)


# --- one field in place -----------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/r/<record>/fields/<key>")
def show_field(app: str, form: str, record: str, key: str) -> Response:
    """The editor of one field; without script the whole form."""
    desk = open_desk(app, form, record)
    if not wants_fragment():
        return go(f"{desk.url}#f-{key}")
    maker = SheetMaker(current_work(), desk.form, read_preview(desk), None, desk.record, (), desk.base)
    return _editor(desk, _box(desk, maker, key))


def _box(desk: Desk, maker: SheetMaker, key: str) -> Box:
    one = desk.form.form.by_key.get(key)
    if one is None or key not in maker.preview.visible:
        raise NotFoundError("field", key)
    return maker.box(one)


def _editor(desk: Desk, box: Box, status: int = 200) -> Response:
    name = "editor" if not box.is_readonly else "row"
    fragment = render_template(
        f"fragments/records/{name}.html", desk=desk, form=desk.form, box=box, may_edit=True,
        digest=lambda _text: "", why_url=lambda one: f"{desk.record_url}/why/{one.field.key}",
    )  # fmt: skip
    return make_response(fragment, status)


@screen.post("/a/<app>/f/<form>/r/<record>/fields/<key>")
def save_field(app: str, form: str, record: str, key: str) -> Response:
    """Saves one field; everything that follows from it is shown anew."""
    desk = open_desk(app, form, record)
    one = desk.form.form.by_key.get(key)
    if one is None:
        raise NotFoundError("field", key)
    given = Given(desk.form, request.form)
    raw = {name: value for name, value in given.raw().items() if name == one.key}
    text = request.form.get("_version", "")
    outcome, merged_with = save_changes(desk, int(text) if text.isdecimal() else None, raw)
    if outcome.conflict is not None:
        said = _(
            "%(name)s changed this field a moment ago. Load the page to see it; yours is still in the box.",
            name=who_saved(outcome.conflict),
        )
        return _refused(desk, given, one, said, 409)
    if outcome.problems or outcome.record is None:
        said = " ".join(problem_text(problem) for problem in outcome.problems)
        return _refused(desk, given, one, said, 422)
    if merged_with or not wants_fragment():
        say_saved(record_title(desk), outcome, merged_with)
    after = Desk(desk.form, desk.base, queries.get_record(current_work(), desk.form, outcome.record.id))
    if not wants_fragment():
        return go(after.record_url)
    return make_response(render_template("fragments/records/changed.html", **record_values(after)))


def _refused(desk: Desk, given: Given, one: Field, said: str, status: int) -> Response:
    work = current_work()
    if not wants_fragment():
        toast(said, is_error=True)
        return go(f"{desk.url}#f-{one.key}")
    maker = SheetMaker(work, desk.form, read_preview(desk), given, desk.record, (), desk.base)
    maker.wrong = {one.key: [said]}
    maker.checked = None
    return _editor(desk, maker.box(one), status)


# --- delete and restore -----------------------------------------------------------------------------------


@screen.post("/a/<app>/f/<form>/r/<record>/delete")
def delete(app: str, form: str, record: str) -> Response:
    desk = open_desk(app, form, record, to="delete")
    outcome = records.delete(current_work(), desk.form, _record(desk).id)
    if not outcome.is_done:
        toast(" ".join(map(problem_text, outcome.problems)), is_error=True)
        return go(desk.record_url)
    toast(_("“%(title)s” is deleted", title=record_title(desk)), undo_url=f"{desk.record_url}/restore")
    return go(desk.base)


@screen.post("/a/<app>/f/<form>/r/<record>/restore")
def restore(app: str, form: str, record: str) -> Response:
    desk = open_record(app, form, record)
    handle = access.open_form(current_work(), form, to="delete", app=app)
    outcome = records.restore(current_work(), handle, _record(desk).id)
    if outcome.problems:
        toast(" ".join(map(problem_text, outcome.problems)), is_error=True)
    else:
        toast(_("“%(title)s” is back", title=record_title(desk)))
    return go(desk.record_url)


# --- why --------------------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/r/<record>/why/<key>")
def why(app: str, form: str, record: str, key: str) -> Response:
    desk = open_record(app, form, record)
    one = desk.form.form.by_key.get(key)
    if one is None:
        raise NotFoundError("field", key)
    found = explain(current_work(), desk.form, _record(desk).id, one.id, current_language())
    words = words_for(current_work(), desk.form, _record(desk).values)
    source = desk.form.app.find_form(found.source) if found.source else None
    link = source.form.by_id.get(found.link or "") if source else None
    return page_or_fragment(
        "explain/value",
        desk=desk,
        form=desk.form,
        title=record_title(desk),
        field=one,
        why=found,
        shown=cell_of(one, words)(found.value),
        inputs=[(each.name, _input_shown(desk.form, each, words)) for each in found.inputs],
        source=source,
        source_tab=f"{desk.record_url}?tab={source.key}.{link.key}" if source and link else None,
        may_design=access.may(current_work(), "design"),
        today=current_work().today,
    )


def _input_shown(form: FormHandle, one: Any, words: Any) -> Markup:
    """As the field shows it; what is no field by what kind of value it is."""
    own = form.form.by_id.get(one.field or "")
    if own is not None:
        return cell_of(own, words)(one.value)
    kind = one.node.kind
    types = {"number": "number", "date": "date", "datetime": "datetime", "bool": "yes_no", "user": "member"}
    plain = Field("x", "x", types.get(kind.name, "text"), {})
    if kind.name == "choice":
        labels = {option.id: option for option in kind.choices}
        option = labels.get(one.value)
        return cell_of(plain, words)(pick_label(option.labels, words.language) if option else one.value)
    return cell_of(plain, words)(one.value)

"""What is done with several records at once: deleting with undo, exporting; and the export of a whole view.

In: ids that were ticked, or "all" that match the list's state in the address. Out: the list with what
happened; a spreadsheet. `runtime` checks every record against the actor's rights.
"""

from __future__ import annotations

from itertools import islice

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from app.downloads import SHEETS, download
from app.errors import problem_text, refuse
from app.htmx import go, toast
from app.language import current_language
from app.screens.records.lists import open_list, show_listed
from app.screens.records.state import ListState
from app.wiring import current_work, only_reads
from app.workspace_screen import workspace_screen
from builder.ids import read_record_id
from expressions import Condition, Group, from_conditions
from runtime import changesets, exports, queries, records, undoing
from runtime.errors import NotFoundError
from runtime.queries import Selection
from runtime.records import Change

screen = workspace_screen("selection", __name__)
MOST_AT_ONCE = 5_000


@screen.post("/a/<app>/f/<form>/selection/delete")
def delete(app: str, form: str) -> Response:
    """Into the bin; the toast takes it back."""
    state = open_list(app, form, to="delete")
    ids = _chosen_ids(state)
    if not ids:
        return refuse(422, text=_("Nothing is selected."))
    if len(ids) > MOST_AT_ONCE:
        return refuse(422, text=_("At most %(most)s records can be deleted at once.", most=MOST_AT_ONCE))
    outcomes = records.delete_many(current_work(), state.form, [Change(one, {}) for one in ids])
    wrong = next((one.problems[0] for one in outcomes if one.problems), None)
    if wrong is not None:
        return refuse(409, text=problem_text(wrong))
    changeset = next((one.changeset_id for one in outcomes if one.changeset_id is not None), None)
    undo = url_for(".undo", app=app, form=form, changeset=changeset) + state.query if changeset else None
    label = state.form.label(current_language())
    toast(_n("%(form)s: %(num)d record deleted", "%(form)s: %(num)d records deleted", len(ids), form=label),
          undo_url=undo)  # fmt: skip
    if request.headers.get("HX-Request"):
        return show_listed(state)
    return go(state.url)


@screen.post("/a/<app>/f/<form>/selection/undo/<int:changeset>")
def undo(app: str, form: str, changeset: int) -> Response:
    state = open_list(app, form, to="delete")
    found = changesets.get_changeset(current_work(), changeset)
    if found.number != state.form.number:
        raise NotFoundError("changeset", changeset)
    outcome = undoing.revert(current_work(), changeset)
    if outcome.problems:
        return refuse(409, text=problem_text(outcome.problems[0]))
    if outcome.job_id is not None:
        toast(_n("%(num)d record is coming back", "%(num)d records are coming back", found.records))
    else:
        toast(_n("%(num)d record is back", "%(num)d records are back", outcome.undeleted))
    return go(state.url)


def _chosen_ids(state: ListState) -> list[int]:
    """The ticked ones; with "all" everything that the state finds, one more than may be done at once."""
    if request.form.get("all") != "1":
        given = [read_record_id(one) for one in request.form.getlist("id")]
        return list(dict.fromkeys(one for one in given if one is not None))
    selection = Selection(state.filter or None, (), state.search, ())
    found = queries.stream(current_work(), state.form, selection)
    return [one.id for one in islice(found, MOST_AT_ONCE + 1)]


# --- spreadsheets -----------------------------------------------------------------------------------------


@screen.get("/a/<app>/f/<form>/export.<ext>")
def export_view(app: str, form: str, ext: str) -> Response:
    """Everything that the view shows, in its order, with its columns; `scope=all` with every field."""
    state = open_list(app, form, to="export")
    return _export(state, state.selection, ext)


@screen.post("/a/<app>/f/<form>/export.<ext>")
@only_reads
def export_chosen(app: str, form: str, ext: str) -> Response:
    """The ticked records, or all that match."""
    state = open_list(app, form, to="export")
    selection = state.selection
    if request.form.get("all") != "1":
        ids = _chosen_ids(state)
        if not ids:
            return refuse(422, text=_("Nothing is selected."))
        chosen = Group("all", (Condition("id", "is_any_of", tuple(ids)),))
        text = from_conditions(chosen, state.form.world, state.form.id)
        selection = Selection(text, state.sort, "", state.columns)
    return _export(state, selection, ext)


def _export(state: ListState, selection: Selection, ext: str) -> Response:
    kind = next((one for one in exports.KINDS if one == ext), None)
    if kind is None:
        raise NotFoundError("export", ext)
    if request.args.get("scope") == "all":
        selection = Selection(selection.filter, selection.sort, selection.search, None)
    language = current_language()
    work = current_work()
    name = f"{state.form.label(language)}-{state.view.label(language)}-{work.today:%Y%m%d}.{kind}"
    return download(
        lambda target: exports.export(work, state.form, selection, kind, target, language),
        name,
        SHEETS[kind],
    )

"""Views of a list: kept, renamed, made the one that opens, removed.

In: POST and GET under /a/<app>/f/<form>/views. Out: dialogs and the list of the view. Shared views are for
designers, personal ones for everybody; `runtime.definitions` decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.errors import problem_text
from app.htmx import go, page_or_fragment, toast
from app.language import current_language
from app.screens.records.lists import open_list
from app.screens.records.state import ListState, ordered_views
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.ids import new_logical_id
from builder.problems import Problem
from builder.views import View, read_view, write_view
from runtime import access, definitions
from runtime.errors import NotFoundError

screen = workspace_screen("views", __name__)
LONGEST_NAME = 60


@screen.get("/a/<app>/f/<form>/views/new")
def show_new(app: str, form: str) -> Response:
    return _dialog(open_list(app, form), "", is_shared=False, problem="")


@screen.post("/a/<app>/f/<form>/views/new")
def create(app: str, form: str) -> Response:
    """The list as it is now, kept under a name."""
    state = open_list(app, form)
    name = _given_name()
    is_shared = request.form.get("shared") == "1"
    if not name:
        return _dialog(state, name, is_shared=is_shared, problem=_("Give the view a name."), status=422)
    view_id = new_logical_id()
    view = View(view_id, f"v_{view_id}", {current_language(): name}, state.form.id)
    made = _put(state, _with_state(view, state), is_shared=is_shared)
    if not isinstance(made, View):
        return _dialog(state, name, is_shared=is_shared, problem=problem_text(made[0]), status=422)
    toast(_("View “%(name)s” saved", name=name))
    return go(_list_url(state, made))


def _dialog(state: ListState, name: str, *, is_shared: bool, problem: str, status: int = 200) -> Response:
    return page_or_fragment(
        "views/new",
        status=status,
        form=state.form,
        state=state,
        name=name,
        is_shared=is_shared,
        problem=problem,
        may_share=access.may(current_work(), "design"),
    )


@screen.post("/a/<app>/f/<form>/views/<view>/save")
def save(app: str, form: str, view: str) -> Response:
    """The view takes over what the list shows now."""
    state, found = _open(app, form, view)
    if found.owner_member is None and not access.may(current_work(), "design"):
        return go(url_for(".show_new", app=app, form=form) + state.query)
    made = _put(state, _with_state(_real(found), state), is_shared=found.owner_member is None)
    if isinstance(made, View):
        toast(_("View “%(name)s” saved", name=made.label(current_language())))
        return go(_list_url(state, made))
    toast(problem_text(made[0]), is_error=True)
    return go(state.url)


@screen.get("/a/<app>/f/<form>/views/<view>/rename")
def show_rename(app: str, form: str, view: str) -> Response:
    state, found = _open(app, form, view)
    return _rename_dialog(state, found, found.label(current_language()), "")


@screen.post("/a/<app>/f/<form>/views/<view>/rename")
def rename(app: str, form: str, view: str) -> Response:
    state, found = _open(app, form, view)
    name = _given_name()
    if not name:
        return _rename_dialog(state, found, name, _("Give the view a name."), status=422)
    renamed = replace(_real(found), labels={**found.labels, current_language(): name})
    made = _put(state, renamed, is_shared=found.owner_member is None)
    if not isinstance(made, View):
        return _rename_dialog(state, found, name, problem_text(made[0]), status=422)
    return go(_list_url(state, made))


def _rename_dialog(state: ListState, view: View, name: str, problem: str, status: int = 200) -> Response:
    return page_or_fragment(
        "views/rename", status=status, form=state.form, state=state, view=view, name=name, problem=problem
    )


@screen.post("/a/<app>/f/<form>/views/<view>/default")
def make_default(app: str, form: str, view: str) -> Response:
    """The view that opens first: of everybody for a shared one, one's own for a personal one."""
    state, found = _open(app, form, view)
    is_shared = found.owner_member is None
    for other in state.views:
        if other.is_default and other.owner_member == found.owner_member and _is_kept(other):
            _put(state, replace(other, is_default=False), is_shared=is_shared)
    made = _put(state, replace(_real(found), is_default=True), is_shared=is_shared)
    if not isinstance(made, View):
        toast(problem_text(made[0]), is_error=True)
        return go(state.url)
    toast(_("The list now opens with “%(name)s”", name=made.label(current_language())))
    return go(_list_url(state, made))


@screen.post("/a/<app>/f/<form>/views/<view>/delete")
def delete(app: str, form: str, view: str) -> Response:
    state, found = _open(app, form, view)
    definitions.remove_view(current_work(), state.form, found.id)
    toast(_("View “%(name)s” removed. Its records are untouched.", name=found.label(current_language())))
    return go(state.base)


# --- what they share ----------------------------------------------------------------------------------


def _open(app: str, form: str, view: str) -> tuple[ListState, View]:
    state = open_list(app, form)
    found = next((one for one in state.views if view in (one.id, one.key)), None)
    if found is None:
        raise NotFoundError("view", view)
    return state, found


def _given_name() -> str:
    return " ".join(request.form.get("name", "").split())[:LONGEST_NAME]


def _is_kept(view: View) -> bool:
    """The list of everything is only there as long as nobody keeps another."""
    return view.id != "all"


def _real(view: View) -> View:
    return view if _is_kept(view) else replace(view, id=new_logical_id())


def _with_state(view: View, state: ListState) -> View:
    document: dict[str, Any] = {**write_view(view), **state.saved}
    for name in ("filter", "sort"):
        if name not in state.saved:
            document.pop(name, None)
    return read_view(document, view.owner_member)


def _put(state: ListState, view: View, *, is_shared: bool) -> View | tuple[Problem, ...]:
    return definitions.put_view(current_work(), state.form, write_view(view), is_shared=is_shared)


def _list_url(state: ListState, view: View) -> str:
    """The list of a view as it is saved now."""
    work = current_work()
    views = ordered_views(work, state.form)
    kept = next((one for one in views if one.id == view.id), view)
    return replace(state, views=views).with_view(kept).url

"""New apps and new forms: small dialogs that ask for a name and little else.

In: /w/<workspace>/apps/new, /a/<app>/forms/new. Out: the dialog; after creating, the designer. The key comes
from the name. For owners and admins.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from app.errors import problems_by_field
from app.htmx import go, page_or_fragment, toast
from app.language import current_language
from app.navigation import design_url, use_place
from app.screens.designer.looks import APP_ICONS, FORM_ICONS
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.edits.keys import slug, unique
from builder.fields.options import COLORS
from runtime import access, definitions

screen = workspace_screen("design_create", __name__)


@screen.get("/new-app")
def ask_app() -> Response:
    access.require_designer(current_work())
    return _app_dialog({})


@screen.post("/new-app")
def make_app() -> Response:
    """An app with its first form, ready to be designed."""
    work = current_work()
    access.require_designer(work)
    name = request.form.get("name", "").strip()
    if not name:
        return _app_dialog({"name": [_("Say what the app is called.")]}, 422)
    labels = {current_language(): name}
    taken = {one.key for one in work.catalogue.apps()}
    key = unique(slug(labels) or "app", taken)
    icon, color = request.form.get("icon", "apps"), request.form.get("color", "blue")
    made = definitions.create_app(work, key, labels, icon=icon, color=color)
    if isinstance(made, tuple):
        return _app_dialog(problems_by_field(made), 422)
    form_name = request.form.get("form", "").strip() or name
    outcome = definitions.create_form(work, made, {current_language(): form_name}, icon="table", color=color)
    if isinstance(outcome, tuple):
        return _app_dialog(problems_by_field(outcome), 422)
    toast(_("“%(name)s” is there. Add fields, then publish.", name=name))
    return go(design_url(made.key, outcome.draft.form.key))


@screen.get("/a/<app>/forms/new")
def ask_form(app: str) -> Response:
    opened = access.open_app(current_work(), app, to="design")
    use_place(opened)
    return page_or_fragment("designer/new_form", **_form_values(opened.key, {}))


@screen.post("/a/<app>/forms/new")
def make_form(app: str) -> Response:
    work = current_work()
    opened = access.open_app(work, app, to="design")
    use_place(opened)
    name = request.form.get("name", "").strip()
    if not name:
        values = _form_values(opened.key, {"name": [_("Say what the form is called.")]})
        return page_or_fragment("designer/new_form", status=422, **values)
    outcome = definitions.create_form(
        work,
        opened,
        {current_language(): name},
        icon=request.form.get("icon", "table"),
        color=request.form.get("color", "blue"),
        is_single=request.form.get("single") == "1",
    )
    if isinstance(outcome, tuple):
        values = _form_values(opened.key, problems_by_field(outcome))
        return page_or_fragment("designer/new_form", status=422, **values)
    return go(design_url(opened.key, outcome.draft.form.key))


def _app_dialog(problems: dict[str, list[str]], status: int = 200) -> Response:
    return page_or_fragment(
        "designer/new_app",
        status=status,
        problems=problems,
        values=request.form,
        icons=APP_ICONS,
        colors=COLORS,
    )


def _form_values(app_key: str, problems: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "app_key": app_key,
        "problems": problems,
        "values": request.form,
        "icons": FORM_ICONS[:12],
        "colors": COLORS,
    }

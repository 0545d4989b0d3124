"""The designer's page and the parts that are looked at, not changed: the panel, previews.

In: GET /w/<workspace>/a/<app>/design/<form>…. Out: the page, or for htmx the part. For owners and admins.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from app.htmx import go, page_or_fragment, wants_fragment
from app.navigation import use_place
from app.screens.designer.answers import design_values
from app.screens.designer.cards import canvas_of, serial_sample
from app.screens.designer.looks import FORM_ICONS, color_word, icon_word
from app.screens.designer.opening import Design, open_design
from app.screens.designer.palette import GROUPS, TILES, type_icon, type_word
from app.screens.designer.panel import panel_of, used_text
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.forms import Form
from builder.pointers import removed_spots
from runtime import access, drafts
from runtime.catalogue import AppVersion

screen = workspace_screen("designer", __name__)
TABS = ("fields", "outline", "removed")


def page_values(design: Design) -> dict[str, Any]:
    """Everything that the page draws."""
    use_place(design.app, design.handle)
    side = request.args.get("side", "fields")
    return {
        **design_values(design, request.args),
        "groups": GROUPS,
        "side": side if side in TABS else "fields",
        "canvas": canvas_of(design),
        "panel": panel_of(design, request.args),
        "device": "phone" if request.args.get("device") == "phone" else "desktop",
    }


@screen.get("/a/<app>/design/<form>")
def show(app: str, form: str) -> Response:
    design = open_design(app, form)
    if form not in (design.form.key, design.form.id) and not wants_fragment():
        return go(design.url())
    return page_or_fragment("designer/show", fragment="designer/screen", **page_values(design))


@screen.get("/a/<app>/design/<form>/props")
def show_props(app: str, form: str) -> Response:
    """The property panel of what was selected; as a page it is the designer with it selected."""
    design = open_design(app, form)
    if not wants_fragment():
        return go(design.url(**request.args.to_dict()))
    values = design_values(design, request.args)
    return make_response(
        render_template("fragments/designer/props.html", panel=panel_of(design, request.args), **values)
    )


@screen.get("/a/<app>/design")
def choose_form(app: str) -> Response:
    """The first form of the app."""
    opened = access.open_app(current_work(), app, to="design")
    return go(open_design(app, opened.forms[0].key).url()) if opened.forms else go("./")


def unpublished_forms(app: AppVersion) -> list[Form]:
    """Forms that are being designed and were never published; for designers."""
    return [one.form for one in drafts.list_drafts(current_work(), app) if one.base is None]


@screen.app_context_processor
def designer_words() -> dict[str, Any]:
    """What the designer's fragments call, whichever screen draws them."""
    return {
        "type_word": type_word,
        "type_icon": type_icon,
        "used_text": used_text,
        "removed_spots": removed_spots,
        "form_icons": lambda: FORM_ICONS,
        "color_word": color_word,
        "icon_word": icon_word,
        "serial_sample": serial_sample,
        "unpublished_forms": unpublished_forms,
        "column_tiles": lambda: [tile for tile in TILES.values() if tile.can_be_column],
    }

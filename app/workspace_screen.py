"""Screens inside a workspace: a blueprint under /w/<workspace> whose gate has already been passed.

In: a blueprint's name. Out: `workspace_screen`. Called by every module of app/screens that shows what
belongs to a workspace; the views see no `workspace` parameter, and `url_for` fills it in.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g

from app.sessions import enter_workspace


def workspace_screen(name: str, import_name: str) -> Blueprint:
    """A blueprint whose every view runs as a member of the workspace in its URL."""
    screen = Blueprint(name, import_name, url_prefix="/w/<workspace>")

    @screen.url_value_preprocessor
    def take_workspace(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.workspace_asked = values.pop("workspace") if values else ""

    @screen.before_request
    def pass_gate() -> None:
        enter_workspace(g.workspace_asked)

    return screen


def fill_workspace(endpoint: str, values: dict[str, Any]) -> None:
    """`url_for` inside a workspace stays in it. Installed for the whole app by the factory."""
    if "workspace" in values or g.get("workspace_slug") is None:
        return
    if current_app.url_map.is_endpoint_expecting(endpoint, "workspace"):
        values["workspace"] = g.workspace_slug

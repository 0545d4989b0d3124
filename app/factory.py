"""The application: settings and a platform in, a Flask app out.

In: `Settings`, and for tests a `Platform` that is ready. Out: `create_app`. Called by `formloom
serve` and by tests. Screens are an explicit tuple: a new one adds its line here and nowhere else.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from app import errors, htmx, language, security, templating
from app.api.install import blueprint as api_blueprint
from app.config import Settings
from app.manifest import DIST, Assets
from app.screens import home, imports, members, operations, settings, setup, signin, templates_centre
from app.screens.designer import create, edits, expressions, publish, trial
from app.screens.designer import pages as design_pages
from app.screens.records import filters, forms, history, lists, pages, pickers, selection, views
from app.wiring import Wired, build_platform, dispatch
from app.workspace_screen import fill_workspace
from runtime.platform import Platform

SCREENS: tuple[Blueprint, ...] = (
    setup.screen,
    signin.screen,
    home.screen,
    templates_centre.screen,
    members.screen,
    settings.screen,
    operations.screen,
    imports.screen,
    lists.screen,
    views.screen,
    filters.screen,
    selection.screen,
    forms.screen,
    pages.screen,
    history.screen,
    pickers.screen,
    design_pages.screen,
    edits.screen,
    expressions.screen,
    publish.screen,
    trial.screen,
    create.screen,
)
FOREVER = 365 * 24 * 3600


class FormloomApp(Flask):
    """A Flask app whose every view runs inside one unit of work (app/wiring.py)."""

    def dispatch_request(self) -> ResponseReturnValue:
        answer: Response = dispatch(lambda: self.make_response(super(FormloomApp, self).dispatch_request()))
        return answer


def create_app(settings: Settings, platform: Platform | None = None) -> FormloomApp:
    """The web face of a platform; without one it is built from the settings."""
    app = FormloomApp(
        "app", template_folder=str(templating.TEMPLATES), static_folder=str(DIST), static_url_path="/assets"
    )
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = FOREVER  # names carry a hash of what is in them
    app.extensions["formloom"] = Wired(settings, platform or build_platform(settings))
    assets = Assets.read()
    security.protect(app, settings)
    language.install(app)
    htmx.install(app)
    templating.install(app, assets)
    errors.install(app)
    app.add_url_rule("/favicon.ico", "favicon", lambda: redirect(assets.url("favicon.svg")))
    app.after_request(_keep_assets)
    app.url_default_functions.setdefault(None, []).append(fill_workspace)
    for screen in SCREENS:
        app.register_blueprint(screen)
    app.register_blueprint(api_blueprint())
    return app


def _keep_assets(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return response

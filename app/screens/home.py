"""Home: the apps of the workspace, a greeting, and what changed lately.

In: GET /w/<workspace>/, /apps, /a/<app>. Out: the page, the app switcher's list, the app's first form.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Response, render_template, request
from flask_babel import gettext as _

from app.htmx import go, page_or_fragment
from app.language import current_language
from app.navigation import Place, app_groups, form_url, use_place
from app.preferences import remember
from app.recent import recent_changes
from app.shipped_bundles import BundleCard, card_of, shipped_bundles
from app.wiring import current_actor, current_work
from app.workspace_screen import workspace_screen
from builder.forms import pick_label
from runtime import access
from runtime.catalogue import AppVersion
from runtime.platform import Work

screen = workspace_screen("home", __name__)


@screen.get("/")
def show() -> Response:
    work = current_work()
    member, may_design = current_actor().member, access.may(work, "design")
    now = work.now.astimezone(ZoneInfo(member.zone if member else work.workspace.zone))
    answer = page_or_fragment(
        "home/show",
        apps=[_card(app) for app in work.catalogue.apps()],
        recent=recent_changes(work),
        bundles=_cards(work) if may_design else (),
        greeting=_greeting(now.hour),
        today=now.date(),
        may_design=may_design,
    )
    remember(answer, "workspace", work.workspace.slug)
    return answer


@screen.get("/apps")
def list_apps() -> Response:
    """The app switcher's menu; a plain link to it leads home."""
    if not request.headers.get("HX-Request"):
        return go("./")
    apps = current_work().catalogue.apps()
    return Response(
        render_template("fragments/shell/apps.html", apps=apps, current=request.args.get("current"))
    )


@screen.get("/a/<app>")
@screen.get("/a/<app>/")
def show_app(app: str) -> Response:
    """An app opens at its first form, in the order of its navigation."""
    opened = access.open_app(current_work(), app)
    if not opened.forms:
        use_place(opened)
        return page_or_fragment("home/empty_app", app=opened)
    place = Place(opened)
    first = next((link.url for group in app_groups(place) for link in group.links), None)
    return Response(status=303, headers={"Location": first or form_url(opened.key, opened.forms[0].key)})


@dataclass(frozen=True, slots=True)
class AppCard:
    """One app as home shows it."""

    key: str
    label: str
    description: str
    icon: str
    color: str
    forms: int


def _card(app: AppVersion) -> AppCard:
    language = current_language()
    description = pick_label(app.document.get("description") or {}, language)
    return AppCard(app.key, app.label(language), description, app.icon, app.color, len(app.forms))


def _cards(work: Work) -> list[BundleCard]:
    apps = work.catalogue.apps()
    return [card_of(one, current_language(), apps) for one in shipped_bundles()]


def _greeting(hour: int) -> str:
    if hour < 5:
        return _("Good night")
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")

"""The template centre: the bundles that can be cloned, cloning one, and how far its demo data is.

In: /w/<workspace>/templates…, /a/<app>/demo. Out: cards, the dialog, and after cloning the new app. For
owners and admins.
"""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.htmx import go, page_or_fragment, toast, wants_fragment
from app.language import current_language
from app.navigation import app_url, use_place
from app.problem_words import problem_text
from app.shipped_bundles import BundleCard, card_of, shipped_bundles
from app.wiring import current_work
from app.workspace_screen import workspace_screen
from builder.bundles import Bundle
from runtime import access, bundles

screen = workspace_screen("templates_centre", __name__)
ENDED = ("done", "parked", "cancelled")


@screen.get("/templates")
def show() -> Response:
    work = current_work()
    access.require_designer(work)
    apps = work.catalogue.apps()
    cards = [card_of(one, current_language(), apps) for one in shipped_bundles()]
    return page_or_fragment("templates/show", bundles=cards)


@screen.get("/templates/<key>")
def show_clone(key: str) -> Response:
    access.require_designer(current_work())
    return page_or_fragment("templates/clone", bundle=_card(bundles.open_bundle(key)), wrong=())


@screen.post("/templates/<key>")
def clone(key: str) -> Response:
    """One click: the app with its forms and views at once, its demo rows by a job that says how far it is."""
    bundle = bundles.open_bundle(key)
    outcome = bundles.clone(current_work(), bundle, with_demo=request.form.get("demo") == "1")
    if outcome.app is None:
        wrong = [problem_text(one) for one in outcome.problems]
        return page_or_fragment("templates/clone", status=422, bundle=_card(bundle), wrong=wrong)
    if outcome.job_id is not None:
        return go(url_for(".show_demo", app=outcome.app.key))
    toast(_("“%(name)s” is ready", name=outcome.app.label(current_language())))
    return go(app_url(outcome.app.key))


@screen.get("/a/<app>/demo")
def show_demo(app: str) -> Response:
    """How far the demo data of a clone is; asked again every second until it is there."""
    work = current_work()
    opened = access.open_app(work, app, to="design")
    state = bundles.demo_state(work, opened)
    if state is None or state.state == "done":
        toast(_("“%(name)s” is ready", name=opened.label(current_language())))
        return go(app_url(opened.key))
    use_place(opened)
    is_going = state.state not in ENDED
    answer = page_or_fragment("templates/loading", app=opened, state=state, is_going=is_going)
    if not is_going and wants_fragment():
        answer.status_code = 286  # htmx stops asking
    return answer


def _card(bundle: Bundle) -> BundleCard:
    return card_of(bundle, current_language(), current_work().catalogue.apps())

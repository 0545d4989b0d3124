"""Answers for people: whole pages, or the same fragment alone when htmx asks; toasts; going elsewhere.

In: a screen's name ("members/list") and its values. Out: `page_or_fragment`, `toast`, `go`, `saved`.
Called by every screen; docs/contributing/add-a-screen.md shows the pattern.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
)
from flask_htmx import HTMX
from jinja2 import TemplateNotFound
from jinja2_fragments.flask import render_block
from werkzeug.datastructures import Headers

htmx = HTMX()
TOASTS = "toast"


@dataclass(frozen=True, slots=True)
class Toast:
    """What happened; `undo_url` is posted to by its button."""

    text: str
    undo_url: str | None = None
    is_error: bool = False
    link_url: str | None = None
    link_text: str | None = None


def wants_fragment() -> bool:
    """Whether htmx asks for a piece. A boosted link and a restored history want the whole page."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_fragment(
    name: str, /, *, fragment: str | None = None, status: int = 200, **context: object
) -> Response:
    """`templates/pages/<name>.html`; for htmx `templates/fragments/<fragment or name>.html`.

    A page without such a fragment answers its "content" block."""
    if wants_fragment():
        return make_response(_fragment(name, fragment, context), status)
    answer = make_response(render_template(f"pages/{name}.html", **context), status)
    if status >= 400 and htmx.boosted:
        answer.headers["HX-Push-Url"] = "false"  # the address of a refused form is no page
    return answer


def _fragment(name: str, fragment: str | None, context: dict[str, object]) -> str:
    file = f"fragments/{fragment or name}.html"
    if fragment is None:
        try:
            current_app.jinja_env.get_template(file)
        except TemplateNotFound as missing:
            if missing.name != file:
                raise
            block: str = render_block(f"pages/{name}.html", "content", **context)
            return block
    return render_template(file, **context)


def toast(
    text: str,
    *,
    undo_url: str | None = None,
    is_error: bool = False,
    link_url: str | None = None,
    link_text: str | None = None,
) -> None:
    """Says what happened: on this page, on the fragment's page, or on the page gone to."""
    g.setdefault("toasts", []).append(Toast(str(text), undo_url, is_error, link_url, link_text))


def go(url: str) -> Response:
    """To another page after a change: 303, or, where htmx would swap a piece, a whole new page."""
    if wants_fragment():
        return Response("", 204, {"HX-Redirect": url})
    return make_response(redirect(url, code=303))


def saved(url: str, *, triggers: tuple[str, ...] = ()) -> Response:
    """After a dialog did its work: the overlay closes and whoever listens looks again.

    `triggers` are events for the page ("members-changed"); without htmx people go to `url`."""
    if not wants_fragment():
        return make_response(redirect(url, code=303))
    response = Response("", 200)
    response.headers["HX-Trigger"] = json.dumps({"saved": True, **dict.fromkeys(triggers, True)})
    return response


def install(app: Flask) -> None:
    htmx.init_app(app)
    app.after_request(_deliver_toasts)
    app.context_processor(lambda: {"take_toasts": take_toasts})


def take_toasts() -> list[Toast]:
    """Those of this request and those kept by the page before. Called by base.html: they are shown now."""
    kept = [Toast(**json.loads(str(text))) for text in get_flashed_messages(category_filter=[TOASTS])]
    return kept + list(g.pop("toasts", []))


def _deliver_toasts(response: Response) -> Response:
    toasts: list[Toast] = g.get("toasts", [])
    if not toasts:
        return response
    leaves = 300 <= response.status_code < 400 or _goes_elsewhere(response.headers)
    if leaves:
        for one in toasts:
            flash(json.dumps(asdict(one), ensure_ascii=False), TOASTS)
    elif wants_fragment() and response.mimetype == "text/html" and not response.is_streamed:
        pieces = render_template("fragments/toasts.html", toasts=toasts)
        response.set_data(response.get_data(as_text=True) + pieces)
    return response


def _goes_elsewhere(headers: Headers) -> bool:
    return "HX-Redirect" in headers or "HX-Location" in headers or headers.get("HX-Refresh") == "true"

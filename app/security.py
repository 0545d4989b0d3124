"""Security of the web face: content policy, headers, CSRF, proxies, cookies and safe addresses.

In: the Flask app and `Settings`. Out: `protect(app)`, `csp_nonce`, `safe_next`, `cookie_name`. Called by
the factory; templates ask for the nonce.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.wiring import current_settings

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., object])

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"),
)


def protect(app: Flask, settings: Settings) -> None:
    """Installs everything on this page."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=cookie_name("formloom_form", is_secure=settings.is_secure),
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the browser session that holds its seed
        MAX_CONTENT_LENGTH=settings.largest_body,
        MAX_FORM_MEMORY_SIZE=settings.largest_body,
        MAX_FORM_PARTS=5_000,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(widen_for_uploads)
    app.session_interface = KeptSerializer()
    csrf.init_app(app)
    app.after_request(add_headers)


class KeptSerializer(SecureCookieSessionInterface):
    """Flask's own sessions; what signs them is built once, not for every request."""

    def __init__(self) -> None:
        self._kept: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._kept is None:
            self._kept = super().get_signing_serializer(app)
        return self._kept


def csp_nonce() -> str:
    """This response's nonce. Made on first use, because a refused POST never reaches a before-request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    for name, value in ALWAYS:
        if name not in headers:
            headers.add(name, value)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"  # pages show people's data: no shared or disk cache
    if current_settings().is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.vary.update(("HX-Request", "Cookie", "Accept-Language"))
    return response


def cookie_name(name: str, *, is_secure: bool) -> str:
    """`__Host-` binds a cookie to this host, to https and to the root path."""
    return f"__Host-{name}" if is_secure else name


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path on this host, else None: a sign-in never sends people elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(sign) < 32 or sign == "\\" for sign in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    return target


def client_address() -> str:
    """Who is asking, for rate limits; behind TRUSTED_PROXIES the address they vouch for."""
    return request.remote_addr or "unknown"


def takes_upload(view: View) -> View:
    """Marks a view that takes a large file. Known before the form is read: the token is looked for in it."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


def widen_for_uploads() -> None:
    """Runs before the form token is checked, which reads the body."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_upload", False):
        request.max_content_length = current_settings().largest_upload

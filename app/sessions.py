"""The browser's session: the cookie, who is signed in, and the actor in the workspace of the URL.

In: a request. Out: `enter_workspace`, `current_session`, `keep`, `forget`. One lookup a request, through
`runtime.sessions`; the cookie holds a random token and nothing else.
"""

from __future__ import annotations

from flask import Response, g, request

from app.language import use_language
from app.preferences import remember
from app.security import cookie_name
from app.wiring import current_platform, current_settings, use_actor
from runtime import sessions
from runtime.actors import Actor
from runtime.errors import NotFoundError
from runtime.sessions import Session, SignedIn

COOKIE = "formloom_session"


class SignInNeededError(Exception):
    """Nobody is signed in, or the session ended. Answered by the sign-in page (app/errors.py)."""


def session_token() -> str | None:
    name = cookie_name(COOKIE, is_secure=current_settings().is_secure)
    return request.cookies.get(name) or None


def current_session() -> Session | None:
    """The signed-in session of this request, or None; read once."""
    if "session_found" not in g:
        token = session_token()
        g.session_found = sessions.find_session(current_platform(), token) if token else None
        if g.session_found is not None:
            use_language(g.session_found.account.language)
    found: Session | None = g.session_found
    return found


def require_session() -> Session:
    found = current_session()
    if found is None:
        raise SignInNeededError
    return found


def enter_workspace(slug: str) -> Actor:
    """Makes the signed-in account's member of this workspace the request's actor.

    Raises `SignInNeededError` without a session, `NotFoundError` for a workspace that is not theirs."""
    token = session_token()
    if token is None:
        raise SignInNeededError
    try:
        actor = sessions.enter(current_platform(), token, slug)
    except NotFoundError:
        require_session()
        raise
    use_actor(actor)
    if actor.member is not None:
        use_language(actor.member.language)
    g.workspace_slug = slug
    return actor


def keep(response: Response, signed_in: SignedIn) -> None:
    """Signs the browser in."""
    settings = current_settings()
    response.set_cookie(
        cookie_name(COOKIE, is_secure=settings.is_secure),
        signed_in.token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
    remember(response, "language", signed_in.account.language)


def forget(response: Response) -> None:
    """Signs the browser out; the session row is ended by `runtime.sessions`."""
    settings = current_settings()
    name = cookie_name(COOKIE, is_secure=settings.is_secure)
    response.delete_cookie(name, path="/", secure=settings.is_secure, httponly=True, samesite="Lax")

"""Preferences that the server has to know to draw a page: language, theme, density, side rail.

In: cookies of this browser and, for the language, the signed-in account and Accept-Language. Out:
`Preferences`, `preferences()`, `remember`. They are no secrets and name nobody; the session is another
cookie.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, request

from app.wiring import current_settings

THEMES = ("light", "dark", "system")
DENSITIES = ("compact", "normal", "roomy")
YEAR = 365 * 24 * 3600
COOKIES = {
    "theme": "formloom_theme",
    "density": "formloom_density",
    "rail": "formloom_rail",
    "language": "formloom_language",
    "workspace": "formloom_workspace",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """How this browser likes its pages."""

    theme: str = "system"
    density: str = "normal"
    is_rail: bool = False


def preferences() -> Preferences:
    """Of this request; unknown values count as unset."""
    if "preferences" not in g:
        theme = request.cookies.get(COOKIES["theme"], "")
        density = request.cookies.get(COOKIES["density"], "")
        g.preferences = Preferences(
            theme if theme in THEMES else "system",
            density if density in DENSITIES else "normal",
            request.cookies.get(COOKIES["rail"]) == "1",
        )
    found: Preferences = g.preferences
    return found


def remembered(name: str) -> str | None:
    return request.cookies.get(COOKIES[name])


def remember(response: Response, name: str, value: str) -> None:
    """Keeps a preference in this browser for a year."""
    response.set_cookie(
        COOKIES[name],
        value,
        max_age=YEAR,
        path="/",
        secure=current_settings().is_secure,
        # the rail and theme buttons in the page set theirs without asking the server
        httponly=name in ("language", "workspace"),
        samesite="Lax",
    )

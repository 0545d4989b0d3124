"""Jinja: where templates are, and what every one of them may use.

In: the Flask app and its `Assets`. Out: globals (`icon`, `asset_url`, `shell`, `preferences`, …) and
filters (`ago`, `moment`, `day`, `exact`, `number`). A name that is not there is an error, never blank.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_babel import gettext as _
from jinja2 import StrictUndefined

from app import formats
from app.language import LANGUAGES, current_language
from app.manifest import Assets
from app.navigation import app_url, design_url, form_url, shell
from app.preferences import preferences
from app.security import csp_nonce
from app.wiring import current_platform, current_settings, has_work
from app.wiring import current_work as _current_work
from builder.ids import show_record_id

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def install(app: Flask, assets: Assets) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        icon=assets.icon,
        asset_url=assets.url,
        shell=shell,
        app_url=app_url,
        form_url=form_url,
        design_url=design_url,
        preferences=preferences,
        csp_nonce=csp_nonce,
        current_language=current_language,
        languages=LANGUAGES,
        avatar_letters=formats.avatar_letters,
        color_of=formats.color_of,
        record_id=show_record_id,
        browser_words=browser_words,
        is_insecure=lambda: not current_settings().is_secure,
    )
    environment.filters.update(
        ago=_ago,
        moment=_moment,
        exact=_exact,
        day=_day,
        long_day=formats.long_day,
        number=formats.number,
        percent=formats.percent,
        browser_name=formats.browser_name,
    )


def reader_zone() -> str:
    """The zone in which this reader sees times."""
    actor = g.get("actor")
    return actor.member.zone if actor is not None and actor.member is not None else "Asia/Shanghai"


def reader_now() -> datetime:
    """The instant of this request: the unit of work's, where there is one."""
    return _current_work().now if has_work() else current_platform().clock.now()


def browser_words() -> dict[str, str]:
    """What only the browser says; read by js/words.js."""
    return {
        "offline": _("The server cannot be reached. What you typed is still here: try again in a moment."),
        "slow": _("This takes too long. Try again, or ask for less at once."),
        "copied": _("Copied"),
        "sure": _("Are you sure?"),
        "leave": _("Leave without saving what you typed?"),
    }


def _ago(value: datetime) -> str:
    return formats.ago(value, reader_now(), reader_zone())


def _moment(value: datetime) -> str:
    return formats.moment(value, reader_zone(), reader_now())


def _exact(value: datetime) -> str:
    return formats.exact(value, reader_zone())


def _day(value: date) -> str:
    today: Any = reader_now().date()
    return formats.day(value, today)

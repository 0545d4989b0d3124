"""Numbers, money and times as people read them.

In: values and the reader's language and zone. Out: plain text. Called by templates as filters and by
the cells of lists. U+2212 is the minus; thousands are separated; nothing is cut.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext as _n

SYMBOLS = {"zh": {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$"}}
SYMBOLS["en"] = {**SYMBOLS["zh"], "CNY": "CN¥"}
MINUS = "\u2212"


def number(value: Decimal | int | float, decimals: int | None = None) -> str:
    """1234.5 → 1,234.5; with `decimals` exactly that many."""
    shown = f"{abs(value):,f}" if decimals is None else f"{abs(Decimal(value)):,.{decimals}f}"
    if decimals is None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{MINUS}{shown}" if value < 0 else shown


def percent(value: Decimal | float, decimals: int | None = 1) -> str:
    """0.477 → 47.7%."""
    return f"{number(Decimal(value) * 100, decimals)}%"


def currency_sign(currency: str, language: str) -> str:
    return SYMBOLS["en" if language == "en" else "zh"].get(currency, f"{currency} ")


def money(value: Decimal | int, currency: str = "CNY", language: str = "zh-CN", decimals: int = 2) -> str:
    sign = MINUS if value < 0 else ""
    return f"{sign}{currency_sign(currency, language)}{abs(Decimal(value)):,.{decimals}f}"


def day(value: date, today: date) -> str:
    """2026-11-20; this year's without the year."""
    return f"{value:%m-%d}" if value.year == today.year else value.isoformat()


def moment(value: datetime, zone: str, now: datetime) -> str:
    """An instant at the reader's clock: 11-20 09:30, with the year when it is another."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), now.astimezone(ZoneInfo(zone)).date())} {local:%H:%M}"


def exact(value: datetime, zone: str) -> str:
    """2026-11-20 09:30:12, for titles."""
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def ago(value: datetime, now: datetime, zone: str) -> str:
    """20 min ago · 2 h ago · yesterday 17:42 · 3 days ago; after 30 days the date."""
    gone = now - value
    local = value.astimezone(ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    days = (today - local.date()).days
    if gone < timedelta(minutes=1):
        return _("just now")
    if gone < timedelta(hours=1):
        return _n("%(num)d min ago", "%(num)d min ago", int(gone.total_seconds() // 60))
    if days == 0:
        return _n("%(num)d h ago", "%(num)d h ago", int(gone.total_seconds() // 3600))
    if days == 1:
        return _("yesterday %(time)s", time=f"{local:%H:%M}")
    if days <= 30:
        return _n("%(num)d day ago", "%(num)d days ago", days)
    return day(local.date(), today)


def long_day(value: date) -> str:
    """11 月 20 日 周五 · Fri, 20 Nov."""
    weekdays = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    months = (
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        _("May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    )
    return _(
        "%(weekday)s, %(day)d %(month)s",
        weekday=weekdays[value.weekday()],
        day=value.day,
        month=months[value.month - 1],
    )


def avatar_letters(name: str, *, is_small: bool = False) -> str:
    """The last two signs of a Chinese name (one when small); the initials of another."""
    name = name.strip()
    if not name:
        return "?"
    if not name.isascii():
        return name[-1:] if is_small else name[-2:]
    parts = name.split()
    letters = parts[0][:1] + (parts[-1][:1] if len(parts) > 1 and not is_small else "")
    return letters.upper()


COLORS = (
    "blue",
    "green",
    "amber",
    "violet",
    "cyan",
    "pink",
    "teal",
    "orange",
    "indigo",
    "lime",
)  # the order in which options get them; red and gray mean something and are left out


def color_of(number_of_thing: int) -> str:
    """The same thing has the same colour everywhere."""
    return COLORS[number_of_thing % len(COLORS)]


BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Mozilla/5.0 (Windows NT 10.0; …) Chrome/126 → Chrome · Windows."""
    found = [next((name for sign, name in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or (agent[:60] or _("Unknown browser"))

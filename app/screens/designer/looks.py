"""Words for the colours and icons that a form, an app or an option may have: what a screen reader says.

In: the key of a colour (builder/fields/options.py) or an icon of the two lists here. Out: its word in the
reader's language. Called by the designer's templates.
"""

from __future__ import annotations

from flask_babel import gettext as _

FORM_ICONS = (
    "table", "users", "user-circle", "building-store", "address-book", "briefcase", "target-arrow",
    "report-money", "receipt", "file-text", "clipboard-list", "shopping-cart", "package", "truck",
    "calendar-event", "phone", "message", "tool", "school", "certificate", "chart-bar", "settings",
    "map-pin", "star",
)  # fmt: skip
APP_ICONS = (
    "apps", "briefcase", "building-store", "users", "report-money", "package", "truck", "calendar-event",
    "school", "tool", "clipboard-list", "heart",
)  # fmt: skip


def color_word(key: str) -> str:
    words = {
        "blue": _("Blue"),
        "green": _("Green"),
        "amber": _("Amber"),
        "violet": _("Violet"),
        "cyan": _("Cyan"),
        "pink": _("Pink"),
        "teal": _("Teal"),
        "orange": _("Orange"),
        "indigo": _("Indigo"),
        "lime": _("Lime"),
        "red": _("Red"),
        "gray": _("Gray"),
    }
    return words.get(key, key)


def icon_word(key: str) -> str:
    words = {
        "table": _("Table"),
        "users": _("People"),
        "user-circle": _("Person"),
        "building-store": _("Shop"),
        "address-book": _("Address book"),
        "briefcase": _("Briefcase"),
        "target-arrow": _("Target"),
        "report-money": _("Figures"),
        "receipt": _("Receipt"),
        "file-text": _("Document"),
        "clipboard-list": _("Checklist"),
        "shopping-cart": _("Shopping cart"),
        "package": _("Package"),
        "truck": _("Truck"),
        "calendar-event": _("Calendar"),
        "phone": _("Telephone"),
        "message": _("Speech bubble"),
        "tool": _("Spanner"),
        "school": _("Mortarboard"),
        "certificate": _("Certificate"),
        "chart-bar": _("Bar chart"),
        "settings": _("Cogwheel"),
        "map-pin": _("Pin on a map"),
        "star": _("Star"),
        "apps": _("Tiles"),
        "heart": _("Heart"),
    }
    return words.get(key, key)

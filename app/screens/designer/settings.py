"""What the property panel asks about each type of field: controls, their words, and reading them back.

In: a field and what was posted. Out: `SETTINGS` by type, `shown_settings` with values, `read_config` →
changes of the config (None takes an entry away). Called by the panel and by the edits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from builder.forms import Field

Words = LazyString | str
Posted = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of a type's config as a control. `options`: (value, words); "" means not set."""

    name: str
    label: LazyString
    control: str  # whole, amount, choose, switch, line, form, link, expression, names, result
    options: tuple[tuple[str, Words], ...] = ()
    help: Words = ""
    placeholder: Words = ""
    is_half: bool = False


def _decimals(most: int) -> Setting:
    counts: tuple[tuple[str, Words], ...] = tuple((str(one), str(one)) for one in range(most + 1))
    options: tuple[tuple[str, Words], ...] = (("", _l("Automatic")), *counts)
    return Setting("decimals", _l("Decimals"), "choose", options, is_half=True)


_LEAST = Setting("min", _l("Least"), "amount", placeholder=_l("No limit"), is_half=True)
_MOST = Setting("max", _l("Most"), "amount", placeholder=_l("No limit"), is_half=True)
_LENGTH = Setting("max_length", _l("Most characters"), "whole", placeholder="500", is_half=True)
_CURRENCY = Setting(
    "currency",
    _l("Currency"),
    "choose",
    (
        ("CNY", _l("Renminbi CNY")),
        ("USD", _l("US dollar USD")),
        ("EUR", _l("Euro EUR")),
        ("GBP", _l("Pound sterling GBP")),
        ("JPY", _l("Yen JPY")),
        ("HKD", _l("Hong Kong dollar HKD")),
        ("TWD", _l("Taiwan dollar TWD")),
    ),
    is_half=True,
)
_TODAY = Setting(
    "today",
    _l("Depends on today"),
    "choose",
    (("", _l("No")), ("live", _l("Always fresh")), ("daily", _l("Once a day, at midnight"))),
    help=_l("Fresh values are worked out in every list. Daily ones are stored: they can be searched fast."),
)
RESULTS: tuple[tuple[str, LazyString], ...] = (
    ("number/number", _l("Number")),
    ("number/integer", _l("Whole number")),
    ("number/money", _l("Money")),
    ("number/percent", _l("Percent")),
    ("text", _l("Text")),
    ("bool", _l("Yes or no")),
    ("date", _l("Date")),
    ("datetime", _l("Date and time")),
    ("user", _l("Member")),
    ("record", _l("Linked record")),
)
_RESULT = Setting("result", _l("Result"), "result", RESULTS, is_half=True)

SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "text": (
        Setting(
            "format",
            _l("Format"),
            "choose",
            (
                ("", _l("Any text")),
                ("phone", _l("Phone")),
                ("email", _l("E-mail")),
                ("url", _l("Website")),
                ("id_code", _l("Credit code")),
            ),
            is_half=True,
        ),
        _LENGTH,
    ),
    "long_text": (
        Setting("lines", _l("Lines shown"), "whole", placeholder="3", is_half=True),
        Setting("max_length", _l("Most characters"), "whole", placeholder="20000", is_half=True),
    ),
    "integer": (_LEAST, _MOST),
    "number": (_decimals(6), _LEAST, _MOST),
    "money": (_CURRENCY, _decimals(4), _LEAST, _MOST),
    "percent": (_decimals(6), _LEAST, _MOST),
    "datetime": (Setting("seconds", _l("Show seconds"), "switch"),),
    "choice": (Setting("show", _l("Shown as"), "choose", (("", _l("List")), ("buttons", _l("Buttons")))),),
    "choices": (Setting("most", _l("Most that can be chosen"), "whole", placeholder=_l("No limit")),),
    "serial": (
        Setting(
            "pattern",
            _l("Pattern"),
            "line",
            help=_l("{YYYY} {YY} {MM} {DD} are the date, {0000} counts. It starts again with each period."),
        ),
        Setting("editable", _l("A number from outside may be given"), "switch"),
    ),
    "link": (
        Setting("form", _l("Links to"), "form"),
        Setting("reverse", _l("Name of the list over there"), "names"),
    ),
    "subform": (Setting("most", _l("Most lines"), "whole", placeholder="500"),),
    "rollup": (
        Setting("form", _l("Over the records of"), "form"),
        Setting("link", _l("Linked by"), "link"),
        Setting("measure", _l("Measure"), "expression"),
        Setting("where", _l("Only those where"), "expression"),
        _RESULT,
        _decimals(6),
        _TODAY,
    ),
    "formula": (
        Setting("expression", _l("Formula"), "expression"),
        _RESULT,
        _decimals(6),
        _TODAY,
    ),
}


def value_of(one: Field, setting: Setting) -> Any:
    """What the control shows now."""
    value = one.config.get(setting.name)
    if setting.control == "result":
        result = value or "number"
        return f"number/{one.config.get('format', 'number')}" if result == "number" else result
    if setting.control == "names":
        return value or {}
    if setting.name == "currency":
        return value or "CNY"
    return "" if value is None else value


def read_config(one: Field, posted: Posted) -> dict[str, Any]:
    """The entries that differ from what the field has."""
    found: dict[str, Any] = {}
    for setting in SETTINGS.get(one.type, ()):
        reader = _READERS.get(setting.control)
        if reader is None or not _is_posted(setting, posted):
            continue
        found.update(
            (name, value)
            for name, value in reader(setting, posted).items()
            if one.config.get(name) != value and not (value in (None, "") and name not in one.config)
        )
    return found


def _is_posted(setting: Setting, posted: Posted) -> bool:
    if setting.control == "switch":
        return "general" in posted
    return any(key == f"config.{setting.name}" or key.startswith(f"config.{setting.name}.") for key in posted)


def _given(setting: Setting, posted: Posted) -> str:
    return posted.get(f"config.{setting.name}", "").strip()


def _choose(setting: Setting, posted: Posted) -> dict[str, Any]:
    text = _given(setting, posted)
    if setting.name == "decimals":
        return {setting.name: int(text) if text.isdigit() else None}
    if setting.name == "currency" and text == "CNY":
        return {}
    return {setting.name: text or None}


def _whole(setting: Setting, posted: Posted) -> dict[str, Any]:
    text = _given(setting, posted)
    return {setting.name: int(text) if text.isdecimal() else (text or None)}


def _amount(setting: Setting, posted: Posted) -> dict[str, Any]:
    return {setting.name: _given(setting, posted).replace(",", "") or None}


def _line(setting: Setting, posted: Posted) -> dict[str, Any]:
    return {setting.name: _given(setting, posted) or None}


def _switch(setting: Setting, posted: Posted) -> dict[str, Any]:
    return {setting.name: True if _given(setting, posted) else None}


def _names(setting: Setting, posted: Posted) -> dict[str, Any]:
    prefix = f"config.{setting.name}."
    names = {key[len(prefix) :]: text.strip() for key, text in posted.items() if key.startswith(prefix)}
    return {setting.name: {tag: text for tag, text in names.items() if text} or None}


def _result(setting: Setting, posted: Posted) -> dict[str, Any]:
    result, _, form = _given(setting, posted).partition("/")
    return {"result": result or None, "format": form or None}


_READERS: Mapping[str, Callable[[Setting, Posted], dict[str, Any]]] = {
    "choose": _choose,
    "whole": _whole,
    "amount": _amount,
    "line": _line,
    "switch": _switch,
    "names": _names,
    "form": _line,
    "link": _line,
    "result": _result,
}

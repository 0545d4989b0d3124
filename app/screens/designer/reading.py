"""From what a page or a drag posts to one edit document.

In: a design and the posted values, `do` naming the action. Out: `read_posted` → the edit as JSON, a Problem,
or None when nothing would change. Called by the edits screen. Every action also works as a plain form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.language import LANGUAGES
from app.screens.designer.defaults import control_of, fixed_default, read_fixed
from app.screens.designer.opening import Design
from app.screens.designer.palette import TILES, in_all_languages, new_field
from app.screens.designer.places import in_columns, posted_place, stepped_place
from app.screens.designer.settings import read_config
from builder.documents import write_option, write_section
from builder.edits.parts import fields_of
from builder.fields.options import COLORS
from builder.fields.registry import field_type
from builder.forms import Field, Labels, Option
from builder.ids import new_logical_id
from builder.problems import Problem

Posted = Mapping[str, str]
Edit = dict[str, Any]
Answer = Edit | Problem | None
GONE = "edit.field_gone"
_SECTION, _OPTION = _l("Section"), _l("Option %(number)s")
_REFUSE = _l("This cannot be saved like that.")


def read_posted(design: Design, posted: Posted) -> Answer:
    action = ACTIONS.get(posted.get("do", ""))
    if action is None:
        return Problem("edit.unknown", {"given": posted.get("do", ""), "wanted": ", ".join(ACTIONS)})
    return action(design, posted)


# --- fields ------------------------------------------------------------------------------------


def _add(design: Design, posted: Posted) -> Answer:
    within = posted.get("within") or None
    tile = TILES.get(posted.get("type", ""))
    if tile is None:
        if posted.get("type") == "section":
            return _add_section(design, posted)
        return Problem("field.unknown_type", {"given": posted.get("type", "")})
    if within is not None and design.find(within) is None:
        return Problem(GONE, {"given": within})
    words = {"id": new_logical_id(), **new_field(tile, fields_of(design.form, within))}
    edit: Edit = {"edit": "add_field", "field": words}
    place = posted_place(posted)
    if within is not None:
        edit["within"] = within
    elif place is not None:
        edit["place"] = place
    elif (after := _after(design, posted)) is not None:
        edit["after"] = after
    return edit


def _after(design: Design, posted: Posted) -> str | None:
    """The field that the new one follows; a selected column means its subform."""
    found = design.find(posted.get("after"))
    return (found.within or found.field.id) if found is not None else None


def _move(design: Design, posted: Posted) -> Answer:
    found = design.find(posted.get("field"))
    if found is None:
        return Problem(GONE, {"given": posted.get("field", "")})
    if posted.get("within") or found.within:
        return _move_column(design, posted, found.field, found.within, found.index)
    place = posted_place(posted)
    if posted.get("direction"):
        place = stepped_place(design.form, found.field.id, posted["direction"])
    return {"edit": "move_field", "field": found.field.id, "place": place} if place is not None else None


def _move_column(design: Design, posted: Posted, one: Field, within: str | None, index: int) -> Answer:
    """A column among its columns, a field into a subform, or a column out of one."""
    target = posted.get("within") or None
    if posted.get("section"):
        return {"edit": "move_field", "field": one.id, "place": posted_place(posted), "within": None}
    if target is not None and target != within:
        return {"edit": "move_field", "field": one.id, "within": target}
    step = {"left": -1, "up": -1, "right": 1, "down": 1}.get(posted.get("direction", ""), 0)
    wanted = index + step
    if posted.get("index", "").isdecimal():
        wanted = int(posted["index"])
    if wanted == index or not 0 <= wanted < len(fields_of(design.form, within)):
        return None
    return {"edit": "move_field", "field": one.id, "within": within, "index": wanted}


def _copy(_design: Design, posted: Posted) -> Answer:
    return {"edit": "copy_field", "field": posted.get("field", ""), "new_id": new_logical_id()}


def _remove(_design: Design, posted: Posted) -> Answer:
    return {"edit": "remove_field", "field": posted.get("field", "")}


def _restore(_design: Design, posted: Posted) -> Answer:
    return {"edit": "restore_field", "field": posted.get("field", "")}


def _field(design: Design, posted: Posted) -> Answer:
    """The property panel: what differs from the field as it is, as one edit."""
    found = design.find(posted.get("field"))
    if found is None:
        return Problem(GONE, {"given": posted.get("field", "")})
    one, kind_of = found.field, field_type(found.field)
    changes: dict[str, Any] = {
        **_texts("labels", one.labels, posted),
        **_texts("help", one.help, posted),
        **_flags(one, posted),
    }
    config = read_config(one, posted)
    if kind_of.form_setting is not None and kind_of.field_setting is not None and "form" in config:
        links = design.linking_fields(config["form"])
        config["link"] = links[0].id if links else None
    if config:
        changes["config"] = config
    default = _default(design, one, found.within or design.form.id, posted)
    if isinstance(default, Problem):
        return default
    changes.update(default)
    edits: list[Edit] = [{"edit": "change_field", "field": one.id, "changes": changes}] if changes else []
    key = posted.get("key", one.key).strip()
    if key != one.key:
        edits.append({"edit": "rename_key", "field": one.id, "key": key})
    options = _posted_options(one, posted)
    if isinstance(options, Problem):
        return options
    if options is not None:
        edits.append({"edit": "change_options", "field": one.id, "options": options})
    return _together(edits)


def _together(edits: list[Edit]) -> Answer:
    if len(edits) < 2:
        return edits[0] if edits else None
    return {"edit": "together", "edits": edits}


def _texts(name: str, have: Labels, posted: Posted, prefix: str = "") -> dict[str, Any]:
    """Texts in each language that differ; an emptied one is taken away."""
    changed = {}
    for tag in LANGUAGES:
        given = posted.get(f"{prefix}{name}.{tag}")
        if given is not None and given.strip() != have.get(tag, ""):
            changed[tag] = given.strip() or None
    return {name: changed} if changed else {}


def _flags(one: Field, posted: Posted) -> dict[str, Any]:
    if "general" not in posted:
        return {}
    kind_of, changed = field_type(one), {}
    if kind_of.can_require and bool(posted.get("required")) != one.is_required:
        changed["required"] = not one.is_required
    if kind_of.can_be_unique and bool(posted.get("unique")) != one.is_unique:
        changed["unique"] = not one.is_unique
    return changed


def _default(design: Design, one: Field, container: str, posted: Posted) -> dict[str, Any] | Problem:
    given = posted.get("default_fixed")
    if given is None or control_of(one) is None:
        return {}
    now = fixed_default(design, one, container)
    if now is None or given == now:
        return {}
    text = read_fixed(one, given)
    if isinstance(text, Problem):
        return text
    return {"default": text}


# --- options -----------------------------------------------------------------------------------


def _posted_options(one: Field, posted: Posted) -> list[dict[str, Any]] | Problem | None:
    """The options in the order they were posted in; None when nothing about them differs."""
    if "options" not in posted:
        return None
    have = {option.id: option for option in one.options}
    order = [key for key in posted["options"].split(",") if key in have]
    order += [key for key in have if key not in order]
    wanted = [_option_words(have[key], posted) for key in order]
    action, _dot, subject = posted.get("option", "").partition(".")
    if action == "add":
        number = len(wanted) + 1
        labels = in_all_languages(_OPTION, number=number)
        wanted.append({"labels": labels, "color": COLORS[(number - 1) % len(COLORS)]})
    elif action in ("up", "down"):
        wanted = _swapped(wanted, subject, -1 if action == "up" else 1)
    elif action in ("retire", "revive"):
        for words in wanted:
            if words.get("id") == subject:
                words["retired"] = action == "retire"
    now = [write_option(option) for option in one.options]
    return wanted if [_plain(words) for words in wanted] != [_plain(words) for words in now] else None


def _plain(words: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in words.items() if value is not False}


def _option_words(option: Option, posted: Posted) -> dict[str, Any]:
    words = write_option(option)
    labels = dict(option.labels)
    for tag in LANGUAGES:
        given = posted.get(f"option.{option.id}.{tag}")
        if given is not None:
            labels.pop(tag, None)
            if given.strip():
                labels[tag] = given.strip()
    if labels:
        words["labels"] = {tag: labels[tag] for tag in (*option.labels, *labels) if tag in labels}
    color = posted.get(f"option.{option.id}.color")
    if color:
        words["color"] = color
    return words


def _swapped(wanted: list[dict[str, Any]], subject: str, step: int) -> list[dict[str, Any]]:
    at = next((n for n, words in enumerate(wanted) if words.get("id") == subject), None)
    if at is not None and 0 <= at + step < len(wanted):
        wanted[at], wanted[at + step] = wanted[at + step], wanted[at]
    return wanted


# --- sections, the form, validations ----------------------------------------------------------


def _add_section(design: Design, posted: Posted) -> Answer:
    at = next((n for n, one in enumerate(design.form.sections) if one.id == posted.get("section")), None)
    words: Edit = {
        "edit": "add_section",
        "section": {"id": new_logical_id(), "labels": in_all_languages(_SECTION), "rows": []},
    }
    if at is not None:
        words["index"] = at + 1
    return words


def _section(design: Design, posted: Posted) -> Answer:
    one = design.section(posted.get("section"))
    if one is None:
        return Problem("edit.section_gone", {"given": posted.get("section", "")})
    changes = _texts("labels", one.labels, posted)
    if "general" in posted and bool(posted.get("folded")) != one.is_folded:
        changes["folded"] = not one.is_folded
    edits: list[Edit] = [{"edit": "change_section", "section": one.id, "changes": changes}] if changes else []
    if posted.get("columns") in ("1", "2"):
        rows = in_columns(one, design.form, int(posted["columns"]))
        if rows != one.rows:
            layout = [write_section(other) for other in design.form.sections]
            for words in layout:
                if words["id"] == one.id:
                    words["rows"] = [list(row) for row in rows]
            edits.append({"edit": "change_layout", "sections": layout})
    return _together(edits)


def _move_section(design: Design, posted: Posted) -> Answer:
    ids = [one.id for one in design.form.sections]
    if posted.get("section") not in ids:
        return Problem("edit.section_gone", {"given": posted.get("section", "")})
    at = ids.index(posted["section"]) + (-1 if posted.get("direction") == "up" else 1)
    return {"edit": "move_section", "section": posted["section"], "index": at} if 0 <= at < len(ids) else None


def _remove_section(_design: Design, posted: Posted) -> Answer:
    return {"edit": "remove_section", "section": posted.get("section", "")}


def _form(design: Design, posted: Posted) -> Answer:
    form = design.form
    changes: dict[str, Any] = _texts("labels", form.labels, posted)
    for name, now in (("icon", form.icon), ("color", form.color), ("member_scope", form.member_scope)):
        if posted.get(name) and posted[name] != now:
            changes[name] = posted[name]
    if "title" in posted and (posted["title"] or None) != form.title:
        changes["title"] = posted["title"] or None
    key = posted.get("key", form.key).strip()
    if key != form.key:
        changes["key"] = key
    return {"edit": "change_form", "changes": changes} if changes else None


def _add_rule(_design: Design, _posted: Posted) -> Answer:
    message = in_all_languages(_REFUSE)
    return {"edit": "add_rule", "rule": {"id": new_logical_id(), "refuse_when": "FALSE", "message": message}}


def _rule(design: Design, posted: Posted) -> Answer:
    one = next((rule for rule in design.form.rules if rule.id == posted.get("rule")), None)
    if one is None:
        return Problem("edit.rule_gone", {"given": posted.get("rule", "")})
    changes = _texts("message", one.message, posted)
    if "at" in posted and (posted["at"] or None) != one.field:
        changes["field"] = posted["at"] or None
    return {"edit": "change_rule", "rule": one.id, "changes": changes} if changes else None


def _remove_rule(_design: Design, posted: Posted) -> Answer:
    return {"edit": "remove_rule", "rule": posted.get("rule", "")}


def _as_title(_design: Design, posted: Posted) -> Answer:
    return {"edit": "change_form", "changes": {"title": posted.get("field") or None}}


def _today(_design: Design, posted: Posted) -> Answer:
    """How a computed field that depends on today is kept: one of the one-click repairs."""
    today = posted.get("today") if posted.get("today") in ("live", "daily") else None
    return {"edit": "change_field", "field": posted.get("field", ""), "changes": {"config": {"today": today}}}


def _clear(_design: Design, posted: Posted) -> Answer:
    """Takes one setting away, by name: a one-click repair."""
    name = posted.get("setting", "")
    if name.startswith("config."):
        changes: dict[str, Any] = {"config": {name.removeprefix("config."): None}}
    else:
        changes = {name: None}
    return {"edit": "change_field", "field": posted.get("field", ""), "changes": changes}


def _raw(_design: Design, posted: Posted) -> Answer:
    """An edit as it is: "use mine" after a conflict."""
    try:
        edit = json.loads(posted.get("edit", ""))
    except json.JSONDecodeError:
        edit = None
    return edit if isinstance(edit, dict) else Problem("edit.unknown", {"given": "", "wanted": ""})


ACTIONS: Mapping[str, Callable[[Design, Posted], Answer]] = {
    "add": _add,
    "move": _move,
    "copy": _copy,
    "remove": _remove,
    "restore": _restore,
    "field": _field,
    "section_add": _add_section,
    "section": _section,
    "section_move": _move_section,
    "section_remove": _remove_section,
    "form": _form,
    "title": _as_title,
    "rule_add": _add_rule,
    "rule": _rule,
    "rule_remove": _remove_rule,
    "today": _today,
    "clear": _clear,
    "edit": _raw,
}

"""A filter being drawn: rows of field, operator and values as a form posts them, complete or not yet.

In: the fields of the builder's form, or a filter's text. Out: `DraftGroup`, its text, the draft after an
act ("add", "remove:1.0", "pick:0:…"). What is not complete is left out of the text; what cannot be read says
so at its row. Called by the filter builder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.errors import problem_text
from app.screens.records.columns import SYSTEM_LISTED, listed_fields
from app.screens.records.wording import Words, operator_label
from builder.fields.computed import ComputedResult
from builder.fields.numeric import NumericField
from builder.fields.registry import field_type
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem
from expressions import Condition, Group, check, from_conditions, to_conditions
from expressions.conditions import find_operator, kind_of, operators_for
from expressions.kinds import Kind

Join = Literal["all", "any"]
MOST_ROWS = 30
WANTED = {"one": 1, "days": 1, "two": 2}
MANY_KINDS = frozenset({"choice", "user"})


@dataclass(frozen=True, slots=True)
class DraftRow:
    field: str
    operator: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftGroup:
    join: Join = "all"
    items: tuple[DraftRow | DraftGroup, ...] = ()


# --- reading what was posted ---------------------------------------------------------------------------


def read_draft(given: MultiDict[str, str]) -> DraftGroup:
    """The rows in their order: `item` says "c0", "g1", "c1.0" …"""
    items: list[DraftRow | DraftGroup] = []
    for name in given.getlist("item")[:MOST_ROWS]:
        path = name[1:]
        if name.startswith("g"):
            items.append(DraftGroup(_join(given.get(f"join-{path}"))))
        elif "." not in path:
            items.append(_row(given, path))
        elif items and isinstance(items[-1], DraftGroup):
            items[-1] = replace(items[-1], items=(*items[-1].items, _row(given, path)))
    return DraftGroup(_join(given.get("join")), tuple(items))


def _join(text: str | None) -> Join:
    return "any" if text == "any" else "all"


def _row(given: MultiDict[str, str], path: str) -> DraftRow:
    values = tuple(one.strip()[:500] for one in given.getlist(f"value-{path}"))
    return DraftRow(given.get(f"field-{path}", ""), given.get(f"operator-{path}", ""), values)


def draft_of(words: Words, text: str) -> DraftGroup | None:
    """The draft that draws a filter; None when it can only be a formula."""
    if not text:
        return DraftGroup()
    form = words.form
    checked = check(text, form.world, form.id, role="condition")
    if checked.node is None:
        return None
    group = to_conditions(checked.node, form.world, form.id)
    return _from_group(words, group) if group is not None else None


def _from_group(words: Words, group: Group) -> DraftGroup:
    return DraftGroup(
        group.join,
        tuple(
            _from_group(words, one) if isinstance(one, Group) else _from_condition(words, one)
            for one in group.items
        ),
    )


def _from_condition(words: Words, one: Condition) -> DraftRow:
    kind = item_kind(words, one.field)
    shown = tuple(_as_text(words, one, value, kind) for value in one.values)
    return DraftRow(one.field, one.operator, shown)


def _as_text(words: Words, one: Condition, value: object, kind: Kind) -> str:
    if kind.name == "record":
        return show_record_id(int(str(value)))
    if isinstance(value, date):
        return value.isoformat()[:10]
    found = words.field(one.field)
    if kind.is_number and found is not None:
        bound = _inner(found)
        return f"{value}" if not isinstance(bound, NumericField) else bound.to_text(value, words.values)
    return str(value)


# --- acts ------------------------------------------------------------------------------------------------


def settle(words: Words, draft: DraftGroup) -> DraftGroup:
    """Every row with an operator that its field has, and no more values than that takes."""
    items: list[DraftRow | DraftGroup] = []
    for one in draft.items:
        if isinstance(one, DraftGroup):
            items.append(settle(words, one))
        elif words.field(one.field) is not None:
            items.append(_settle_row(words, one))
    return replace(draft, items=tuple(items))


def _settle_row(words: Words, row: DraftRow) -> DraftRow:
    kind = kind_of(row.field, words.form.world, words.form.id)
    known = {one.name: one for one in operators_for(kind)}
    operator = known.get(row.operator) or next(iter(known.values()))
    values = row.values if row.operator == operator.name else ()
    if operator.takes == "nothing":
        values = ()
    elif operator.takes != "many":
        values = values[: WANTED[operator.takes]]
    return DraftRow(row.field, operator.name, values)


def act(words: Words, draft: DraftGroup, wanted: str) -> DraftGroup:
    """The draft after one button: "add", "add:1", "group", "remove:1.0", "pick:0:<value>", "unpick:…"."""
    verb, _sign, rest = wanted.partition(":")
    path, _sign, value = rest.partition(":")
    if verb == "add":
        return _changed(draft, path, lambda group: replace(group, items=(*group.items, first_row(words))))
    if verb == "group":
        return replace(draft, items=(*draft.items, DraftGroup("any", (first_row(words),))))
    if verb == "remove":
        return _removed(draft, path)
    if verb in ("pick", "unpick"):
        return _picked(draft, path, value, is_in=verb == "pick")
    return draft


def first_row(words: Words) -> DraftRow:
    form = words.form.form
    first = form.title or next(iter(form.by_id), "created_at")
    return _settle_row(words, DraftRow(first))


def _changed(draft: DraftGroup, path: str, change) -> DraftGroup:  # type: ignore[no-untyped-def]
    """The group at `path` ("" is the root) changed."""
    if not path:
        changed: DraftGroup = change(draft)
        return changed
    place = int(path) if path.isdecimal() else -1
    items = [
        change(one) if number == place and isinstance(one, DraftGroup) else one
        for number, one in enumerate(draft.items)
    ]
    return replace(draft, items=tuple(items))


def _removed(draft: DraftGroup, path: str) -> DraftGroup:
    outer, _sign, inner = path.rpartition(".")

    def without(group: DraftGroup) -> DraftGroup:
        kept = [one for number, one in enumerate(group.items) if str(number) != inner]
        return replace(group, items=tuple(kept))

    left = _changed(draft, outer, without)
    kept = [one for one in left.items if not (isinstance(one, DraftGroup) and not one.items)]
    return replace(left, items=tuple(kept))


def _picked(draft: DraftGroup, path: str, value: str, *, is_in: bool) -> DraftGroup:
    outer, _sign, inner = path.rpartition(".")

    def picked(group: DraftGroup) -> DraftGroup:
        items = list(group.items)
        place = int(inner) if inner.isdecimal() else -1
        one = items[place] if 0 <= place < len(items) else None
        if isinstance(one, DraftRow):
            others = tuple(other for other in one.values if other not in (value, ""))
            items[place] = replace(one, values=(*others, value) if is_in else others)
        return replace(group, items=tuple(items))

    return _changed(draft, outer, picked)


# --- from a draft to a filter ----------------------------------------------------------------------------


def to_group(words: Words, draft: DraftGroup, problems: dict[str, str], at: str = "") -> Group:
    """What is complete of it. Values that cannot be read are told in `problems` by their row's path."""
    items: list[Condition | Group] = []
    for place, one in enumerate(draft.items):
        path = f"{at}{place}"
        if isinstance(one, DraftGroup):
            inner = to_group(words, one, problems, f"{path}.")
            if inner.items:
                items.append(inner)
            continue
        condition = _condition(words, one, path, problems)
        if condition is not None:
            items.append(condition)
    return Group(draft.join, tuple(items))


def _condition(words: Words, row: DraftRow, path: str, problems: dict[str, str]) -> Condition | None:
    kind = kind_of(row.field, words.form.world, words.form.id)
    operator = find_operator(kind, row.operator)
    if operator.takes == "nothing":
        return Condition(row.field, row.operator)
    given = [one for one in row.values if one]
    if len(given) < WANTED.get(operator.takes, 1):
        return None
    read = [_read(words, row.field, one, is_days=operator.takes == "days") for one in given]
    wrong = next((one for one in read if isinstance(one, Problem)), None)
    if wrong is not None:
        problems[path] = problem_text(wrong)
        return None
    return Condition(row.field, row.operator, tuple(read)) if None not in read else None


def _read(words: Words, path: str, text: str, *, is_days: bool) -> object:
    """One value of a row, or what is wrong with it."""
    if is_days:
        return (
            int(text)
            if text.isdecimal() and len(text) < 6
            else Problem("number.not_a_number", {"given": text})
        )
    kind, field = item_kind(words, path), words.field(path)
    if kind.name in ("date", "datetime"):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return Problem("date.not_a_date", {"given": text})
    if kind.name == "record":
        return read_record_id(text)
    if kind.name == "user":
        return int(text) if text.isdecimal() else None
    if kind.name == "choice":
        return text if any(one.id == text for one in kind.choices) else None
    if kind.is_number and field is not None:
        return _inner(replace(field, config=_unbound(field))).parse(text)
    return text


def _unbound(field: Field) -> dict[str, object]:
    """A comparison may lie outside of what a field accepts."""
    return {name: value for name, value in field.config.items() if name not in ("min", "max")}


def _inner(field: Field):  # type: ignore[no-untyped-def]
    bound = field_type(field)
    return bound.inner if isinstance(bound, ComputedResult) else bound


def item_kind(words: Words, path: str) -> Kind:
    """The kind of one value of a field: of a list its items'."""
    kind = kind_of(path, words.form.world, words.form.id)
    return kind.item if kind.is_list and kind.item is not None else kind


def text_of(words: Words, draft: DraftGroup, problems: dict[str, str]) -> str:
    """The filter that a draft says; "" for none."""
    group = to_group(words, draft, problems)
    if not group.items:
        return ""
    return from_conditions(group, words.form.world, words.form.id)


# --- what can be chosen ------------------------------------------------------------------------------------


def is_offered(kind: Kind) -> bool:
    """Whether conditions can be drawn over such a field."""
    if kind.is_list:
        return kind.item is not None and kind.item.name in MANY_KINDS
    return kind.name != "null"


def field_choices(words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(path, label)]): the form's own fields, then those behind each of its links."""
    language, form = words.language, words.form
    own = [(one.id, one.label(language)) for one in listed_fields(form) if is_offered(one.kind)]
    groups = [("", own)]
    for one in form.form.fields:
        kind = field_type(one).kind()
        target = form.app.find_form(kind.form) if kind.name == "record" and kind.form else None
        if target is not None:
            inner = [*target.form.fields, SYSTEM_LISTED["owner"]]
            offered = [
                (f"{one.id}.{field.id}", field.label(language))
                for field in inner
                if is_offered(field_type(field).kind())
            ]
            groups.append((_("Through %(link)s", link=one.label(language)), offered))
    return groups


def operator_choices(words: Words, path: str) -> Sequence[tuple[str, str]]:
    kind = kind_of(path, words.form.world, words.form.id)
    return [(one.name, operator_label(one.name)) for one in operators_for(kind)]


def takes(words: Words, row: DraftRow) -> str:
    kind = kind_of(row.field, words.form.world, words.form.id)
    return find_operator(kind, row.operator).takes

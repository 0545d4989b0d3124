"""Conditions in words: chips, the sentence under a filter, the names of operators.

In: groups of `expressions.conditions`, a form, names of people and records. Out: `Chip`s, `sentence_of`,
`operator_label`. Called by the list (chips, empty states) and the filter builder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from app import formats
from app.language import current_language
from app.screens.records.columns import SYSTEM_LISTED
from builder.fields.base import FieldType
from builder.fields.computed import ComputedResult
from builder.fields.registry import field_type
from builder.forms import Field, pick_label
from builder.ids import show_record_id
from expressions import Condition, Group, check, from_conditions, sentence, to_conditions
from runtime import queries
from runtime.catalogue import FormHandle
from runtime.platform import Work
from runtime.queries.finding import wording as reader_wording
from runtime.resolution import members_of

OPERATORS: Mapping[str, LazyString] = {
    "contains": _l("contains"),
    "not_contains": _l("does not contain"),
    "equals": _l("is equal to"),
    "not_equals": _l("is not equal to"),
    "starts_with": _l("starts with"),
    "ends_with": _l("ends with"),
    "is_empty": _l("is empty"),
    "is_not_empty": _l("is not empty"),
    "greater": _l("is greater than"),
    "at_least": _l("is at least"),
    "less": _l("is less than"),
    "at_most": _l("is at most"),
    "between": _l("is between"),
    "is_yes": _l("is yes"),
    "is_no": _l("is no"),
    "today": _l("is today"),
    "yesterday": _l("is yesterday"),
    "tomorrow": _l("is tomorrow"),
    "this_week": _l("is this week"),
    "last_week": _l("is last week"),
    "next_week": _l("is next week"),
    "this_month": _l("is this month"),
    "last_month": _l("is last month"),
    "next_month": _l("is next month"),
    "this_quarter": _l("is this quarter"),
    "last_quarter": _l("is last quarter"),
    "next_quarter": _l("is next quarter"),
    "this_year": _l("is this year"),
    "last_year": _l("is last year"),
    "next_year": _l("is next year"),
    "last_days": _l("is in the last"),
    "next_days": _l("is in the next"),
    "more_than_days_ago": _l("is more than … days ago"),
    "within_days": _l("is at most … days ago"),
    "before_today": _l("is before today"),
    "after_today": _l("is after today"),
    "before": _l("is before"),
    "after": _l("is after"),
    "on_or_before": _l("is on or before"),
    "on_or_after": _l("is on or after"),
    "is": _l("is"),
    "is_not": _l("is not"),
    "is_any_of": _l("is any of"),
    "is_none_of": _l("is none of"),
    "is_me": _l("is the current user"),
    "is_not_me": _l("is not the current user"),
    "has": _l("has"),
    "has_not": _l("does not have"),
}
SPANS = ("last_days", "next_days")
# how these two are said where their number follows
SAID: Mapping[str, LazyString] = {"more_than_days_ago": _l("is before"), "within_days": _l("is on or after")}


def operator_label(name: str) -> str:
    return str(OPERATORS[name])


def said(name: str) -> str:
    """The operator in a sentence, before its value."""
    return str(SAID.get(name) or OPERATORS[name])


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in force. `rest` is the filter without it."""

    key: str
    operator: str
    value: str
    rest: str


class Words:
    """What fields and values are called, for one request."""

    def __init__(self, work: Work, form: FormHandle) -> None:
        self.work = work
        self.form = form
        self.language = current_language()
        self._titles: dict[tuple[str, int], str] = {}
        self.values = replace(reader_wording(work), language=self.language, record_title=self._record_title)

    def field(self, path: str) -> Field | None:
        """The field of a condition, also behind links."""
        form, found = self.form, None
        for place, part in enumerate(path.split(".")):
            if place and found is not None:
                target = form.app.find_form(str(found.config.get("form")))
                if target is None:
                    return None
                form = target
            found = form.form.by_id.get(part) or SYSTEM_LISTED.get(part)
            if found is None:
                return None
        return found

    def label(self, path: str) -> str:
        parts = path.split(".")
        fields = [self.field(".".join(parts[: place + 1])) for place in range(len(parts))]
        return " › ".join(one.label(self.language) for one in fields if one is not None) or path

    def value(self, condition: Condition) -> str:
        """Its values as people read them."""
        if condition.operator in SPANS:
            return _("%(days)s days", days=condition.values[0])
        if condition.operator in SAID:
            return _("%(days)s days ago", days=condition.values[0])
        texts = [self.one(condition.field, value) for value in condition.values]
        if condition.operator == "between":
            return _(" to ").join(texts)
        if len(texts) > 3:
            return _("%(first)s and %(more)s more", first=_(", ").join(texts[:2]), more=len(texts) - 2)
        return _(" or ").join(texts)

    def one(self, path: str, value: object) -> str:
        found = self.field(path)
        if isinstance(value, date):
            return value.isoformat()[:10]
        if found is None:
            return str(value)
        if found.options:
            labels = {one.id: pick_label(one.labels, self.language) or one.key for one in found.options}
            return labels.get(str(value), str(value))
        bound = field_type(found)
        inner = bound.inner if isinstance(bound, ComputedResult) else bound
        if inner.kind().name in ("user", "record"):
            return inner.to_text(value, self.values) or str(value)
        if isinstance(value, Decimal | int):
            return _figure(inner, Decimal(value), self.language)
        return f"“{value}”" if self.language == "en" else f"「{value}」"

    def _record_title(self, target: str, record: int) -> str:
        key = (target, record)
        if key not in self._titles:
            form = self.form.app.find_form(target)
            found = queries.titles(self.work, form, [record]) if form is not None else {}
            self._titles[key] = found.get(record) or show_record_id(record)
        return self._titles[key]

    def members(self) -> list[tuple[int, str]]:
        return [(one.id, one.name) for one in members_of(self.work) if one.is_active]

    # --- sentences -------------------------------------------------------------------------------------

    def condition(self, one: Condition) -> Markup:
        label, operator, value = self.label(one.field), said(one.operator), self.value(one)
        text = Markup('<b>{}</b> <span class="fl-op">{}</span>').format(label, operator)
        return text + Markup(" {}").format(value) if value else text

    def group(self, group: Group, *, is_top: bool = True) -> Markup:
        joint = _(", and ") if group.join == "all" else _(", or ")
        text = escape(joint).join(
            self.group(one, is_top=False) if isinstance(one, Group) else self.condition(one)
            for one in group.items
        )
        if is_top or len(group.items) < 2:
            return text
        return escape(_("(%(group)s)", group="{}")).format(text)


def _figure(inner: FieldType, value: Decimal, language: str) -> str:
    """A number as the field shows it, without decimals that say nothing."""
    if inner.key == "money":
        decimals = 0 if value == value.to_integral_value() else 2
        return formats.money(value, str(inner.config.get("currency", "CNY")), language, decimals)
    return formats.percent(value, None) if inner.key == "percent" else formats.number(value)


def sentence_of(words: Words, text: str) -> Markup:
    """What a filter says, in the reader's language; "" for none or for one that cannot be read."""
    checked = check(text, words.form.world, words.form.id, role="condition") if text else None
    if checked is None or checked.node is None:
        return Markup("")
    group = to_conditions(checked.node, words.form.world, words.form.id)
    if group is not None:
        return words.group(group)
    return escape(sentence(checked.node, words.form.world, words.language))


def chips_of(words: Words, text: str) -> list[Chip]:
    """The conditions of a filter, each with what is left without it."""
    if not text:
        return []
    form = words.form
    checked = check(text, form.world, form.id, role="condition")
    group = to_conditions(checked.node, form.world, form.id) if checked.node is not None else None
    if group is None or group.join == "any":
        return [Chip(_("Condition"), "", str(sentence_of(words, text).striptags()) or text, "")]
    return [_chip(words, group, place) for place in range(len(group.items))]


def _chip(words: Words, group: Group, place: int) -> Chip:
    items = group.items[:place] + group.items[place + 1 :]
    rest = from_conditions(replace(group, items=items), words.form.world, words.form.id) if items else ""
    one = group.items[place]
    if isinstance(one, Group):
        return Chip(_("Condition"), "", str(words.group(one).striptags()), rest)
    return Chip(words.label(one.field), said(one.operator), words.value(one), rest)

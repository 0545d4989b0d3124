"""The document of a form (a JSON Schema for its records, with `x-` words) ⇄ `Form`.

In: a document that passed `schemas/form.json`, or a `Form`. Out: `read_form`, `write_form`, and the
same for a field and an option (edits use these, without the `x-`). Sparse and ordered by one writer:
`write_form(read_form(document)) == document` byte for byte once written. The standard words of JSON
Schema are made from the field types on writing and ignored on reading. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from builder.fields.registry import field_type
from builder.fields.schemas import line_schema
from builder.forms import Field, Form, Labels, Option, Rule, Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LANGUAGES = ("zh-CN", "zh-TW", "en")
_CONDITIONS = ("visible_when", "required_when", "readonly_when")


def ordered_labels(labels: Labels) -> dict[str, str]:
    known = {tag: labels[tag] for tag in LANGUAGES if tag in labels}
    return {**known, **{tag: labels[tag] for tag in sorted(labels) if tag not in known}}


def read_form(document: Mapping[str, Any]) -> Form:
    """The form that a checked document defines."""
    required = frozenset(document.get("required", ()))
    return Form(
        id=document["x-id"],
        key=document["x-key"],
        labels=dict(document["x-labels"]),
        fields=_read_fields(document.get("properties", {}), required),
        sections=tuple(read_section(one) for one in document.get("x-layout", ())),
        rules=tuple(read_rule(one) for one in document.get("x-rules", ())),
        title=document.get("x-title"),
        icon=document.get("x-icon", "table"),
        color=document.get("x-color", "blue"),
        is_single=document.get("x-single", False),
        member_scope=document.get("x-member-scope", "all"),
        aliases=tuple(document.get("x-aliases", ())),
        removed=_read_removed(document.get("x-removed", ())),
    )


def _read_fields(properties: Mapping[str, Any], required: frozenset[str]) -> tuple[Field, ...]:
    own = ((key, words) for key, words in properties.items() if "x-id" in words)  # "id" of lines has none
    return tuple(read_field(key, words, is_required=key in required) for key, words in own)


def _read_removed(removed: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    return tuple(read_field(one["x-key"], one, is_required=one.get("x-required", False)) for one in removed)


def read_field(key: str, words: Mapping[str, Any], *, is_required: bool, prefix: str = "x-") -> Field:
    """A field from its words; in edits they have no `prefix`."""

    def word(name: str, absent: Any) -> Any:
        return words.get(prefix + name.replace("_", "-" if prefix else "_"), absent)

    found = Field(
        id=word("id", None),
        key=key,
        type=word("type", None),
        labels=dict(word("labels", {})),
        help=dict(word("help", {})),
        is_required=is_required,
        is_unique=word("unique", False),
        default=word("default", None),
        visible_when=word("visible_when", None),
        required_when=word("required_when", None),
        readonly_when=word("readonly_when", None),
        aliases=tuple(word("aliases", ())),
        config=dict(word("config", {})),
        options=tuple(read_option(one) for one in word("options", ())),
    )
    items = words.get("items") if prefix else words
    if not isinstance(items, Mapping) or not ("properties" in items or "columns" in items):
        return found
    return with_columns(found, _columns(items, prefix), _removed_columns(items, prefix))


def _columns(items: Mapping[str, Any], prefix: str) -> tuple[Field, ...]:
    if prefix:
        return _read_fields(items.get("properties", {}), frozenset(items.get("required", ())))
    return tuple(read_edit_field(one) for one in items.get("columns", ()))


def _removed_columns(items: Mapping[str, Any], prefix: str) -> tuple[Field, ...]:
    if prefix:
        return _read_removed(items.get("x-removed", ()))
    return tuple(read_edit_field(one) for one in items.get("removed", ()))


def read_edit_field(words: Mapping[str, Any]) -> Field:
    """A field as it stands in an edit: {"id", "key", "type", "labels", "required", …}."""
    return read_field(words["key"], words, is_required=words.get("required", False), prefix="")


def with_columns(one: Field, columns: tuple[Field, ...], removed: tuple[Field, ...] = ()) -> Field:
    """`one` as a subform of these columns. Its form has the field's own id, key and labels."""
    form = Form(id=one.id, key=one.key, labels=one.labels, fields=columns, removed=removed)
    return replace(one, subform=form)


def read_option(words: Mapping[str, Any]) -> Option:
    return Option(
        id=words["id"],
        key=words["key"],
        labels=dict(words["labels"]),
        color=words.get("color", "blue"),
        is_retired=words.get("retired", False),
    )


def read_section(words: Mapping[str, Any]) -> Section:
    rows = tuple(tuple(row) for row in words["rows"])
    return Section(words["id"], dict(words["labels"]), rows, words.get("folded", False))


def read_rule(words: Mapping[str, Any]) -> Rule:
    return Rule(words["id"], words["refuse_when"], dict(words["message"]), words.get("field"))


def write_form(form: Form) -> dict[str, Any]:
    """The document of `form`: passes the 2020-12 meta-schema and validates its records."""
    document: dict[str, Any] = {
        "$schema": DIALECT,
        "x-kind": "form",
        "x-id": form.id,
        "x-key": form.key,
        "x-labels": ordered_labels(form.labels),
        "x-icon": form.icon,
        "x-color": form.color,
    }
    _put(document, "x-title", form.title)
    _put(document, "x-single", form.is_single)
    if form.member_scope != "all":
        document["x-member-scope"] = form.member_scope
    _put(document, "x-aliases", list(form.aliases))
    document["type"] = "object"
    document["properties"] = {one.key: write_property(one) for one in form.fields}
    _put(document, "required", [one.key for one in form.fields if one.is_required])
    document["additionalProperties"] = False
    document["x-layout"] = [write_section(one) for one in form.sections]
    _put(document, "x-rules", [write_rule(one) for one in form.rules])
    _put(document, "x-removed", [_write_removed(one) for one in form.removed])
    return document


def _put(words: dict[str, Any], name: str, value: object) -> None:
    if value not in (None, False, "", [], {}, ()):
        words[name] = value


def write_property(one: Field) -> dict[str, Any]:
    """The property of a field: our words, then the standard ones of its type."""
    words = write_words(one, "x-")
    words.update(field_type(one).json_schema())
    if one.subform is not None:
        columns = {column.key: write_property(column) for column in one.subform.fields}
        items = line_schema(columns, [column.key for column in one.subform.fields if column.is_required])
        _put(items, "x-removed", [_write_removed(column) for column in one.subform.removed])
        words["items"] = items
    return words


def _write_removed(one: Field) -> dict[str, Any]:
    """A removed field keeps its key and its words; it validates nothing."""
    words: dict[str, Any] = {"x-key": one.key}
    _put(words, "x-required", one.is_required)
    words.update(write_property(one))
    return words


def write_words(one: Field, prefix: str) -> dict[str, Any]:
    """Our own words about a field, sparse and in their order."""
    words: dict[str, Any] = {f"{prefix}id": one.id, f"{prefix}type": one.type}
    words[f"{prefix}labels"] = ordered_labels(one.labels)
    _put(words, f"{prefix}help", ordered_labels(one.help))
    _put(words, f"{prefix}config", _ordered_config(one))
    _put(words, f"{prefix}options", [write_option(option) for option in one.options])
    _put(words, f"{prefix}default", one.default)
    for name in _CONDITIONS:
        _put(words, prefix + (name.replace("_", "-") if prefix else name), getattr(one, name))
    _put(words, f"{prefix}unique", one.is_unique)
    _put(words, f"{prefix}aliases", list(one.aliases))
    return words


def write_edit_field(one: Field) -> dict[str, Any]:
    """The field as it stands in an edit."""
    words: dict[str, Any] = {"key": one.key, **write_words(one, "")}
    _put(words, "required", one.is_required)
    if one.subform is not None:
        words["columns"] = [write_edit_field(column) for column in one.subform.fields]
        _put(words, "removed", [write_edit_field(column) for column in one.subform.removed])
    return words


def _ordered_config(one: Field) -> dict[str, Any]:
    order = list(field_type(one).config_schema.get("properties", {}))
    known = {name: one.config[name] for name in order if name in one.config}
    return {**known, **{name: one.config[name] for name in sorted(one.config) if name not in known}}


def write_option(option: Option) -> dict[str, Any]:
    words: dict[str, Any] = {"id": option.id, "key": option.key, "labels": ordered_labels(option.labels)}
    words["color"] = option.color
    _put(words, "retired", option.is_retired)
    return words


def write_section(section: Section) -> dict[str, Any]:
    words: dict[str, Any] = {"id": section.id, "labels": ordered_labels(section.labels)}
    words["rows"] = [list(row) for row in section.rows]
    _put(words, "folded", section.is_folded)
    return words


def write_rule(rule: Rule) -> dict[str, Any]:
    words: dict[str, Any] = {"id": rule.id, "refuse_when": rule.refuse_when}
    words["message"] = ordered_labels(rule.message)
    _put(words, "field", rule.field)
    return words

"""What a form must be in itself, before anything else is known: ids, keys, layout, settings.

In: a `Form` (read from a document that passed its schema, or a draft). Out: problems with JSON
pointers. Called by `builder.definitions` and `builder.check_form`. Expressions and other forms are
`builder.check_form`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.fields.lookup import type_of
from builder.fields.registry import BY_KEY
from builder.fields.settings import check_settings
from builder.forms import Field, Form, Option
from builder.pointers import Spot, pointer, removed_spots, spots
from builder.problems import Problem, shown

RESERVED_KEYS = frozenset(
    [
        *("id", "version", "created_at", "created_by", "updated_at", "updated_by", "owner"),
        *("deleted_at", "created_in", "record", "position", "parent"),
    ]
)


def check_structure(form: Form) -> tuple[Problem, ...]:
    found = [*_ids(form), *_keys(form), *_layout(form), *_title(form), *_rules(form)]
    for spot in spots(form):
        found.extend(_field(spot))
    return tuple(found)


def _ids(form: Form) -> Iterator[Problem]:
    """Every id of the form once: they name columns, expressions and edits."""
    seen: set[str] = set()
    for element, where in _elements(form):
        if element in seen:
            yield Problem("form.id_twice", {"given": element}, where)
        seen.add(element)


def _elements(form: Form) -> Iterator[tuple[str, str]]:
    yield form.id, "/x-id"
    for spot in (*spots(form), *removed_spots(form)):
        yield spot.field.id, spot.at("x-id")
        for place, option in enumerate(spot.field.options):
            yield option.id, spot.at("x-options", place, "id")
    for place, section in enumerate(form.sections):
        yield section.id, pointer("x-layout", place, "id")
    for place, rule in enumerate(form.rules):
        yield rule.id, pointer("x-rules", place, "id")


def element_ids(form: Form) -> frozenset[str]:
    """Every id in the form, removed fields included: a new one must be none of these."""
    return frozenset(element for element, _ in _elements(form))


def _keys(form: Form) -> Iterator[Problem]:
    """Keys and former keys name one field each, in the form and in each subform."""
    yield from _keys_of(form.fields, [pointer("properties", one.key) for one in form.fields])
    for one in form.fields:
        if one.subform is not None:
            base = pointer("properties", one.key, "items", "properties")
            columns = one.subform.fields
            yield from _keys_of(columns, [base + pointer(column.key) for column in columns])


def _keys_of(fields: Iterable[Field], paths: Iterable[str]) -> Iterator[Problem]:
    pairs = list(zip(fields, paths, strict=True))
    seen: set[str] = set()
    for one, where in pairs:
        if one.key in RESERVED_KEYS:
            yield Problem("field.key_reserved", {"given": one.key}, where)
        if one.key in seen:
            yield Problem("field.key_twice", {"given": one.key}, where)
        seen.add(one.key)
    for one, where in pairs:
        for alias in one.aliases:
            if alias in seen:
                yield Problem("field.key_twice", {"given": alias}, where + pointer("x-aliases"))
            seen.add(alias)


def _layout(form: Form) -> Iterator[Problem]:
    placed: set[str] = set()
    for at, section in enumerate(form.sections):
        for row_at, row in enumerate(section.rows):
            for cell_at, field_id in enumerate(row):
                where = pointer("x-layout", at, "rows", row_at, cell_at)
                if field_id not in form.by_id:
                    yield Problem("layout.unknown_field", {"given": field_id}, where)
                elif field_id in placed:
                    label = form.by_id[field_id].labels
                    yield Problem("layout.field_twice", {"label": label}, where)
                placed.add(field_id)
    for one in form.fields:
        if one.id not in placed:
            yield Problem("layout.field_missing", {"label": one.labels}, pointer("properties", one.key))


def _title(form: Form) -> Iterator[Problem]:
    if form.title is None:
        return
    title = form.by_id.get(form.title)
    if title is None:
        yield Problem("form.title_missing", {"given": form.title}, "/x-title")
    elif not type_of(title).can_title:
        yield Problem("form.title_type", {"label": title.labels, "type": title.type}, "/x-title")


def _rules(form: Form) -> Iterator[Problem]:
    for place, rule in enumerate(form.rules):
        if rule.field is not None and rule.field not in form.by_id:
            where = pointer("x-rules", place, "field")
            yield Problem("rule.field_missing", {"given": rule.field}, where)


def _field(spot: Spot) -> Iterator[Problem]:
    one = spot.field
    if one.type not in BY_KEY:
        yield Problem("field.unknown_type", {"given": shown(one.type)}, spot.at("x-type"))
        return
    kind_of = type_of(one)
    if not any(text.strip() for text in one.labels.values()):
        yield Problem("field.no_label", {"key": one.key}, spot.at("x-labels"))
    if spot.within is not None and not kind_of.can_be_column:
        yield Problem("field.not_in_subform", {"label": one.labels, "type": one.type}, spot.at("x-type"))
    for problem in check_settings(one):
        yield problem.at(spot.path + (problem.field or ""))
    if one.is_required and not kind_of.can_require:
        yield Problem("field.cannot_require", {"label": one.labels}, spot.path)
    if one.is_unique and not (kind_of.can_be_unique and spot.within is None):
        yield Problem("field.cannot_be_unique", {"label": one.labels}, spot.at("x-unique"))
    if one.default is not None and not kind_of.can_default:
        yield Problem("field.cannot_default", {"label": one.labels}, spot.at("x-default"))
    if kind_of.has_columns and (one.subform is None or not one.subform.fields):
        yield Problem("subform.no_columns", {"label": one.labels}, spot.path)
    if one.subform is not None and not kind_of.has_columns:
        yield Problem("field.no_columns_here", {"label": one.labels, "type": one.type}, spot.at("items"))
    yield from _options(spot, has_options=kind_of.has_options)


def _options(spot: Spot, *, has_options: bool) -> Iterator[Problem]:
    options = spot.field.options
    if not has_options:
        if options:
            yield Problem("field.no_options_here", {"label": spot.field.labels}, spot.at("x-options"))
        return
    if not any(not option.is_retired for option in options):
        yield Problem("choice.no_options", {"label": spot.field.labels}, spot.at("x-options"))
    seen: set[str] = set()
    for place, option in enumerate(options):
        for name in _option_names(option):
            if name in seen:
                yield Problem("choice.option_twice", {"given": name}, spot.at("x-options", place))
                break
        seen.update(_option_names(option))


def _option_names(option: Option) -> set[str]:
    """What finds the option: its key and, among live ones, its labels."""
    return {option.key} | (set() if option.is_retired else set(option.labels.values()))

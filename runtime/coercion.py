"""Coercion: what a page, the API or a spreadsheet gave for one record → strict values, or problems.

In: a form and raw values by field key. Out: `Coerced`: values by field id (references still
`Unresolved`) and every problem at once, each at its key ("lines.2.qty"). Called by `runtime.records`
for each record, before anything is looked up. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.fields.base import FieldType, ParseContext, Unresolved
from builder.ids import read_record_id
from builder.problems import Problem, flatten, shown

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

OWNER = "owner"


@dataclass
class Coerced:
    """`values` by field id holds only what was given. A line is a mapping with its "id", or None."""

    values: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)  # by subform: where each line stood


def coerce(form: FormHandle, raw: Mapping[str, object], context: ParseContext) -> Coerced:
    """Parses every value of `raw`; nothing that was given is dropped in silence."""
    coerced = Coerced()
    for key, value in raw.items():
        field_of_key = form.form.by_key.get(key)
        if field_of_key is None:
            _coerce_system(key, value, coerced)
        elif form.types[field_of_key.id].expressions():
            coerced.problems.append(Problem("record.computed_field", {}, key))
        else:
            _coerce_field(form.types[field_of_key.id], key, value, context, coerced)
    return coerced


def _coerce_field(kind: FieldType, key: str, value: object, context: ParseContext, coerced: Coerced) -> None:
    parsed = kind.parse(value, context)
    if isinstance(parsed, Problem):
        coerced.problems.extend(flatten(parsed, key))
        return
    coerced.values[kind.field.id] = parsed
    if kind.field.subform is None or not isinstance(parsed, tuple) or not isinstance(value, list | tuple):
        return
    if len(parsed) < len(value):  # blank lines were left out: problems must still name the given places
        kept = (place for place, line in enumerate(value) if kind.parse([line], context))
        coerced.places[kind.field.id] = tuple(kept)


def _coerce_system(key: str, value: object, coerced: Coerced) -> None:
    """The owner may be given; what else a form has no field for is a mistake."""
    if key != OWNER:
        coerced.problems.append(Problem("record.unknown_field", {"key": shown(key)}, str(key)))
        return
    coerced.values[OWNER] = _owner(value)


def _owner(value: object) -> object:
    if value in (None, ""):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return Unresolved("member", "id", value)
    text = str(value).strip()
    if "@" in text:
        return Unresolved("member", "email", text)
    number = read_record_id(text)
    return Unresolved("member", "id", number) if number is not None else Unresolved("member", "name", text)


def parse_context(work: Work, context: ParseContext | None) -> ParseContext:
    return context or ParseContext(zone=work.workspace.zone, language=work.language)

"""The reference page of field types, written from the registry: docs/reference/fields.md.

In: the registry and `EXAMPLES` (each proved by a test). Out: `fields_reference` → Markdown. Called by
`tools/generate_docs.py`; a type without an entry here stops it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.fields.base import FieldType
from builder.fields.registry import FIELD_TYPES

HEAD = """# Field types

<!-- Made by tools/generate_docs.py from builder/fields: do not edit. -->

What a field of each type holds, which settings it has (`x-config` in a form's document), and what it
takes from a page, the API or a spreadsheet cell. Parsing is generous with spellings and strict about
meaning: what it cannot read is refused with what was given and what is wanted. A blank is `null`.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """What is given, and the JSON that comes of it. `settings` are those of the field."""

    given: str
    json: object
    settings: Mapping[str, Any] | None = None


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "text": (
        Example(" Ming  Rui ", "Ming  Rui"),
        Example("example.com", "https://example.com", {"format": "url"}),
        Example("+86 138-0013-8000", "+86 138-0013-8000", {"format": "phone"}),
        Example("91350100m000100y43", "91350100M000100Y43", {"format": "id_code"}),
    ),
    "long_text": (Example("one\ntwo", "one\ntwo"),),
    "integer": (Example("1,200", 1200), Example("５", 5)),
    "number": (Example("1,200.50", 1200.5), Example("12%", 0.12), Example("0.5", "0.5", {"digits": 18})),
    "money": (Example("¥1,200.50", 1200.5), Example("(15)", -15), Example("US$5", 5, {"currency": "USD"})),
    "percent": (Example("12.5%", 0.125), Example("0.1", 0.1)),
    "date": (
        Example("2026/11/20", "2026-11-20"),
        Example("2026年11月20日", "2026-11-20"),
        Example("20261120", "2026-11-20"),
    ),
    "datetime": (
        Example("2026-11-20 08:05", "2026-11-20T00:05:00Z"),
        Example("2026-11-20T08:05:00+02:00", "2026-11-20T06:05:00Z"),
    ),
    "yes_no": (Example("是", True), Example("0", False)),
    "choice": (),
    "choices": (),
    "serial": (),
    "member": (),
    "link": (),
    "subform": (),
    "rollup": (),
    "formula": (),
}
NOTES: Mapping[str, str] = {
    "number": "At most 15 significant digits travel as a JSON number; with `digits` above 15 the field's "
    "values are strings. Six places are kept, whatever `decimals` shows.",
    "money": "Four places are kept. A sign or code of another currency than the field's is refused.",
    "percent": "Ten per cent is 0.1. A bare number is taken as the share itself.",
    "datetime": "A time without a zone is one of the workspace's zone.",
    "choice": "An option is given by its key or any of its labels; JSON has the key. A retired option is "
    "kept where records have it.",
    "choices": "A list, or one text with commas between. JSON is a list of keys in the order of the options.",
    "serial": "Parts of the pattern: `{YYYY}` `{YY}` `{MM}` `{DD}` and one counter, as `{0000}`. The count "
    "begins again with the finest date part. Without a pattern: `{000000}`. Nobody writes it, unless it is "
    "`editable`: then a number from another system is kept, and only a blank one is numbered.",
    "member": "Given by id or e-mail address (a name, if it is one person's). JSON is `{id, name}`.",
    "link": 'Given by id, by title, or as `{"by": {"field": "code", "value": "A1"}}`. JSON is `{id, title}`.',
    "subform": 'A list of objects keyed by column; a line that exists already carries its "id".',
    "rollup": "`form` and its `link` that points here say over which records; `measure` is one figure "
    "(`SUM(amount)`), `where` a condition. `PARENT.x` reads the record at hand.",
    "formula": "`result` is the kind of its values (a number if not given), `format` how a number behaves. "
    "A formula that depends on today is `live` (in every query) or `daily` (kept, made anew at midnight).",
}


def fields_reference() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{_section(kind)}" for kind in FIELD_TYPES)


def _section(kind: type[FieldType]) -> str:
    lines = [f"## {kind.key}", "", _summary(kind), ""]
    if kind.key in NOTES:
        lines += [NOTES[kind.key], ""]
    lines += [f"- {claim}" for claim in _claims(kind)]
    settings = list(_settings(kind))
    if settings:
        lines += ["", "| setting | takes |", "|---|---|", *settings]
    examples = EXAMPLES[kind.key]
    if examples:
        lines += ["", "| given | settings | JSON |", "|---|---|---|"]
        lines += [f"| {_code(one.given)} | {_shown(one.settings)} | {_shown(one.json)} |" for one in examples]
    return "\n".join(lines) + "\n"


def _summary(kind: type[FieldType]) -> str:
    """The first sentence of the type's own module."""
    module = inspect.getmodule(kind)
    text = (module.__doc__ if module else "") or ""
    return " ".join(text.split("\n\n")[0].split())


def _claims(kind: type[FieldType]) -> Iterator[str]:
    if kind.is_computed:
        yield "nobody writes it"
    if kind.can_be_unique:
        yield "can be unique"
    if not kind.can_be_column:
        yield "cannot stand in a subform"
    if kind.can_title:
        yield "can be the title of a record"


def _settings(kind: type[FieldType]) -> Iterator[str]:
    required = kind.config_schema.get("required", ())
    for name, words in kind.config_schema.get("properties", {}).items():
        yield f"| `{name}`{' (needed)' if name in required else ''} | {_takes(words)} |"


def _takes(words: Mapping[str, Any]) -> str:
    if "enum" in words:
        return ", ".join(f"`{one}`" for one in words["enum"])
    kinds = words.get("type", "")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "minimum" in words and "maximum" in words:
        text += f", {words['minimum']} to {words['maximum']}"
    return text


def _code(text: str) -> str:
    return f"`{text.strip()}`" if "\n" not in text else "two lines"


def _shown(value: object) -> str:
    return "" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"

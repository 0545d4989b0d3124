"""Small pieces of JSON Schema that several field types publish.

In: words of a type and its field. Out: the words with null allowed where the field may be blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.forms import Field

RECORD_ID = {"type": "string", "pattern": "^[0-7][0-9a-hjkmnp-tv-z]{12}$"}


def nullable(words: dict[str, Any], field: Field) -> dict[str, Any]:
    """`words`, and null unless the field is required."""
    if field.is_required:
        return words
    found = dict(words)
    if "type" in found:
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*kinds, "null"]
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    if "anyOf" in found:
        found["anyOf"] = [*found["anyOf"], {"type": "null"}]
    return found


def reference(name: str, *ways: dict[str, Any]) -> dict[str, Any]:
    """A member or record: an id, or {id, `name`} as it is read, or one of the other `ways` to say it."""
    as_read = {
        "type": "object",
        "properties": {"id": RECORD_ID, name: {"type": ["string", "null"]}},
        "required": ["id"],
    }
    return {"anyOf": [as_read, RECORD_ID, *ways]}


def read_only(words: dict[str, Any]) -> dict[str, Any]:
    """Of a computed value: it may be blank whatever the field says, and nobody writes it."""
    return {**words, "readOnly": True}


def line_schema(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """The object schema of a line; its id is there when it is read, and when it is kept on writing."""
    words: dict[str, Any] = {"type": "object", "properties": {"id": RECORD_ID, **properties}}
    if required:
        words["required"] = required
    return {**words, "additionalProperties": False}

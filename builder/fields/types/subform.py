"""Subform: lines that live and die with their record, each with the columns of the subform.

A parsed line maps column ids to values; "id" is there for a line that already exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.lookup import type_of
from builder.fields.schemas import line_schema
from builder.forms import Field
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem, Problems, flatten, shown
from expressions.kinds import Kind, list_of, record_of

MOST = 500


class SubformField(FieldType):
    key = "subform"
    has_columns = True
    group = "relations"
    icon = "table-row"
    storage = "lines"
    can_title = False
    can_default = False
    can_be_column = False
    config_schema = {
        "type": "object",
        "properties": {"most": {"type": "integer", "minimum": 1, "maximum": 2000}},
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return list_of(record_of(self.field.id))

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or raw == "":
            return ()
        if not isinstance(raw, list | tuple):
            return Problem("subform.not_lines", {"given": shown(raw)})
        most = self.config.get("most", MOST)
        if len(raw) > most:
            return Problem("subform.too_many", {"given": len(raw), "most": most})
        problems: list[Problem] = []
        lines = [self._line(place, line, context, problems) for place, line in enumerate(raw)]
        if problems:
            return Problems(problems[0].code, problems[0].params, parts=tuple(problems))
        return tuple(line for line in lines if line)

    def _line(
        self, place: int, raw: object, context: ParseContext, problems: list[Problem]
    ) -> dict[str, object]:
        """One line by column id; {} for a new line in which nothing is filled."""
        if not isinstance(raw, Mapping):
            problems.append(Problem("subform.not_a_line", {"given": shown(raw)}, str(place)))
            return {}
        line: dict[str, object] = {}
        line_id = _read_line_id(raw.get("id"))
        if isinstance(line_id, Problem):
            problems.append(line_id.at(f"{place}.id"))
        elif line_id is not None:
            line["id"] = line_id
        is_blank = line_id is None
        for name, given in raw.items():
            column = self._column(name)
            if column is None:
                if name != "id":
                    problems.append(Problem("field.unknown", {"given": shown(name)}, f"{place}.{name}"))
                continue
            kind_of = type_of(column)
            value = None if kind_of.is_computed else kind_of.parse(given, context)
            if isinstance(value, Problem):
                problems.extend(flatten(value, f"{place}.{column.key}"))
            elif not kind_of.is_computed:
                line[column.id] = value
                is_blank = is_blank and kind_of.is_blank(value)
        return {} if is_blank else line

    def _column(self, name: object) -> Field | None:
        columns = self.field.subform
        if columns is None or not isinstance(name, str):
            return None
        return columns.by_key.get(name) or columns.by_id.get(name)

    def json_schema(self) -> dict[str, Any]:
        columns = self.field.subform.fields if self.field.subform else ()
        properties = {column.key: type_of(column).json_schema() for column in columns}
        words: dict[str, Any] = {
            "type": "array",
            "items": line_schema(properties, [one.key for one in columns if one.is_required]),
            "maxItems": self.config.get("most", MOST),
        }
        if self.field.is_required:
            words["minItems"] = 1
        return words

    def to_json(self, value: Any) -> object:
        return [self._line_json(line) for line in value or ()]

    def _line_json(self, line: Mapping[str, Any]) -> dict[str, object]:
        found: dict[str, object] = {}
        if line.get("id") is not None:
            found["id"] = show_record_id(line["id"])
        for column in self.field.subform.fields if self.field.subform else ():
            if column.id in line:
                found[column.key] = type_of(column).to_json(line[column.id])
        return found

    def to_text(self, value: Any, words: Wording) -> str:
        columns = self.field.subform.fields if self.field.subform else ()
        types = [(column.id, type_of(column)) for column in columns]
        rows = ([kind_of.to_text(line.get(key), words) for key, kind_of in types] for line in value or ())
        return "\n".join(" · ".join(text for text in row if text) for row in rows)


def _read_line_id(raw: object) -> int | Problem | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63:
        return raw
    number = read_record_id(raw)
    return number if number is not None else Problem("subform.line_id", {"given": shown(raw)})

"""One line of a sheet → raw values by field key, as the record service takes them from anybody.

In: cells and the options of the import. Out: `Line`s. Called by `runtime.imports.filling`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from builder.fields.base import ParseContext
from builder.fields.registry import field_type
from builder.forms import Form
from builder.problems import Problem
from expressions import Checked, Compiled, Env, ErrorValue, compile_expression
from expressions.world import World
from runtime.imports.mapping import FILE_FORM, ImportOptions, Source, column_id
from runtime.sheets.values import CellError, CellValue


@dataclass
class Line:
    """One line on its way: `number` counts as the spreadsheet does, from 1."""

    number: int
    cells: tuple[CellValue, ...]
    raw: dict[str, Any] = field(default_factory=dict)
    key: tuple[Any, ...] | None = None  # strict values of the key fields
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        return all(cell is None for cell in self.cells)


class LineReader:
    """Reads lines by one import's options."""

    def __init__(
        self,
        form: Form,
        options: ImportOptions,
        world: World,
        checked: Mapping[str, Checked],
        env: Env,
        context: ParseContext,
    ) -> None:
        self.form = form
        self.options = options
        self.columns = world.get(FILE_FORM).fields
        self.env = env
        self.context = context
        self.compiled: dict[str, Compiled] = {key: compile_expression(one) for key, one in checked.items()}
        self.types = {key: field_type(form.by_key[key]) for key in options.keys}

    def read(self, number: int, cells: tuple[CellValue, ...]) -> Line:
        """The line with its raw values and its key; problems stay with it."""
        line = Line(number, cells)
        if line.is_blank:
            return line
        for source in self.options.sources:
            value = self._value(source, line)
            if isinstance(value, Problem):
                line.problems.append(value.at(source.field))
            else:
                line.raw[source.field] = value
        if self.options.keys and not line.problems:
            line.key = self._key(line)
        return line

    def _value(self, source: Source, line: Line) -> object | Problem:
        if source.expression is not None:
            value: object = self._evaluate(source, line)
        elif source.column is None:
            value = source.constant
        else:
            value = line.cells[source.column] if source.column < len(line.cells) else None
        if isinstance(value, CellError):
            return Problem("import.cell_error", {"given": value.code})
        if isinstance(value, Problem) or value is None or source.by is None:
            return value
        return {"by": {"field": source.by, "value": value}}

    def _evaluate(self, source: Source, line: Line) -> object | Problem:
        row: dict[str, object] = {}
        for index, column in enumerate(self.columns):
            cell = line.cells[index] if index < len(line.cells) else None
            row[column_id(index)] = _fitting(cell, column.kind.name)
        value: object = self.compiled[source.field].evaluate(row, self.env)
        if isinstance(value, ErrorValue):
            return Problem("import.expression_error", {"given": value.code})
        return value

    def _key(self, line: Line) -> tuple[Any, ...] | None:
        """The strict key; None when a part is blank. A part that does not parse is a problem."""
        parts = []
        for key in self.options.keys:
            parsed = self.types[key].parse(line.raw.get(key), self.context)
            if isinstance(parsed, Problem):
                line.problems.append(parsed.at(key))
                return None
            parts.append(parsed)
        return None if any(part is None for part in parts) else tuple(parts)


def _fitting(cell: CellValue, kind: str) -> object:
    """The cell as a value of its column's kind; what does not fit is blank, or text in a text column."""
    if cell is None or isinstance(cell, CellError):
        return None
    if kind == "number":
        return cell if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else None
    if kind == "date":
        return cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else None
    return cell if isinstance(cell, str) else shown(cell)


def shown(cell: CellValue) -> str:
    """A cell as text, for people and for text columns."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return cell.code if isinstance(cell, CellError) else str(cell)


def without_blanks(raw: Mapping[str, Any]) -> dict[str, Any]:
    """For existing records: what the sheet leaves blank stays as it is."""
    return {key: value for key, value in raw.items() if value is not None}


def heads_of(cells: Sequence[CellValue]) -> list[str]:
    """Column names of a header row; a blank one is named by its letter as a spreadsheet names it."""
    heads: list[str] = []
    for index, cell in enumerate(cells):
        name = " ".join(shown(cell).split()) or letter_of(index)
        heads.append(name if name not in heads else f"{name} ({letter_of(index)})")
    return heads


def letter_of(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""The reading process: turns one file into plain rows on disk, inside limits of time and memory.

In: a JSON order on the command line. Out: per sheet `sheet-<n>.rows` (a JSON array a line) and
`sheet-<n>.index` (the byte offset of every thousandth row), and `book.json` that describes them;
it is written last. Started by `runtime.sheets.reading`; a file that breaks it breaks nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from runtime.sheets.limits import Limits
from runtime.sheets.texts import TextShape, iterate
from runtime.sheets.values import CellValue, encode_row, normalise

ROWS_PER_MARK = 1_000


class TooMuchError(Exception):
    """The file passes a limit; the argument is the problem's code."""


class Budget:
    """Counts cells over all sheets of a file."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells_left = limits.cells

    def spend(self, row: list[CellValue]) -> None:
        if len(row) > self.limits.columns:
            raise TooMuchError("sheet.too_many_columns")
        self.cells_left -= sum(value is not None for value in row)
        if self.cells_left < 0:
            raise TooMuchError("sheet.too_many_cells")


def write_rows(rows: Iterable[Iterable[Any]], target: Path, budget: Budget) -> tuple[int, int]:
    """Writes the rows and their index; answers (rows, columns). Rows after the last filled one go."""
    marks, count, filled, width, end = array("Q"), 0, 0, 0, 0
    most = budget.limits.cell_characters
    with target.with_suffix(".rows").open("wb") as file:
        for raw in rows:
            row = [normalise(value) for value in raw]
            while row and row[-1] is None:
                row.pop()
            if any(isinstance(value, str) and len(value) > most for value in row):
                raise TooMuchError("sheet.cell_too_long")
            budget.spend(row)
            if count % ROWS_PER_MARK == 0:
                marks.append(file.tell())
            file.write(encode_row(row))
            count += 1
            width = max(width, len(row))
            if row:
                filled, end = count, file.tell()
        file.truncate(end)
    target.with_suffix(".index").write_bytes(marks.tobytes())
    return filled, width


def workbook_sheets(path: Path) -> Iterator[tuple[str, Iterable[Iterable[Any]]]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    book = CalamineWorkbook.from_path(str(path))
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            yield meta.name, book.get_sheet_by_name(meta.name).iter_rows()


def read_file(order: dict[str, Any], budget: Budget) -> list[dict[str, Any]]:
    source, folder = Path(order["source"]), Path(order["folder"])
    if order["text"]:
        shape = TextShape(**order["text"])
        sheets: Iterable[tuple[str, Iterable[Iterable[Any]]]] = [
            (order["name"], iterate(source, shape, budget.limits.cell_characters))
        ]
    else:
        sheets = workbook_sheets(source)
    described = []
    for number, (name, rows) in enumerate(sheets):
        count, width = write_rows(rows, folder / f"sheet-{number}", budget)
        described.append({"name": name, "rows": count, "columns": width})
    return described


def main() -> int:
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    answer: dict[str, Any]
    try:
        answer = {"sheets": read_file(order, Budget(limits))}
    except TooMuchError as error:
        answer = {"problem": error.args[0]}
    except MemoryError:
        answer = {"problem": "sheet.too_big_inside"}
    except UnicodeDecodeError:
        answer = {"problem": "sheet.wrong_encoding"}
    except Exception as error:  # noqa: BLE001 — parsers raise anything; the parent logs the reason
        answer = {"problem": "sheet.unreadable", "reason": repr(error)[:500]}
    partial = Path(order["folder"]) / "book.part"
    partial.write_text(json.dumps(answer), encoding="utf-8")
    partial.rename(Path(order["folder"]) / "book.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())

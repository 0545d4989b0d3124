"""Opens a spreadsheet of unknown origin: checks it, has a child process read it, gives its rows.

In: a path and a file name. Out: `Book` (sheets with rows that can be read from any row on) or a
`Problem`. Called by runtime.imports. The rows lie on disk: memory does not grow with the file, and an
import that was killed goes on from the row it had reached.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from builder.problems import Problem
from runtime.sheets.child import ROWS_PER_MARK
from runtime.sheets.guard import check_workbook
from runtime.sheets.limits import DEFAULT_LIMITS, Limits
from runtime.sheets.texts import TextShape, sniff
from runtime.sheets.values import CellValue, decode_row

log = logging.getLogger(__name__)
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `rows` counts up to the last filled row, header lines included."""

    name: str
    rows: int
    columns: int
    path: Path

    def read(self, start: int = 0) -> Iterator[tuple[CellValue, ...]]:
        """The rows from number `start` (0-based) on, each padded to the sheet's width."""
        if start >= self.rows:
            return
        marks = array("Q")
        marks.frombytes(self.path.with_suffix(".index").read_bytes())
        with self.path.with_suffix(".rows").open("rb") as file:
            file.seek(marks[start // ROWS_PER_MARK])
            for _ in range(start % ROWS_PER_MARK):
                file.readline()
            for line in file:
                row = decode_row(line)
                yield row + (None,) * (self.columns - len(row))


@dataclass(frozen=True, slots=True)
class Book:
    """A file that has been read; `encoding` is set for text files."""

    sheets: tuple[Sheet, ...]
    encoding: str | None = None

    def sheet(self, name: str | None) -> Sheet | None:
        """The sheet of that name; without a name, the first that holds anything, else the first."""
        if name is None:
            return next((sheet for sheet in self.sheets if sheet.rows), next(iter(self.sheets), None))
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def read_book(
    path: Path,
    name: str,
    folder: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Book | Problem:
    """Reads the file at `path`, known to people as `name`, into `folder` (made when missing)."""
    ending = Path(name).suffix.lower()
    if ending not in WORKBOOKS + TEXTS:
        return Problem("sheet.unknown_type", {"name": name, "types": ", ".join(("xlsx", "csv"))})
    shape: TextShape | None = None
    if ending in TEXTS:
        if path.stat().st_size > limits.text_bytes:
            return Problem("sheet.too_big", {"most_mb": limits.text_bytes // (1024 * 1024)})
        found = sniff(path)
        shape = TextShape(encoding or found.encoding, separator or found.separator)
    elif problem := _check(path, ending, limits):
        return problem
    folder.mkdir(parents=True, exist_ok=True)
    order: dict[str, object] = {
        "source": str(path),
        "folder": str(folder),
        "name": Path(name).stem,
        "text": asdict(shape) if shape else None,
        "limits": asdict(limits),
    }
    return _run(order, folder, limits)


def _check(path: Path, ending: str, limits: Limits) -> Problem | None:
    if ending == ".xls":
        too_big = path.stat().st_size > limits.workbook_bytes
        return (
            Problem("sheet.too_big", {"most_mb": limits.workbook_bytes // (1024 * 1024)}) if too_big else None
        )
    return check_workbook(path, limits)


def _run(order: dict[str, object], folder: Path, limits: Limits) -> Book | Problem:
    command = [sys.executable, "-m", "runtime.sheets.child", json.dumps(order)]
    try:
        done = subprocess.run(  # noqa: S603 — our own module; the file's path is data to it
            command, capture_output=True, timeout=limits.cpu_seconds * 3, check=False, cwd=_root()
        )
    except subprocess.TimeoutExpired:
        return Problem("sheet.too_slow")
    if done.returncode != 0:  # killed by its own limits, or a crash of a parser
        log.warning("the reading process ended with %s: %s", done.returncode, done.stderr[-500:])
        return Problem("sheet.too_big_inside")
    return open_book(folder, order["text"])


def open_book(folder: Path, text: object = None) -> Book | Problem:
    """The book that an earlier `read_book` left in `folder`."""
    answer = json.loads((folder / "book.json").read_text(encoding="utf-8"))
    if "problem" in answer:
        log.info("a spreadsheet was refused: %s %s", answer["problem"], answer.get("reason", ""))
        return Problem(answer["problem"])
    sheets = tuple(
        Sheet(one["name"], one["rows"], one["columns"], folder / f"sheet-{number}")
        for number, one in enumerate(answer["sheets"])
    )
    if not any(sheet.rows for sheet in sheets):
        return Problem("sheet.empty")
    return Book(sheets, text["encoding"] if isinstance(text, dict) else None)


def _root() -> Path:
    """Where the packages lie: the child imports them from there."""
    return Path(__file__).resolve().parent.parent.parent

"""`make bench`: Formloom beside the program written by hand, on both engines, in one run.

In: `--records`, `--rounds`, `--import-rows`, `--engine`, `--only` parts of names. Out: tables of ratios on
the standard output. Ratios of one run hold on any machine; milliseconds are this machine's.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from tests import engines
from tests.bench.contenders import Baseline, Formloom
from tests.bench.deals import write_sheet
from tests.bench.measuring import Operation, measure, table
from tests.bench.scale import page_at_scale, saves_during_import

READ, WRITE, IMPORT = 1.5, 2.5, 3.0  # the bars of the first landing


def main() -> None:
    given = _arguments()
    engines.begin_run()
    try:
        _say(f"{_machine()}; {given.records:,} records, {given.rounds} rounds, CPU time of this process")
        for engine in [given.engine] if given.engine else engines.ENGINES:
            _bench(engine, given)
        _say("")
        for measured, size in ((page_at_scale, given.large), (saves_during_import, given.saves)):
            if size:
                with tempfile.TemporaryDirectory(prefix="formloom-bench-") as name:
                    _say(measured(Path(name), size))
    finally:
        shutil.rmtree(engines.run_folder(), ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--import-rows", type=int, default=0, help="rows of the sheet; as many as records")
    parser.add_argument("--engine", choices=engines.ENGINES)
    parser.add_argument("--large", type=int, default=1_000_000, help="records of the large table; 0: not")
    parser.add_argument("--saves", type=int, default=100_000, help="rows imported while saving; 0: not")
    parser.add_argument("--only", default="", help="only operations whose name holds this")
    return parser.parse_args()


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _bench(engine: str, given: argparse.Namespace) -> None:
    rows = given.import_rows or given.records
    with (
        tempfile.TemporaryDirectory(prefix="formloom-bench-") as name,
        engines.fresh_database(engine, Path(name)) as ours,
        engines.fresh_database(engine, Path(name)) as theirs,
    ):
        operations = [one for one in _operations(Path(name), rows) if given.only in one.name]
        contenders = [Baseline(theirs), Formloom(ours, Path(name))]
        try:
            for one in contenders:
                one.load(given.records)
            figures = measure(contenders, operations, given.rounds)
            version = contenders[1].platform.database.version  # type: ignore[union-attr]
        finally:
            for one in contenders:
                one.close()
    _say(f"\n## {version}\n\n{table(figures, operations, Formloom.name, Baseline.name)}")


def _operations(folder: Path, rows: int) -> list[Operation]:
    sheet = folder / "deals.xlsx"

    def bring_in(one: object, _number: int) -> None:
        if not sheet.exists():
            write_sheet(sheet, rows, 2_000_000)
        one.import_sheet(sheet, rows)  # type: ignore[attr-defined]

    return [
        Operation("create", lambda one, number: one.create(number), WRITE),
        Operation("page, filtered and sorted, JSON", lambda one, _: one.page(), READ),
        Operation("page, 50×10, HTML", lambda one, _: one.html_page(), READ),
        Operation("update", lambda one, number: one.update(number), WRITE),
        Operation("aggregate by stage", lambda one, _: one.aggregate(), READ, repeats=5),
        Operation("record with children", lambda one, _: one.with_children(), READ),
        Operation("xlsx import, a row", bring_in, IMPORT, repeats=1, rounds=1, units=rows),
    ]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""A saved view over 10,000 and over 1,000,000 records on SQLite, and saves while a sheet is imported.

In: a folder, sizes. Out: sentences with figures. Called by tests.bench.__main__.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from sqlalchemy import BigInteger, cast, insert, select

from runtime import access
from runtime.store.scopes import SystemScope
from tests.bench.contenders import Formloom
from tests.bench.deals import write_sheet
from tests.faults.saving import percentile, times_of_saves
from tests.faults.serving import Served

SMALL = 10_000
SAMPLES = 60
FAR = 10**15  # between the ids of copies
BENCH = {"scope": SystemScope("schema")}


def page_at_scale(folder: Path, large: int) -> str:
    """The same page of the same view, before and after the table grows."""
    one = Formloom(f"sqlite:///{folder / 'large.db'}", folder)
    try:
        one.load(SMALL)
        small = _page_milliseconds(one)
        _multiply(one, large // SMALL)
        grown = _page_milliseconds(one)
    finally:
        one.close()
    return (
        f"Page of a saved view, SQLite: {small:.2f} ms CPU at {SMALL:,} records, {grown:.2f} ms at "
        f"{large:,}: "
        f"{grown / small:.2f}× (bar 1.5×)"
    )


def _page_milliseconds(one: Formloom) -> float:
    for _ in range(10):
        one.page()
    times = []
    for _ in range(SAMPLES):
        started = time.process_time()
        one.page()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def _multiply(one: Formloom, times: int) -> None:
    """Copies of every row under new ids with other amounts: the product's own table and indexes."""
    with one.platform.reading(one.admin) as work:
        table = access.open_form(work, "sales.deal", to="view").tables.table
    others = [column for column in table.columns if column.name not in ("id", "f_amount1")]
    with one.platform.database.writing() as connection:
        made = 1
        while made < times:
            amount = (cast(table.c.f_amount1, BigInteger) * 7 + made * 13) % 900_000_000_000
            chosen = select(table.c.id + made * FAR, amount, *others)
            if 2 * made > times:  # the last step copies a part only
                share = (times - made) * SMALL
                chosen = chosen.order_by(table.c.id).limit(share)
            names = ["id", "f_amount1", *(other.name for other in others)]
            connection.execute(insert(table).from_select(names, chosen), execution_options=BENCH)
            made = min(2 * made, times)
        connection.exec_driver_sql("ANALYZE")


def saves_during_import(folder: Path, rows: int) -> str:
    """A real server on SQLite imports a sheet; somebody saves all the while."""
    sheet = folder / "saves.xlsx"
    write_sheet(sheet, rows, 3_000_000)
    with Served(folder) as served:
        run = served.start_import(sheet)
        started = time.perf_counter()
        times = times_of_saves(served, run, most=100_000)
        seconds = time.perf_counter() - started
        served.stop()
    return (
        f"Saves during an import of {rows:,} rows ({seconds:.0f} s, {rows / seconds:,.0f} rows/s), SQLite: "
        f"p50 {percentile(times, 50) * 1000:.0f} ms, p95 {percentile(times, 95) * 1000:.0f} ms of "
        f"{len(times)} saves (bar 250 ms)"
    )

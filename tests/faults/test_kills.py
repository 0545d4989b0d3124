"""Killing the server in the middle of an import loses nothing, does nothing twice, and says what is wrong."""

from __future__ import annotations

import csv
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from runtime import access, queries
from runtime.queries import Selection
from tests.faults.saving import percentile, times_of_saves
from tests.faults.serving import Served

EVERY_BAD, EVERY_BLANK = 97, 89  # lines without a name, and lines with nothing at all
Row = tuple[str, str, str]


def write_rows(path: Path, count: int) -> tuple[Counter[Row], int, int]:
    """A sheet; the rows that must be in afterwards, how many are refused, how many are blank."""
    good: Counter[Row] = Counter()
    bad = blank = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(("name", "stage", "amount"))
        for number in range(count):
            row = (f"Deal {number // 2:06d}", ("won", "lost", "new")[number % 3], str(number % 1_000))
            if number % EVERY_BAD == 0:
                row, bad = ("", *row[1:]), bad + 1
            elif number % EVERY_BLANK == 0:
                row, blank = ("", "", ""), blank + 1
            else:
                good[row] += 1
            sheet.writerow(row)
    return good, bad, blank


def rows_of(served: Served) -> Counter[Row]:
    platform = served.platform()
    try:
        with platform.reading(served.admin) as work:
            form = access.open_form(work, "sales.deal", to="view")
            ids = {key: form.form.by_key[key].id for key in ("name", "stage", "amount")}
            stages = {one.id: one.key for one in form.form.by_key["stage"].options}
            return Counter(
                (
                    one.values[ids["name"]],
                    stages[one.values[ids["stage"]]],
                    f"{one.values[ids['amount']].normalize():f}",
                )
                for one in queries.stream(work, form, Selection())
            )
    finally:
        platform.database.close()


def read_after(served: Served, run: str, more_than: int) -> int:
    """Waits until the import went on; how far it is, or -1 when it is over."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        progress = served.progress(run)
        if progress["state"] not in ("waiting", "running"):
            return -1
        if progress["read"] > more_than:
            return int(progress["read"])
        # lint: sleep: another process; nothing here can wait for it
        time.sleep(0.02)
    raise AssertionError("the import does not go on")


def wait_for_end(served: Served, run: str, read: int) -> None:
    while read >= 0:
        read = read_after(served, run, read)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_kills_during_an_import_lose_and_repeat_nothing(tmp_path: Path, is_thorough: bool, seed: int) -> None:
    kills, rows = (20, 100_000) if is_thorough else (2, 6_000)
    chance = random.Random(seed)
    good, bad, blank = write_rows(tmp_path / "deals.csv", rows)
    with Served(tmp_path) as served:
        run = served.start_import(tmp_path / "deals.csv")
        done, read = 0, 0
        while done < kills:
            read = read_after(served, run, read)
            assert read >= 0, f"the import was over after {done} kills (seed {seed})"
            # lint: sleep: the moment of the kill is the point
            time.sleep(chance.uniform(0, 0.3))
            served.kill()
            done += 1
            served.start()
        wait_for_end(served, run, read)
        progress = served.progress(run)
        served.stop()
    assert rows_of(served) == good, f"seed {seed}"
    assert (progress["state"], progress["created"]) == ("done", good.total()), f"seed {seed}"
    assert (progress["failed"], progress["skipped"]) == (bad, blank)
    assert [one["row"] for one in progress["failures"]] == [
        number + 2 for number in range(rows) if number % EVERY_BAD == 0
    ][:100]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_saves_stay_quick_during_an_import(tmp_path: Path, is_thorough: bool) -> None:
    rows, limit = (100_000, 0.25) if is_thorough else (5_000, 1.0)
    good, _, _ = write_rows(tmp_path / "deals.csv", rows)
    with Served(tmp_path) as served:
        run = served.start_import(tmp_path / "deals.csv")
        times = times_of_saves(served, run)
        wait_for_end(served, run, 0)
        assert served.progress(run)["created"] == good.total()
        served.stop()
    assert len(times) >= 10
    assert percentile(times, 95) <= limit, f"median {percentile(times, 50):.3f} s of {len(times)} saves"

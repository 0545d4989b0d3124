"""A process that dies in the middle of writing: what it was told is kept, nothing is kept by halves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from runtime.store.database import Database
from runtime.store.physical import Numbers, record_tables
from tests.integration.store.conftest import WRITE, make_ground, order_form

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from runtime.store import record_rows
from runtime.store.database import Database
from runtime.store.physical import Numbers, record_tables
from tests.integration.store.conftest import WRITE, order_form, record

numbers = Numbers({(form, element): int(n) for form, element, n in (one.split(":") for one in sys.argv[2:])})
tables = record_tables(order_form, numbers)
database = Database(sys.argv[1])
batch = 0
while True:
    batch += 1
    rows = [record(count1=batch, lines1=[{"item1": "x"}]) for _ in range(50)]
    with database.writing() as connection:
        record_rows.insert_rows(connection, tables, rows, scope=WRITE)
    print(batch, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 4, 9])
def test_a_killed_writer_leaves_whole_batches_only(database_url: str, acknowledged: int) -> None:
    database = Database(database_url)
    numbers = make_ground(database).store(order_form).numbers
    database.close()
    told = kill_after(database_url, numbers, acknowledged)
    database = Database(database_url)
    tables = record_tables(order_form, numbers)
    batch = tables.columns["count1"]
    counted = select(batch, func.count()).group_by(batch).order_by(batch)
    lines = tables.lines["lines1"].table
    with database.reading() as connection:
        scoped = connection.execution_options(scope=WRITE)
        found = [tuple(row) for row in scoped.execute(counted)]
        line_count = scoped.execute(select(func.count()).select_from(lines)).scalar_one()
    database.close()
    assert len(found) in (told, told + 1)  # the last commit may have come just before its word
    assert [count for _, count in found] == [50] * len(found)
    assert line_count == 50 * len(found)


def kill_after(url: str, numbers: Numbers, acknowledged: int) -> int:
    """Runs the writer, kills it the hard way; how many batches it said were written."""
    arguments = [f"{form}:{element}:{number}" for (form, element), number in numbers.by_element.items()]
    program = [sys.executable, "-c", WRITER, url, *arguments]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        told = 0
        for line in writer.stdout:
            told = int(line)
            if told == acknowledged:
                os.kill(writer.pid, signal.SIGKILL)
    return told

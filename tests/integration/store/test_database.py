"""The database as a whole: two ways in, fair turns, errors in our words, one process per SQLite file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError

from runtime.store import database as database_module
from runtime.store import process_lock, scopes
from runtime.store.columns.numbers import ScaledNumber
from runtime.store.database import Database, RetryError, retrying
from runtime.store.errors import (
    NestedWritingError,
    OutOfRangeError,
    SecondProcessError,
    StoreError,
    UnknownReasonError,
    UnscopedStatementError,
)
from runtime.store.gate import Gate
from runtime.store.scopes import Scope, SystemScope
from tests.integration.store.conftest import Ground, customer_form


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as connection:
        connection.execute(text("UPDATE workspace SET revision = 2"))


def test_a_reading_unit_sees_one_snapshot(ground: Ground) -> None:
    count = text("SELECT revision FROM workspace")
    with ground.database.reading() as reader:
        assert reader.execute(count).scalar() == 1
        with ground.database.writing() as writer:
            writer.execute(text("UPDATE workspace SET revision = 5"))
        assert reader.execute(count).scalar() == 1
    with ground.database.reading() as reader:
        assert reader.execute(count).scalar() == 5


def test_a_raise_in_the_body_leaves_no_trace(ground: Ground) -> None:
    with contextlib.suppress(RuntimeError), ground.database.writing() as writer:
        writer.execute(text("UPDATE workspace SET revision = 9"))
        raise RuntimeError
    with ground.database.reading() as reader:
        assert reader.execute(text("SELECT revision FROM workspace")).scalar() == 1


@pytest.mark.parametrize("statement", ["SELECT id FROM {}", "UPDATE {} SET owner = 1", "DELETE FROM {}"])
def test_no_statement_on_records_without_a_scope(ground: Ground, statement: str) -> None:
    [tables] = ground.tables(customer_form)
    said = text(statement.format(tables.table.name))
    with pytest.raises(UnscopedStatementError), ground.database.writing() as connection:
        connection.execute(said)
    with pytest.raises(UnscopedStatementError), ground.database.writing() as connection:
        connection.execute(said, execution_options={"scope": "everything"})
    for scope in (SystemScope("write"), Scope.everything(ground.workspace_id, tables.number)):
        with ground.database.writing() as connection:
            connection.execute(said, execution_options={"scope": scope})


def test_the_reasons_of_system_scopes_are_these() -> None:
    assert scopes.SYSTEM_SCOPE_REASONS == (
        "write",
        "recompute",
        "rollup",
        "linked",
        "settings",
        "unique",
        "link_key",
        "title",
        "changeset",
        "schema",
        "doctor",
    )
    with pytest.raises(UnknownReasonError):
        SystemScope("because")


def test_eight_writers_take_turns_and_none_is_refused(ground: Ground) -> None:
    errors: list[BaseException] = []
    bump = text("UPDATE workspace SET revision = revision + 1")

    def write() -> None:
        try:
            for _ in range(25):
                retrying(ground.database, lambda connection: connection.execute(bump))
        except BaseException as error:  # noqa: BLE001 — whatever it is, the test tells it
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with ground.database.reading() as connection:
        assert connection.execute(text("SELECT revision FROM workspace")).scalar() == 201


def test_the_gate_is_first_in_first_out() -> None:
    gate, order = Gate(), []

    def enter(number: int) -> None:
        with gate:
            order.append(number)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(20)]
    with gate:
        for number, thread in enumerate(threads):
            thread.start()
            while gate.queue_length <= number:
                time.sleep(0)
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_the_gate_gives_up_with_a_word_and_stays_usable() -> None:
    gate = Gate(seconds=0.01)
    failures: list[str] = []

    def enter() -> None:
        try:
            with gate:
                failures.append("entered")
        except RetryError as error:
            failures.append(str(error))

    with gate:
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        with pytest.raises(NestedWritingError), gate:
            pass
    assert failures == ["no turn to write within 0.01 seconds"]
    with gate:
        assert gate.queue_length == 0


def test_a_column_refuses_in_its_own_words(ground: Ground) -> None:
    too_much = select(literal(Decimal("1e20"), ScaledNumber(2)))
    with pytest.raises(OutOfRangeError), ground.database.writing() as connection:
        connection.execute(too_much)


def test_retrying_gives_up_after_three_times(database: Database) -> None:
    tries = []

    def fail(_connection: object) -> None:
        tries.append(1)
        raise RetryError("again")

    with pytest.raises(RetryError):
        retrying(database, fail)
    assert len(tries) == 3


def test_lock_timeouts_ask_for_another_try(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL: a row held too long by another transaction; SQLite: the gate."""
    lock = text("UPDATE workspace SET revision = revision + 1")
    if ground.database.dialect == "sqlite":
        assert ground.database._file is not None
        monkeypatch.setattr(ground.database._file.gate, "seconds", 0.05)
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            with ground.database.writing() as connection:
                if ground.database.dialect == "postgresql":
                    connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
                connection.execute(lock)
        except RetryError as error:
            caught.append(error)

    with ground.database.writing() as holder:
        holder.execute(lock)
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert len(caught) == 1


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_other_databases_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(StoreError):
        Database(url)


def second_process(path: Path) -> subprocess.CompletedProcess[str]:
    program = f"from runtime.store.database import Database\nDatabase('sqlite:///{path}')\nprint('opened')"
    root = Path(database_module.__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=root, timeout=60
    )


def test_an_old_sqlite_serves_one_process_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_lock, "SAFE_FOR_SEVERAL", (99, 0, 0))
    path = tmp_path / "one.db"
    first, again = Database(f"sqlite:///{path}"), Database(f"sqlite:///{path}")
    if process_lock.is_single_process_only() and process_lock.sqlite3.sqlite_version_info < (3, 51, 3):
        refused = second_process(path)
        assert refused.returncode != 0
        assert "another process has" in refused.stderr
    first.close()
    again.close()
    assert "opened" in second_process(path).stdout


def test_a_fork_may_not_use_its_parents_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path}/forked.db")
    real = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: real + 1)
    with pytest.raises(SecondProcessError), database.reading():
        pass
    monkeypatch.undo()
    database.close()


def test_sqlite_is_set_up_as_a_server(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/pragmas.db")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
    }
    with database.writing() as connection:
        for name, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with database.maintaining() as connection:
        connection.exec_driver_sql("VACUUM")  # refused inside a transaction
    with (
        database.writing(),
        closing(sqlite3.connect(tmp_path / "pragmas.db", timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),  # a writer is one from its first moment
    ):
        other.execute("BEGIN IMMEDIATE")
    with database.writing() as connection:
        assert connection.connection.driver_connection.isolation_level is None  # type: ignore[union-attr]
    database.close()
    assert not (tmp_path / "pragmas.db-wal").exists()

"""Migrations: one head, the same tables as schema.py, safe to run twice, refused when newer."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from runtime.store import migrations
from runtime.store.database import Database
from runtime.store.errors import SchemaMismatchError
from runtime.store.schema import metadata
from tests.integration.store.conftest import Ground

NO_WORKSPACE = {"account", "session", "rate_limit", "workspace", "alembic_version"}


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(migrations.FOLDER)).get_heads()) == 1


def test_the_head_makes_exactly_the_tables(blank_database_url: str) -> None:
    database = Database(blank_database_url)
    assert migrations.find_version(database) is None
    assert migrations.upgrade(database) is True
    assert migrations.upgrade(database) is False
    assert migrations.is_current(database)
    with database.writing() as connection:
        options = {"compare_type": True, "compare_server_default": False}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        checks = {
            one["name"]
            for table in metadata.tables
            for one in inspect(connection).get_check_constraints(table)
        }
        assert {"ck_job_state", "ck_member_role", "ck_physical_kind"} <= checks
    database.close()


def test_a_newer_database_is_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatchError, match="9999"):
        migrations.upgrade(database)


def test_every_table_belongs_to_a_workspace() -> None:
    for name, table in metadata.tables.items():
        if name in NO_WORKSPACE:
            continue
        assert not table.c.workspace_id.nullable, name
        for key in table.foreign_key_constraints:
            target = key.elements[0].column.table.name
            assert target in NO_WORKSPACE or "workspace_id" in key.column_keys, (name, key.column_keys)


def test_foreign_keys_hold_after_an_upgrade(database: Database) -> None:
    with database.writing() as connection:
        if database.dialect == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


STEP = """
revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    from alembic import op

    op.get_bind().exec_driver_sql("CREATE TABLE extra (id INTEGER)")
    {then}
"""


def next_version(folder: Path, then: str) -> Path:
    """The product's migrations and one more."""
    copy = folder / "migrations"
    shutil.copytree(migrations.FOLDER, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "0002_more.py").write_text(STEP.format(then=then), encoding="utf-8")
    return copy


def test_an_upgrade_that_fails_changes_nothing_and_may_be_run_again(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = ground.database
    monkeypatch.setattr(migrations, "FOLDER", next_version(tmp_path, "raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        migrations.upgrade(database)
    assert migrations.find_version(database) == "0001"
    with database.reading() as connection:
        assert not inspect(connection).has_table("extra")
    monkeypatch.setattr(migrations, "FOLDER", next_version(tmp_path / "again", "pass"))
    assert migrations.upgrade(database) is True
    assert migrations.find_version(database) == "0002"
    if database.path is not None:
        with closing(sqlite3.connect(f"{database.path}.before-0002-was-0001")) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
            assert copy.execute("SELECT count(*) FROM workspace").fetchall() == [(1,)]


@pytest.mark.one_engine("sqlite")
def test_an_upgrade_may_rebuild_but_not_break_references(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = 'op.get_bind().exec_driver_sql("DELETE FROM account")'
    monkeypatch.setattr(migrations, "FOLDER", next_version(tmp_path, orphan))
    with pytest.raises(SchemaMismatchError, match="member"):
        migrations.upgrade(ground.database)
    with ground.database.writing() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

"""Backups: the whole database as one file, taken while people work, and put back into an empty place.

In: a database URL and paths. Out: a copy of the SQLite file, or a dump by PostgreSQL's own pg_dump. Called by
`formloom backup` and `restore`. The copy of SQLite is made by a connection that only reads and never
checkpoints, so it is safe beside a running server of any version.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from runtime.store.errors import BackupError


def copy_out(url: str, target: Path) -> None:
    """Writes a consistent copy of the database to `target`. Raises `BackupError`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(Path(parsed.database or ""), target)
    else:
        _run([_tool("pg_dump"), "--format=custom", "--no-owner", f"--file={target}", _address(parsed)])


def copy_in(url: str, source: Path) -> None:
    """Fills an empty database from a copy. Raises `BackupError` when something is there already."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _restore_sqlite(source, Path(parsed.database or ""))
    else:
        how = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={_address(parsed)}")
        _run([_tool("pg_restore"), *how, str(source)])


def _copy_sqlite(path: Path, target: Path) -> None:
    if not path.is_file():
        raise BackupError(f"there is no database at {path}")
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
    finally:
        source.close()


def _restore_sqlite(source: Path, path: Path) -> None:
    if path.exists() and path.stat().st_size:
        raise BackupError(f"{path} is there already: move it away, or name another DATA_DIR")
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = sqlite3.connect(source)
    try:
        [(answer,)] = copy.execute("PRAGMA integrity_check").fetchmany(1)
    except sqlite3.DatabaseError as error:
        raise BackupError("the backup is damaged") from error
    finally:
        copy.close()
    if answer != "ok":
        raise BackupError(f"the backup is damaged: {answer}")
    part = path.with_suffix(".restoring")
    shutil.copyfile(source, part)
    part.replace(path)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is needed for PostgreSQL; it comes with PostgreSQL's client programs")
    return found


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 — no shell, our own words
    if done.returncode != 0:
        raise BackupError(done.stderr.decode("utf-8", "replace").strip()[-500:])

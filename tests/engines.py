"""The two database engines of the tests: SQLite files, and one private PostgreSQL a test run.

In: the run's folder (made by the first pytest process, see `begin_run`). Out: urls of fresh databases,
with or without the product's tables. Called by tests/conftest.py. All xdist workers share the one
server and the templates; a file lock lets the first one make them. The server lives as long as the
pytest process that began the run: tests/postgresql_guard.py sees to that even when pytest is killed.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ENGINES = ("sqlite", "postgresql")
RUN_FOLDER = "FORMLOOM_TEST_RUN"
RUN_OWNER = "FORMLOOM_TEST_OWNER"
TEMPLATE = "formloom_template_"

_numbers = itertools.count(1)


def begin_run() -> Path:
    """Makes the run's folder; its name travels to the workers in the environment."""
    short = "/tmp" if Path("/tmp").is_dir() else None  # a socket's path has at most 107 bytes
    folder = Path(tempfile.mkdtemp(prefix="formloom-tests-", dir=short))
    folder.chmod(0o711)  # PostgreSQL refuses root, so it runs as nobody below this folder
    os.environ[RUN_FOLDER] = str(folder)
    os.environ[RUN_OWNER] = str(os.getpid())
    return folder


def run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER])


@contextmanager
def held(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_postgresql() -> Path:
    """The socket folder of the run's server, started by whoever asks first."""
    sockets = run_folder() / "sockets"
    with held("postgresql"):
        if not (run_folder() / "postgresql.ready").exists():
            guard = Path(__file__).with_name("postgresql_guard.py")
            subprocess.run(
                [sys.executable, str(guard), str(run_folder()), os.environ[RUN_OWNER]],
                check=True,
                stdin=subprocess.DEVNULL,
            )
    return sockets


def postgresql_url(database: str) -> str:
    return f"postgresql+psycopg://postgres@/{database}?host={start_postgresql()}"


def administer(statement: str) -> None:
    """Runs one statement on the server outside any transaction: names here are made by us alone."""
    import psycopg

    with psycopg.connect(
        host=str(start_postgresql()), user="postgres", dbname="postgres", autocommit=True
    ) as link:
        link.execute(statement)


@contextmanager
def fresh_database(engine: str, folder: Path, *, fill: Callable[[str], None] | None = None) -> Iterator[str]:
    """The url of a database of one's own, gone afterwards.

    `fill` prepares a database of that url (the product's tables, say); by its name it runs once a
    test run, and everybody gets a copy of what it made."""
    if engine == "sqlite":
        yield _fresh_sqlite(folder, fill)
        return
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_numbers)}"
    template = _postgresql_template(fill) if fill else "template0"
    administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield postgresql_url(name)
    finally:
        administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _fresh_sqlite(folder: Path, fill: Callable[[str], None] | None) -> str:
    path = folder / f"formloom-{next(_numbers)}.db"
    if fill:
        template = run_folder() / f"{fill.__name__}.db"
        with held(f"sqlite-{fill.__name__}"):
            if not template.exists():
                draft = template.with_suffix(".draft")
                fill(f"sqlite:///{draft}")
                if draft.with_name(f"{draft.name}-wal").exists():
                    raise AssertionError("the template database was not closed by what filled it")
                draft.rename(template)
        shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def _postgresql_template(fill: Callable[[str], None]) -> str:
    name = TEMPLATE + fill.__name__
    made = run_folder() / f"{name}.ready"
    with held(f"postgresql-{fill.__name__}"):
        if not made.exists():
            administer(f"CREATE DATABASE {name} TEMPLATE template0")
            fill(postgresql_url(name))
            made.touch()
    return name

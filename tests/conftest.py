"""What every test may ask for.

`database_url` a fresh database with the product's tables, on SQLite and on PostgreSQL in turn ·
`blank_database_url` the same without tables · `clock` that the test moves · `platform` on both ·
`cast` and its people `admin lin wang zhao stranger` as actors in the workspace `hua` · `cdnow` the folder
of the real purchases. Everything of the product is imported lazily, so that tests of the pure storeys
start fast and stand alone. `--engine sqlite` or `--engine postgresql` limits a run, which then says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests import engines, one_engine

if TYPE_CHECKING:
    from runtime.actors import Actor
    from runtime.platform import Platform
    from tests.cast import Cast

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = ROOT / "build" / "real-data"

# Two busy cores make a deadline per example a coin toss; the timeout of the test still holds.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


# --- the run ------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=engines.ENGINES, help="run on this database engine only")


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        engines.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Files of the run go with it; a PostgreSQL that was started is ended by its guard, which sees us end."""
    if "PYTEST_XDIST_WORKER" not in os.environ and not (engines.run_folder() / "postgresql.ready").exists():
        shutil.rmtree(engines.run_folder(), ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _hold_one_engine_list(items)
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if _runs_here(item, config.getoption("--engine")) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _hold_one_engine_list(items: list[pytest.Item]) -> None:
    marked = [
        (item.nodeid.partition("[")[0], marker.args[0])
        for item in items
        if (marker := item.get_closest_marker("one_engine"))
    ]
    found = one_engine.complaints(marked, one_engine.read_list())
    if found:
        raise pytest.UsageError("\n".join(found))


def _runs_here(item: pytest.Item, limit: str | None) -> bool:
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("engine") if callspec else None
    marker = item.get_closest_marker("one_engine")
    return engine is None or (limit in (None, engine) and (marker is None or marker.args[0] == engine))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """A run says what it did not run."""
    skipped = len(terminalreporter.stats.get("skipped", ()))
    said = [f"{skipped} skipped (reasons above)"] if skipped else []
    alone = len(one_engine.read_list())
    said.append(f"{alone} entries of tests/one_engine.toml on the other engine (each has its reason there)")
    if config.getoption("--engine"):
        said.append(f"everything on engines other than {config.getoption('--engine')}")
    if config.getoption("markexpr"):
        said.append(f"tests outside the selection -m {config.getoption('markexpr')!r}")
    terminalreporter.section("not run", sep="-")
    terminalreporter.line("\n".join(said))


# --- databases ----------------------------------------------------------------------------------


@pytest.fixture(params=engines.ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """ "sqlite" and "postgresql" in turn."""
    name: str = request.param
    return name


@pytest.fixture
def blank_database_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    with engines.fresh_database(engine, tmp_path) as url:
        yield url


@pytest.fixture
def database_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """A database with the product's tables, as a first start makes them."""
    with engines.fresh_database(engine, tmp_path, fill=make_tables) as url:
        yield url


def make_tables(url: str) -> None:
    """Brings an empty database to the newest schema, by the product's own migrations."""
    from runtime.store.database import Database
    from runtime.store.migrations import upgrade

    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.close()


def make_crm(url: str) -> None:
    """The tables, the cast, and the CRM without demo data in Admin's workspace: slow, so once a run."""
    from runtime import bundles
    from runtime.jobs import Worker
    from runtime.platform import Platform
    from runtime.ports import FolderFiles
    from runtime.store.database import Database
    from tests.cast import gather

    make_tables(url)
    database = Database(url)
    try:
        platform = Platform(database, SettableClock(), FolderFiles(engines.run_folder() / "files"))
        admin = gather(platform).admin
        with platform.writing(admin) as work:
            assert not bundles.clone(work, bundles.open_bundle("crm"), with_demo=False).problems
        Worker(platform).run_until_idle()
    finally:
        database.close()


# --- time, platform, people ---------------------------------------------------------------------


class SettableClock:
    """A clock that stands still until the test moves it. Monday, 6 July 2026, ten in Shanghai."""

    def __init__(self) -> None:
        self.at = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def advance(self, **units: float) -> None:
        """`clock.advance(days=1)`."""
        self.at += timedelta(**units)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def fast_passwords() -> Iterator[None]:
    """Argon2 at its least: the tests sign in hundreds of times and guard no secret."""
    from argon2 import PasswordHasher

    from runtime import passwords

    patch = pytest.MonkeyPatch()
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "HASHER", hasher)
    patch.setattr(passwords, "NOBODY_HASH", hasher.hash("nobody-has-this-password"))
    yield
    patch.undo()


@pytest.fixture
def platform(
    database_url: str, clock: SettableClock, tmp_path: Path, fast_passwords: None
) -> Iterator[Platform]:
    """The running system on a database of its own."""
    from runtime.platform import Platform
    from runtime.ports import FolderFiles
    from runtime.store.database import Database

    database = Database(database_url)
    yield Platform(database, clock, FolderFiles(tmp_path / "files"))
    database.close()


@pytest.fixture
def cast(platform: Platform) -> Cast:
    """The workspace `hua` with its people, and Stranger elsewhere."""
    from tests.cast import gather

    return gather(platform)


@pytest.fixture
def admin(cast: Cast) -> Actor:
    """Designs; owner of the workspace."""
    return cast.admin


@pytest.fixture
def lin(cast: Cast) -> Actor:
    """Sells."""
    return cast.lin


@pytest.fixture
def wang(cast: Cast) -> Actor:
    """Sells too."""
    return cast.wang


@pytest.fixture
def zhao(cast: Cast) -> Actor:
    """Approves."""
    return cast.zhao


@pytest.fixture
def stranger(cast: Cast) -> Actor:
    """Belongs nowhere here: an actor of another workspace."""
    return cast.stranger


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """The folder of the real CDNOW files; CI fetches them before it starts pytest and fails without."""
    if not (REAL_DATA / "CDNOW_sample.txt").is_file():
        if os.environ.get("CI"):
            pytest.fail("the real data is missing: python tools/real_data.py")
        pytest.skip("the real data is not here: python tools/real_data.py")
    return REAL_DATA

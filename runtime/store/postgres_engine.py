"""PostgreSQL: its connections and transactions.

In: a URL. Out: the writers' engine (READ COMMITTED) and the readers' (one snapshot, read only, as on
SQLite), on one pool. Called by `database.py`.
"""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine

from runtime.store.statements import guard

KEPT = 8
MOST = 32
SESSION_SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "10s",  # a unit of work that waits longer is done again, or tells its person
    "idle_in_transaction_session_timeout": "120s",
}


def open_writers(url: URL) -> Engine:
    """Connections whose session settings do not depend on the server's."""
    engine = create_engine(
        url.update_query_dict({"application_name": "formloom", **_options(url)}),
        pool_size=KEPT,
        max_overflow=MOST - KEPT,
        pool_use_lifo=True,
        isolation_level="READ COMMITTED",
    )
    guard(engine)
    return engine


def open_readers(writers: Engine) -> Engine:
    """The same pool; BEGIN says REPEATABLE READ, READ ONLY without another round trip."""
    return writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _options(url: URL) -> dict[str, str]:
    given = url.query.get("options")
    settings = " ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items())
    return {"options": f"{settings} {given}" if isinstance(given, str) else settings}

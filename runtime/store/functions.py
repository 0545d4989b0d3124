"""Every `fl_…` function that a SQLite connection has to know.

In: a connection. Out: `register_functions`. Called by `sqlite_engine` for each new connection.
"""

from __future__ import annotations

import sqlite3

from runtime.store.exact import AGGREGATES, FUNCTIONS
from runtime.store.exact_calls import CALLS
from runtime.store.translation import deep


def register_functions(connection: sqlite3.Connection) -> None:
    """Make every `fl_…` function known to this connection."""
    for name, count, function in (*FUNCTIONS, *CALLS):
        connection.create_function(name, count, function, deterministic=True)
    for name, count, aggregate in AGGREGATES:
        connection.create_aggregate(name, count, aggregate)
    connection.create_function("fl_python", -1, deep.python_value, deterministic=True)
    connection.create_function("fl_python_fails", -1, deep.python_fails, deterministic=True)

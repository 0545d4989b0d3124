"""The statement hook: nothing reads or writes a record table without saying on whose behalf.

In: every statement of an engine, as the driver gets it. Out: `UnscopedStatementError` for one that
names `r_<n>` or `m_<n>` without the execution option `scope`; and lists of statements for tests that
hold a query budget. Installed by `database.py` on every engine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from runtime.store.errors import UnscopedStatementError
from runtime.store.scopes import Scope, SystemScope

# Record tables as a statement names them; ix_r_7_… and f_… do not match: `_` belongs to the word.
_RECORD_TABLE = re.compile(r"\b[rm]_[0-9]+\b")
_observers = threading.local()


def guard(engine: Engine) -> None:
    """Installs the hook on an engine."""
    event.listen(engine, "before_cursor_execute", _check)


def _check(
    _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool
) -> None:
    lists = getattr(_observers, "lists", None)
    if lists:
        for one in lists:
            one.append(statement)
    if _RECORD_TABLE.search(statement) is None or context is None or context.isddl:
        return
    if statement.startswith("PRAGMA "):  # asks about the table, not about its rows
        return
    if not isinstance(context.execution_options.get("scope"), Scope | SystemScope):
        raise UnscopedStatementError(statement[:300])


@contextmanager
def recorded_statements() -> Iterator[list[str]]:
    """The SQL text of every statement that this thread runs meanwhile. For query budgets in tests."""
    lists = _observers.__dict__.setdefault("lists", [])
    seen: list[str] = []
    lists.append(seen)
    try:
        yield seen
    finally:
        lists[:] = [one for one in lists if one is not seen]

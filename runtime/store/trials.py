"""Trials: part of a transaction that may be undone, schema operations included.

In: a writing connection. Out: a context whose `undo()` leaves no trace of what it did. Called by
`runtime.publishing` (a publish that turns out to be refused) and for dry runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass
class Trial:
    """Undone at the end when somebody asked for it, or when the body raised."""

    is_undone: bool = False

    def undo(self) -> None:
        self.is_undone = True


@contextmanager
def trial(connection: Connection) -> Iterator[Trial]:
    one = Trial()
    savepoint = connection.begin_nested()
    try:
        yield one
    except BaseException:
        savepoint.rollback()
        raise
    if one.is_undone:
        savepoint.rollback()
    else:
        savepoint.commit()

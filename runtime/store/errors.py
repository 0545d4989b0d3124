"""The broken promises of the store: what the database refused, in words that runtime can catch.

In: nothing. Out: the `…Error` classes below. `database.py` turns driver errors into `RetryError`s;
columns raise the value errors. A person's mistake is never one of these: it is a Problem.
"""

from __future__ import annotations


class StoreError(Exception):
    """Everything that the store raises on purpose."""


class RetryError(StoreError):
    """The database asks for the unit of work again: serialisation failure, deadlock, lock or gate timeout."""


class UniqueConflictError(RetryError):
    """A unique index refused a row that the check before writing did not see: done again, it will."""

    def __init__(self, index: str) -> None:
        super().__init__(f"unique index {index} refused a row")
        self.index = index


class UnscopedStatementError(StoreError):
    """A statement on record tables came without a scope: nobody said on whose behalf."""


class UnknownReasonError(StoreError):
    """A system scope named a reason that is not on the list of `scopes.py`."""


class SecondProcessError(StoreError):
    """Another process has this SQLite file open, and this SQLite is too old to share it safely."""


class NestedWritingError(StoreError):
    """A thread that already writes asked to write again: it would wait for itself."""


class OutOfRangeError(StoreError, ValueError):
    """A number does not fit its column: more than 18 digits, or more decimals than its scale."""


class UnstorableTextError(StoreError, ValueError):
    """A text holds NUL or a lone surrogate, which no database keeps."""


class SchemaMismatchError(StoreError):
    """The database is older or newer than this program."""


class BackupError(StoreError):
    """A backup could not be taken or put back; the message says why, for the terminal."""

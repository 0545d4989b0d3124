"""The system tables: everything but the records, which have tables of their own (`physical.py`).

In: nothing. Out: `metadata` and one `Table` each. Used by the `*_rows` modules and the migrations; a
test holds that the newest migration gives exactly these tables on both engines. Every table belongs to
a workspace (`workspace_id NOT NULL`, composite foreign keys), except what exists before a workspace
is known: account, session, rate_limit and workspace itself.
"""

from __future__ import annotations

from runtime.store.tables.changes import change, changeset
from runtime.store.tables.definitions import app, definition, draft, draft_edit
from runtime.store.tables.parts import metadata
from runtime.store.tables.people import (
    account,
    api_key,
    audit_log,
    member,
    preference,
    rate_limit,
    session,
    workspace,
)
from runtime.store.tables.records import counter, physical, stored_column
from runtime.store.tables.work import file_blob, import_failure, import_run, job

__all__ = [
    "account",
    "api_key",
    "app",
    "audit_log",
    "change",
    "changeset",
    "counter",
    "definition",
    "draft",
    "draft_edit",
    "file_blob",
    "import_failure",
    "import_run",
    "job",
    "member",
    "metadata",
    "physical",
    "preference",
    "rate_limit",
    "session",
    "stored_column",
    "workspace",
]

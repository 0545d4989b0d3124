"""What happens later, and what came in: jobs, imports, files.

In: nothing. Out: the tables. Handed on by `runtime.store.schema`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from runtime.store.tables.parts import (
    count,
    document,
    id_column,
    instant,
    metadata,
    of_workspace,
    owned_by,
    plain_text,
    word,
)

job = Table(
    "job",
    metadata,
    id_column(),
    id_column("workspace_id"),
    word("name"),
    word("key"),
    document("payload"),
    word("state"),
    count("attempts"),
    instant("run_at"),
    word("lease_owner", is_optional=True),
    instant("lease_until", is_optional=True),
    count("fence"),
    plain_text("last_error"),
    document("result", is_optional=True),
    instant("created_at"),
    PrimaryKeyConstraint("id"),
    of_workspace(),
    UniqueConstraint("workspace_id", "key"),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'parked', 'cancelled')", name="state"),
    Index(
        "ix_job_due",
        "run_at",
        sqlite_where=text("state IN ('waiting', 'running')"),
        postgresql_where=text("state IN ('waiting', 'running')"),
    ),
    Index(None, "workspace_id", "state", "id"),
)

import_run = Table(
    "import_run",
    metadata,
    id_column(),
    id_column("workspace_id"),
    word("app"),
    word("form"),
    Column("number", Integer, nullable=False),
    id_column("member_id", is_optional=True),
    word("state"),
    word("file_name"),
    word("file_hash"),
    count("file_size"),
    document("options"),
    document("sheet", is_optional=True),  # what was found in the file: sheets, columns, samples
    count("position"),  # rows read so far
    Column("total", BigInteger, nullable=True),
    count("created"),
    count("updated"),
    count("skipped"),
    count("failed"),
    id_column("changeset_id", is_optional=True),
    id_column("job_id", is_optional=True),
    plain_text("error"),
    instant("created_at"),
    instant("finished_at", is_optional=True),
    PrimaryKeyConstraint("id"),
    owned_by("app", "app"),
    owned_by("physical", "number"),
    owned_by("member", "member_id"),
    owned_by("changeset", "changeset_id"),
    UniqueConstraint("workspace_id", "id"),
    Index("ix_import_run_form", "workspace_id", "number", "id"),
)

import_failure = Table(
    "import_failure",
    metadata,
    id_column("workspace_id"),
    id_column("run_id"),
    Column("row", BigInteger, nullable=False, autoincrement=False),  # as the spreadsheet counts
    document("cells"),
    document("problems"),
    PrimaryKeyConstraint("workspace_id", "run_id", "row"),
    owned_by("import_run", "run_id"),
)

file_blob = Table(
    "file_blob",
    metadata,
    id_column("workspace_id"),
    word("hash"),
    word("media_type"),
    count("size"),
    instant("created_at"),
    instant("expires_at", is_optional=True),  # of one that nothing uses yet
    PrimaryKeyConstraint("workspace_id", "hash"),
    of_workspace(),
)

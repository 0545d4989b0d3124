"""What tables are made of: the metadata with its naming, and one function per kind of column.

In: nothing. Out: `metadata`, columns and constraints. Used by the modules of this package only.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, MetaData, text

from runtime.store.columns.moments import Instant
from runtime.store.columns.references import RecordId
from runtime.store.columns.texts import Json, PlainText, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str = "id", *, is_optional: bool = False) -> Column[int]:
    return Column(name, RecordId, nullable=is_optional, autoincrement=False)


def word(name: str, *, is_optional: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, Word, nullable=is_optional, server_default=default)


def plain_text(name: str) -> Column[str]:
    return Column(name, PlainText, nullable=True)


def instant(name: str, *, is_optional: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=is_optional)


def document(name: str, *, is_optional: bool = False) -> Column[Any]:
    return Column(name, Json, nullable=is_optional)


def count(name: str, start: int = 0) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=str(start))


def flag(name: str, *, start: bool) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("true" if start else "false"))


def owned_by(table: str, *columns: str) -> ForeignKeyConstraint:
    """A reference that cannot leave the workspace."""
    own = ["workspace_id", *columns]
    return ForeignKeyConstraint(
        own, [f"{table}.workspace_id", *(f"{table}.{one}" for one in _TARGETS[table])]
    )


_TARGETS = {
    "member": ("id",),
    "app": ("id",),
    "draft": ("id",),
    "physical": ("number",),
    "changeset": ("id",),
    "import_run": ("id",),
}


def of_workspace() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["workspace_id"], ["workspace.id"])

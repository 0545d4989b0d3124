"""The checksum of a whole database: what "nothing changed" means.

In: a platform. Out: one hash over the schema and every row of every table, less the logs that also hear
of what was refused.
"""

from __future__ import annotations

import hashlib
from typing import Any

LOGS = frozenset({"audit_log", "rate_limit"})


def checksum(platform: Any) -> str:
    """Reads past every layer of ours, so that none of them can hide a change."""
    raw = platform.database.engines[1].raw_connection()
    try:
        cursor = raw.cursor()
        digest = hashlib.sha256()
        for name in _tables(cursor, platform.database.dialect):
            if name not in LOGS:
                cursor.execute(f'SELECT * FROM "{name}"')
                columns = [column[0] for column in cursor.description]
                rows = sorted(repr(row) for row in cursor.fetchall())
                digest.update(repr((name, columns, rows)).encode())
        return digest.hexdigest()
    finally:
        raw.rollback()
        raw.close()


def _tables(cursor: Any, dialect: str) -> list[str]:
    if dialect == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sorted(row[0] for row in cursor.fetchall())

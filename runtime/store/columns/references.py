"""Ids as columns: records, members, and the primary keys of everything.

`RecordId` is BIGINT, and INTEGER on SQLite, where only that makes a primary key the row's own id.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer

RecordId = BigInteger().with_variant(Integer(), "sqlite")

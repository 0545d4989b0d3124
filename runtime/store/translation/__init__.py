"""Expressions of the language as SQL, on SQLite and PostgreSQL; see `translate.py`."""

from runtime.store.translation.environment import NotTranslatable, SqlEnv
from runtime.store.translation.operators import has_sql
from runtime.store.translation.results import result_type
from runtime.store.translation.rollups import Measure
from runtime.store.translation.sources import (
    LiveRollUp,
    PlanShelf,
    RowSource,
    Shelf,
    TableSource,
    line_source,
    record_source,
)
from runtime.store.translation.translate import (
    condition,
    error_of,
    measure,
    ordering,
    rollup_select,
    translate,
)

__all__ = [
    "LiveRollUp",
    "Measure",
    "NotTranslatable",
    "PlanShelf",
    "RowSource",
    "Shelf",
    "SqlEnv",
    "TableSource",
    "condition",
    "error_of",
    "has_sql",
    "line_source",
    "measure",
    "ordering",
    "record_source",
    "result_type",
    "rollup_select",
    "translate",
]

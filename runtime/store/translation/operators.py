"""The table of everything that has SQL, by canonical name; a name in two families stops the import.

In: the families. Out: `TABLES`. `has_sql` tells the designer, when a formula is saved, whether it can be
used in filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from runtime.store.translation import (
    comparisons,
    dates,
    deep,
    formatting,
    lists,
    logic,
    numbers,
    rollups,
    shown,
    texts,
)
from runtime.store.translation.context import Tables

AGGREGATES = frozenset({"SUM", "AVERAGE", "MIN", "MAX", "COUNT", "COUNTA", "COUNTDISTINCT"})
OF_THE_MOMENT = frozenset({"TODAY", "NOW", "CURRENTUSER"})  # the same for every row: always bound


def _joined(families: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for family in families:
        for name, operator in family.items():
            if name in found:
                raise ValueError(f"{name} is translated twice")
            found[name] = operator
    return MappingProxyType(found)


_FAMILIES = (numbers, logic, comparisons, texts, shown, formatting, dates, lists)
OPERATORS = _joined(family.OPERATORS for family in _FAMILIES)
CONDITIONS = _joined((logic.CONDITIONS, comparisons.CONDITIONS))
TABLES = Tables(OPERATORS, CONDITIONS, lists.aggregate, rollups.live, deep.is_too_deep, deep.by_python)


def has_sql(function: str) -> bool:
    """Whether a function, by its canonical name, can be said in SQL."""
    return function in OPERATORS or function in AGGREGATES or function in OF_THE_MOMENT

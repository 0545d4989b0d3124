"""The registry of operators and functions: one table for parser, checker, back ends, help and docs.

In: the families beside this file. Out: `REGISTRY` (canonical name → `Function`), `find_function`.
A duplicate name stops the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from expressions.functions import aggregates, dates, logic, numbers, operators, people, scoring, texts
from expressions.functions.entry import Example, Function, Parameter

__all__ = ["NAMES", "REGISTRY", "Example", "Function", "Parameter", "find_function"]

_FAMILIES = (operators, logic, aggregates, numbers, texts, dates, scoring, people)


def _registry(entries: Iterable[Function]) -> Mapping[str, Function]:
    found: dict[str, Function] = {}
    for entry in entries:
        if entry.name in found:
            raise ValueError(f"two functions are named {entry.name}")
        found[entry.name] = entry
    return MappingProxyType(found)


def _names(registry: Mapping[str, Function]) -> Mapping[str, Function]:
    """Every name that may be written, in upper case: canonical, Chinese, aliases."""
    found: dict[str, Function] = {"NOT": registry["not"], "非": registry["not"]}
    for entry in registry.values():
        if entry.family in ("operator", "internal"):
            continue
        for name in (entry.name, entry.zh, *entry.aliases):
            if name.upper() in found:
                raise ValueError(f"two functions may be written {name}")
            found[name.upper()] = entry
    return MappingProxyType(found)


REGISTRY = _registry(entry for family in _FAMILIES for entry in family.ENTRIES)
NAMES = _names(REGISTRY)


def find_function(written: str) -> Function | None:
    """The function that people write so, in either alphabet and any case."""
    return NAMES.get(written.upper())

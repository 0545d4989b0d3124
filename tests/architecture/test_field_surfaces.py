"""A field type is complete: every surface is found by its key, and it has at most eight methods of its own
to learn (issue "The spine", deliverable 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.fields.base import FieldType
from builder.fields.registry import FIELD_TYPES

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "fields"
KEYS = {one.key for one in FIELD_TYPES}


def _columns() -> set[str]:
    from runtime.store.columns.registry import COLUMNS

    return set(COLUMNS)


def _cells() -> set[str]:
    from app.cells.registry import CELLS

    return set(CELLS)


def _sheet_cells() -> set[str]:
    from runtime.sheets.cells import CELLS

    return set(CELLS)


@pytest.mark.parametrize("surface", [_columns, _cells, _sheet_cells], ids=["column", "cell", "sheet cell"])
def test_registry_knows_every_field_type_and_no_other(surface) -> None:  # type: ignore[no-untyped-def]
    assert surface() == KEYS


@pytest.mark.parametrize("surface", ["input", "read"])
@pytest.mark.parametrize("key", sorted(KEYS))
def test_field_type_has_a_template_for_each_surface(key: str, surface: str) -> None:
    assert (TEMPLATES / key / f"{surface}.html").is_file()


def test_no_templates_of_a_type_that_does_not_exist() -> None:
    assert {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()} == KEYS


def test_field_type_has_at_most_eight_methods() -> None:
    public = [
        name for name in vars(FieldType) if not name.startswith("_") and callable(vars(FieldType)[name])
    ]
    assert len(public) <= 8, public


@pytest.mark.parametrize("one", FIELD_TYPES, ids=lambda one: one.key)
def test_field_type_adds_no_public_method(one: type[FieldType]) -> None:
    known = set(dir(FieldType))
    assert {
        name for name, value in vars(one).items() if not name.startswith("_") and callable(value)
    } <= known

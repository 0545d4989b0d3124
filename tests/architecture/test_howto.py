"""The lists of files in docs/contributing/ are true: each file of a list exists, for every field type,
every family of functions and every screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "contributing").glob("add-a-*.md"))
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def _names(placeholder: str) -> list[str]:
    if placeholder == "key":
        from builder.fields.registry import FIELD_TYPES

        return [one.key for one in FIELD_TYPES]
    if placeholder == "family":
        from expressions.functions import _FAMILIES

        return [family.__name__.rpartition(".")[2] for family in _FAMILIES]
    from app.factory import SCREENS

    return [screen.import_name.removeprefix("app.screens.").replace(".", "/") for screen in SCREENS]


def _files(page: Path) -> list[str]:
    listed = ROW.findall(page.read_text(encoding="utf-8"))
    assert listed, f"{page.name} has no table of files"
    found = []
    for pattern in listed:
        placeholder = re.search(r"<(key|family|subject)>", pattern)
        names = _names(placeholder[1]) if placeholder else [""]
        found += [re.sub(r"<\w+>", name, pattern) for name in names]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_listed_file_exists(page: Path) -> None:
    assert [file for file in _files(page) if not (ROOT / file).exists()] == []


def test_the_three_pages_are_there() -> None:
    assert {page.stem for page in PAGES} >= {"add-a-field-type", "add-a-function", "add-a-screen"}

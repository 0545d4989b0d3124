"""Writes the reference pages that follow from registries; with `--check` says which are out of date.

In: the registries. Out: docs/reference/*.md. Run by hand when a registry changes
(`python -m tools.generate_docs`); a test holds the pages to what it would write.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from builder.fields.reference import fields_reference
from tools.reference.calls import calls_reference
from tools.reference.commands import commands_reference
from tools.reference.functions import functions_reference
from tools.reference.problems import problems_reference

ROOT = Path(__file__).resolve().parent.parent
PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/fields.md": fields_reference,
    "docs/reference/functions.md": functions_reference,
    "docs/reference/api.md": calls_reference,
    "docs/reference/cli.md": commands_reference,
    "docs/reference/problems.md": problems_reference,
}


def out_of_date() -> list[str]:
    return [name for name, page in PAGES.items() if _read(ROOT / name) != page()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main(arguments: list[str]) -> int:
    stale = out_of_date()
    for name in stale:
        if "--check" in arguments:
            print(f"{name} is out of date: python -m tools.generate_docs")
            continue
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

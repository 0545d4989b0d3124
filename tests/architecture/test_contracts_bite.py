"""Decision "Who imports what": each import contract is kept by a lawful house, broken by one stray import."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAWFUL = {
    "expressions/parser.py": "import lark",
    "expressions/compiler.py": "import ast\nfrom expressions import parser",
    "builder/fields/types/text.py": "from expressions import compiler",
    "builder/fields/types/date.py": "",
    "runtime/store/rows.py": "import sqlalchemy\nimport alembic\nimport psycopg\nimport sqlite3",
    "runtime/sheets/reading.py": "import openpyxl\nimport python_calamine",
    "runtime/records.py": "from runtime.store import rows\nfrom builder.fields.types import text",
    "app/wiring.py": "import flask\nfrom runtime.store import rows\nfrom runtime import records",
    "app/screens/home.py": "import jinja2\nfrom app import wiring",
    "app/screens/members.py": "",
}
STRAYS = {
    "The storeys": ("builder/stray.py", "import runtime.records"),
    "expressions and builder are pure": ("expressions/stray.py", "import openpyxl"),
    "SQL libraries only in runtime.store": ("runtime/stray.py", "from sqlalchemy import select"),
    "The store is private to runtime": ("app/screens/home.py", "from runtime.store import rows"),
    "Only app knows the web and the queue": ("runtime/stray.py", "import flask"),
    "Spreadsheet libraries only in runtime.sheets": ("runtime/stray.py", "import python_calamine"),
    "lark only in expressions.parser": ("expressions/stray.py", "import lark"),
    "ast only in expressions.compiler": ("builder/stray.py", "import ast"),
    "Field types do not know one another": (
        "builder/fields/types/text.py",
        "from builder.fields.types import date",
    ),
    "Screens do not know one another": ("app/screens/home.py", "from app.screens import members"),
}


def _build(house: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = house / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
        for folder in file.relative_to(house).parents:
            if folder != Path():
                (house / folder / "__init__.py").touch()


def _verdicts(house: Path, config: Path) -> dict[str, str]:
    """Contract → KEPT or BROKEN, as import-linter says for the packages in `house`."""
    program = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache", "--config", str(config)],
        cwd=house, env={**os.environ, "COLUMNS": "300"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", answer.stdout, re.MULTILINE))
    assert found, answer.stdout + answer.stderr
    return found


@pytest.fixture
def house(tmp_path: Path) -> Path:
    _build(tmp_path, LAWFUL)
    return tmp_path


def test_lawful_house_keeps_every_contract(house: Path) -> None:
    assert set(_verdicts(house, ROOT / "pyproject.toml").values()) == {"KEPT"}
    assert set(_verdicts(house, ROOT / "tools" / "cycles.toml").values()) == {"KEPT"}


def test_every_contract_has_its_stray(house: Path) -> None:
    """One house with all the strays: each contract must notice its own."""
    texts: dict[str, str] = {}
    for path, text in STRAYS.values():
        texts[path] = f"{texts.get(path, LAWFUL.get(path, ''))}\n{text}"
    _build(house, texts)
    verdicts = _verdicts(house, ROOT / "pyproject.toml")
    assert len(verdicts) == len(STRAYS)
    for stray in STRAYS:
        (name,) = (name for name in verdicts if name.startswith(stray))
        assert verdicts[name] == "BROKEN", name


def test_upward_import_for_types_alone_is_broken_too(house: Path) -> None:
    stray = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import runtime.records"
    _build(house, {"builder/stray.py": stray})
    verdicts = _verdicts(house, ROOT / "pyproject.toml")
    assert [verdict for name, verdict in verdicts.items() if name.startswith("The storeys")] == ["BROKEN"]


def test_cycle_of_siblings_is_broken(house: Path) -> None:
    _build(house, {"runtime/one.py": "import runtime.two", "runtime/two.py": "import runtime.one"})
    assert set(_verdicts(house, ROOT / "tools" / "cycles.toml").values()) == {"BROKEN"}

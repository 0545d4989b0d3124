"""Every setting that the environment may say is in docs/configuration.md, and the page names no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def _read_by_the_code() -> set[str]:
    """The names that app/config.py looks up in its mapping of the environment."""
    tree = ast.parse((ROOT / "app" / "config.py").read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            is_lookup = called == "given.get" or (node.args and ast.unparse(node.args[0]) == "given")
            texts = [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            found |= {text for text in texts if is_lookup and NAME.fullmatch(text)}
    return found


def _documented() -> set[str]:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\|(.*?)\|", text, re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cell)}


def test_every_setting_is_documented_and_no_other() -> None:
    assert len(_read_by_the_code()) >= 12
    assert _documented() == _read_by_the_code()


def test_settings_are_read_in_one_place() -> None:
    """Nothing but app/config.py asks the environment for a setting of ours."""
    names = _read_by_the_code()
    strays = [
        f"{file.relative_to(ROOT)}:{number}"
        for package in ("app", "runtime", "builder", "expressions")
        for file in sorted((ROOT / package).rglob("*.py"))
        if file != ROOT / "app" / "config.py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\benviron\b|\bgetenv\b", line) and any(name in line for name in names)
    ]
    assert strays == []

"""Every problem code that builder and runtime can give has words in all languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.language import words_of
from app.problem_texts import PROBLEM_TEXTS

ROOT = Path(__file__).resolve().parents[3]
MAKERS = {"Problem", "ForbiddenError"}
CODE = re.compile(r"[a-z_]+\.[a-z_0-9]+\Z")
# Codes that are put together: the test cannot read them, so they are listed with what they can be.
COMPOSED = {
    "access.may_not_{to}": [
        f"access.may_not_{to}" for to in ("view", "add", "edit", "delete", "design", "import", "export")
    ],
    "{noun}.several": ["link.several", "member.several"],
    "{noun}.not_found": ["link.not_found", "member.not_found"],
}


def codes() -> Iterator[tuple[str, str]]:
    """(code, where) of every problem made in builder and runtime."""
    for package in ("builder", "runtime"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and node.args and _name(node.func) in MAKERS:
                    yield from ((code, f"{path.name}:{node.lineno}") for code in _codes(node.args[0]))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _codes(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}"  # type: ignore[attr-defined]
            for part in argument.values
        )
        return
    for node in ast.walk(argument):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value):
            yield node.value


def test_every_code_has_words() -> None:
    missing = {}
    for code, where in codes():
        if code.startswith("expression.{"):  # words of their own: expressions/wording.py
            continue
        wanted = COMPOSED.get(code, [code])
        if "{" in code and code not in COMPOSED:
            missing[code] = where
        missing.update({one: where for one in wanted if one not in PROBLEM_TEXTS})
    assert missing == {}


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "zh_Hant_TW"])
def test_translations_keep_the_parameters(locale: str) -> None:
    words = words_of(locale)
    pattern = re.compile(r"%\((\w+)\)s")
    for code, text in PROBLEM_TEXTS.items():
        source = str(text)
        assert set(pattern.findall(words.gettext(source))) == set(pattern.findall(source)), code
        assert words.gettext(source) != source or source == "%(message)s", code

"""The files that the laws hold for, and what a rule says about one.

In: the checkout. Out: `File`, `Finding`, `repository_files`. Called by every rule.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
EXCUSE = re.compile(r"lint: (?P<rule>[a-z-]+): (?P<reason>\S.{8,})")
TEXT = frozenset(
    {".py", ".md", ".html", ".js", ".mjs", ".css", ".json", ".toml", ".txt", ".in", ".lark", ".po", ".sh", ""}
)
PRODUCT = ("app", "builder", "expressions", "runtime")


@dataclass(frozen=True)
class Finding:
    """One broken law; `line` is 0 when it is about the whole file."""

    path: str
    line: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence} [{self.rule}]"


@dataclass(frozen=True)
class File:
    """A file by its path in the repository, with its text."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix

    @property
    def top(self) -> str:
        return self.path.partition("/")[0]

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def finding(self, rule: str, line: int, sentence: str) -> Iterator[Finding]:
        """The finding, unless its line, or the one above, is excused with a reason."""
        for number in (line, line - 1):
            if 0 < number <= len(self.lines):
                excuse = EXCUSE.search(self.lines[number - 1])
                if excuse and excuse["rule"] == rule:
                    return
        yield Finding(self.path, line, rule, sentence)


Rule = Callable[[File], Iterator[Finding]]


def repository_paths(root: Path = ROOT) -> list[str]:
    """All that is or would be committed."""
    answer = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(path for path in answer.stdout.split("\0") if path and (root / path).is_file())


def repository_files(root: Path = ROOT) -> Iterator[File]:
    for path in repository_paths(root):
        if PurePosixPath(path).suffix in TEXT:
            yield File(path, (root / path).read_text(encoding="utf-8", errors="replace"))

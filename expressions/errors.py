"""What is wrong with an expression: problems with spans, words in three languages and fix-its.

In: codes, spans and parameters from the lexer, parser and checker. Out: `ExpressionProblem`, `Fix`,
`ExpressionError`, `Words`. The sentences are in `wording.py`; a code without one fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expressions.nodes import Span
from expressions.wording import FIXES, LANGUAGES, PROBLEMS, WORDS

MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Words:
    """A parameter that reads differently in each language: the name of a field, a kind, a unit."""

    by_language: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, code: str) -> Words:
        """A word of `wording.WORDS`: "number", "text" …"""
        return cls(tuple(zip(LANGUAGES, WORDS[code], strict=True)))

    def text(self, language: str) -> str:
        found = dict(self.by_language)
        for tag in _nearest(language):
            if found.get(tag):
                return found[tag]
        return next(iter(found.values()), "")

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that can be made by one click: put `replacement` in place of `span`."""

    label_code: str
    params: Mapping[str, object]
    span: Span
    replacement: str

    def text(self, language: str) -> str:
        return _sentence(FIXES, self.label_code, language, self.params)

    def apply(self, source: str) -> str:
        return source[: self.span[0]] + self.replacement + source[self.span[1] :]


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """A mistake (or, among warnings, a remark) at `span` of the text as it was written."""

    code: str
    span: Span
    params: Mapping[str, object] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()

    def text(self, language: str) -> str:
        return _sentence(PROBLEMS, self.code, language, self.params)


class ExpressionError(Exception):
    """Raised by `parse`: the text is not an expression."""

    def __init__(self, problems: tuple[ExpressionProblem, ...]) -> None:
        super().__init__("; ".join(one.text("en") for one in problems))
        self.problems = problems


def _nearest(language: str) -> tuple[str, ...]:
    near = {"zh-CN": ("zh-CN", "zh-TW", "en"), "zh-TW": ("zh-TW", "zh-CN", "en")}
    return near.get(language, ("en", "zh-CN", "zh-TW"))


def _sentence(
    table: Mapping[str, tuple[str, str, str]], code: str, language: str, params: Mapping[str, object]
) -> str:
    position = LANGUAGES.index(language) if language in LANGUAGES else LANGUAGES.index("en")
    shown = {key: one.text(language) if isinstance(one, Words) else str(one) for key, one in params.items()}
    return table[code][position].format_map(shown)

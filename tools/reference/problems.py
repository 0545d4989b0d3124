"""The reference page of problem codes: docs/reference/problems.md.

In: `PROBLEM_TEXTS` and the wording of the language. Out: `problems_reference` → Markdown. Called by
tools/generate_docs.py. English only: the other languages are in app/locale/ and expressions/wording.py.
"""

from __future__ import annotations

from app.problem_texts import PROBLEM_TEXTS
from expressions.wording import PROBLEMS

HEAD = """# Problem codes

<!-- Made by tools/generate_docs.py from app/problem_texts and expressions/wording.py: do not edit. -->

A mistake of a person or a program is answered by a code that stays and a sentence in the reader's language
(zh-CN, zh-TW, en). In the API: `{"code", "detail", "errors": [{"field", "code", "message"}]}` as
`application/problem+json`. What stands between `%(` and `)s` or in braces is filled in. `code+name` is the
wording used when the parameter `name` has something to say; the code sent is the part before `+`.
Expression problems are sent as `expression.<code>`, with the place in the text.
"""
LANGUAGE = """
## Expressions

| code | sentence |
|---|---|
"""


def problems_reference() -> str:
    """The whole page."""
    return HEAD + "".join(_group(subject) for subject in _subjects()) + LANGUAGE + _expressions()


def _subjects() -> list[str]:
    return sorted({code.partition(".")[0] for code in PROBLEM_TEXTS})


def _group(subject: str) -> str:
    codes = sorted(code for code in PROBLEM_TEXTS if code.partition(".")[0] == subject)
    rows = [f"| `{code}` | {_cell(_source(code))} |" for code in codes]
    return "\n".join([f"\n## {subject}", "", "| code | sentence |", "|---|---|", *rows]) + "\n"


def _source(code: str) -> str:
    """The English source text, whatever language is being spoken."""
    arguments: tuple[str, ...] = vars(PROBLEM_TEXTS[code])["_args"]
    return arguments[-1]


def _expressions() -> str:
    rows = [
        f"| `expression.{code}` | {_cell(sentences[2])} |" for code, sentences in sorted(PROBLEMS.items())
    ]
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

"""The reference page of the language's functions: docs/reference/functions.md.

In: `expressions.functions.REGISTRY`. Out: `functions_reference` → Markdown. Called by
tools/generate_docs.py. The examples are run as tests where they are written, beside the functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from expressions.functions import REGISTRY, Function

HEAD = """# Functions

<!-- Made by tools/generate_docs.py from expressions/functions: do not edit. -->

Every function has an English and a Chinese name; both mean the same, in any case, and may be mixed in
one expression. `[x]` may be left out, `x…` may be repeated. Unless its text says otherwise, a function
of a blank is blank. `#DIV/0!`, `#VALUE!`, `#NUM!` and `#LIMIT!` are values that stand for what cannot be
worked out; `IFERROR` replaces them. How expressions are written is in [the guide](../guide/formulas.md).
"""
FAMILIES = {
    "logic": "Conditions",
    "aggregate": "Figures over lines and records",
    "number": "Numbers",
    "text": "Text",
    "date": "Dates and times",
    "scoring": "Scores",
    "people": "People",
}
OPERATORS = """## Operators

| written | means |
|---|---|
| `+` `-` `*` `/` `^` `%` | arithmetic; exact decimals, never floating point. `%` is the rest of a division |
| `&` | joins texts; numbers, dates and options are written out |
| `=` `<>` `<` `<=` `>` `>=` | comparison; two blanks are equal |
| `AND` `OR` `NOT` | conditions; also written `并且` `或者` `非` |
| `x IN [a, b]` | is one of these |
"""


def functions_reference() -> str:
    """The whole page."""
    return HEAD + "\n" + OPERATORS + "".join(_family(key, title) for key, title in FAMILIES.items())


def written_functions() -> Iterator[Function]:
    """The functions that people write: no operators, nothing that only the checker puts in."""
    yield from (one for one in REGISTRY.values() if one.family not in ("operator", "internal"))


def _family(key: str, title: str) -> str:
    entries = [one for one in written_functions() if one.family == key]
    return f"\n## {title}\n" + "".join(f"\n{_section(one)}" for one in entries)


def _section(entry: Function) -> str:
    lines = [
        f"### {entry.name}",
        "",
        f"`{entry.signature('en')}` · `{entry.signature('zh-CN')}`",
        "",
        _sentence(entry.docs_en, "."),
        "",
        _sentence(entry.docs_zh, "。"),
    ]
    if entry.aliases:
        lines += ["", f"Also: {', '.join(f'`{one}`' for one in entry.aliases)}."]
    if entry.examples:
        lines += ["", "| expression | value |", "|---|---|"]
        lines += [f"| {_code(one.source)} | {_code(one.result)} |" for one in entry.examples]
    return "\n".join(lines) + "\n"


def _sentence(text: str, stop: str) -> str:
    return text if text.endswith((".", "。", "…")) else text + stop


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`"

"""Templates: who may include whom, and nothing that the content policy would refuse.

In: a template. Out: findings. The order is macros → fields → fragments → base.html → pages: a lower one
never reaches for a higher one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.lint.files import File, Finding

LEVELS = {"macros": 0, "fields": 1, "fragments": 2, "base.html": 3, "pages": 4}
REACHES = re.compile(r"""{%-?\s*(?:include|import|from|extends)\s+["']([^"']+)["']""")
REFUSED = {
    re.compile(r"\|\s*safe\b"): "|safe: what people wrote must be escaped",
    re.compile(r"{%-?\s*autoescape\s+false"): "autoescape stays on",
    re.compile(r"""<[^>]*\s(?<!:)style\s*=\s*["']"""): "style=: refused by the content policy; use a class",
    re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']"""): "on…=: refused by the content policy; use a listener",
    re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    ): "inline script: refused by the content policy",
    re.compile(r"""(?:href|src|action)\s*=\s*["']\s*javascript:""", re.IGNORECASE): "a javascript: address",
}


def template_level(file: File) -> Iterator[Finding]:
    own = _level(file.path.removeprefix("templates/")) if _is_template(file) else None
    if own is None:
        return
    for number, line in enumerate(file.lines, 1):
        for target in REACHES.findall(line):
            level = _level(target)
            if level is not None and level > own:
                yield from file.finding("template-level", number, f"reaches up to {target}")


def template_policy(file: File) -> Iterator[Finding]:
    if not _is_template(file):
        return
    for number, line in enumerate(file.lines, 1):
        for pattern, sentence in REFUSED.items():
            if pattern.search(line):
                yield from file.finding("template-policy", number, sentence)


def _is_template(file: File) -> bool:
    return file.top == "templates" and file.suffix == ".html"


def _level(path: str) -> int | None:
    return LEVELS.get(path.partition("/")[0])

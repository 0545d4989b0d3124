"""Changelog fragments: changes/<slug>.md, one sentence for the people who use Formloom.

In: a file of changes/. Out: findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.lint.files import File, Finding

LONGEST = 400


def change_fragment(file: File) -> Iterator[Finding]:
    if file.top != "changes" or file.path == "changes/README.md":
        return
    if not re.fullmatch(r"changes/[a-z0-9-]+\.md", file.path):
        yield from file.finding(
            "change-fragment", 1, "changes/<what-changed>.md, in small letters and hyphens"
        )
    text = file.text.strip()
    if not text or "\n\n" in text or text.startswith(("#", "-", "*")) or len(text) > LONGEST:
        yield from file.finding("change-fragment", 1, f"one plain sentence of at most {LONGEST} characters")

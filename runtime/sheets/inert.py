"""Keeps text of our exports from running as a formula when a spreadsheet opens the file.

In: text of a cell. Out: `guarded` for CSV, `without_guard` for reading our own files back, `storable`
for workbooks. Source: docs/security.md; a tab or return in front is dangerous too (CVE-2021-41270).
"""

from __future__ import annotations

import re

_DANGEROUS = "=+\\-@\t\r＝＋－＠"  # full-width signs: some spreadsheets fold them
# At the start of every physical line: a program may split quoted cells at their line breaks.
_TO_GUARD = re.compile(f"(?:^|(?<=\n)|(?<=\r))(?=['{_DANGEROUS}])")
_TO_FREE = re.compile(f"(?:^|(?<=\n)|(?<=\r))'(?=['{_DANGEROUS}])")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CELL_CHARACTERS = 32_767  # what a workbook cell holds


def guarded(text: str) -> str:
    """`text` with an apostrophe before every line that a spreadsheet could take for a formula."""
    return _TO_GUARD.sub("'", text)


def without_guard(text: str) -> str:
    """The inverse of `guarded`."""
    return _TO_FREE.sub("", text) if "'" in text else text


def storable(text: str) -> str:
    """`text` without the characters that a workbook cannot hold, cut to what a cell holds."""
    return _UNSTORABLE.sub("", text)[:CELL_CHARACTERS]

"""Keys from labels: short, lower-case, unique; Chinese by its pinyin.

In: labels and the names already taken. Out: `new_key`, `new_option_key`. Used by the edits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from builder.forms import Field, Labels, Option
from builder.structure import RESERVED_KEYS

MOST = 40
_WORD = re.compile(r"[a-z0-9]+")


def new_key(labels: Labels, fields: Iterable[Field], otherwise: str) -> str:
    """A key for a new field among `fields`; from `otherwise` when the label has no letters."""
    taken = {name for one in fields for name in (one.key, *one.aliases)}
    return unique(slug(labels) or otherwise, taken | RESERVED_KEYS)


def new_option_key(labels: Labels, options: Iterable[Option]) -> str:
    return unique(slug(labels, is_option=True) or "option", {one.key for one in options})


def unique(stem: str, taken: Collection[str]) -> str:
    if stem not in taken:
        return stem
    number = 2
    while True:
        tail = f"_{number}"
        if (found := stem[: MOST - len(tail)].rstrip("_") + tail) not in taken:
            return found
        number += 1


def slug(labels: Labels, *, is_option: bool = False) -> str:
    """ "客户名称" → "ke_hu_ming_cheng"; English is preferred: keys are for programs."""
    for tag in ("en", "zh-CN", "zh-TW", *labels):
        text = unicodedata.normalize("NFKC", labels.get(tag) or "").strip()
        words = _WORD.findall(_latin(text).lower())
        found = "_".join(words)[:MOST].rstrip("_")
        if found and (found[0].isalpha() or is_option):
            return found
        if found:
            return f"f_{found}"[:MOST].rstrip("_")
    return ""


def _latin(text: str) -> str:
    """Accents off, Han signs as pinyin syllables."""
    text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    if text.isascii():
        return text
    from pypinyin import lazy_pinyin  # loads its tables on first use: 0.2 s that most processes never need

    return " ".join(lazy_pinyin(text))

"""Did you mean …? Names near to what was written, in both alphabets.

In: what was written and the names there are. Out: the nearest few, best first. Near is: at most two
typing mistakes, one containing the other, or the pinyin (whole or initials) of a Chinese name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MOST = 3
MOST_MISTAKES = 20
LONGEST = 60  # longer names are not compared: did-you-mean must stay cheap on hostile input


def fold(name: str) -> str:
    """The spelling under which names are the same: width and case do not matter."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


class Suggestions:
    """`nearest` for one text: only its first mistakes get suggestions, so that a text of a thousand
    unknown names is refused as fast as any."""

    def __init__(self) -> None:
        self._left = MOST_MISTAKES

    def nearest(self, written: str, names: Iterable[str]) -> tuple[str, ...]:
        self._left -= 1
        return nearest(written, names) if self._left >= 0 else ()


def nearest(written: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that were probably meant, best first, at most three."""
    sought = fold(written)
    if not sought or len(sought) > LONGEST:
        return ()
    scored = []
    for position, name in enumerate(dict.fromkeys(names)):
        score = _score(sought, fold(name))
        if score is not None:
            scored.append((score, position, name))
    return tuple(name for _, _, name in sorted(scored)[:MOST])


def _score(sought: str, name: str) -> int | None:
    if not name or len(name) > LONGEST:
        return None
    if sought == name:
        return 0
    if sought.isascii() and not name.isascii() and sought in spellings(name):
        return 1
    if _sounds_alike(sought, name):
        return 1
    distance = _distance(sought, name, 2)
    if distance is not None and distance <= _allowed(sought, name):
        return distance * 2
    shorter, longer = sorted((sought, name), key=len)
    return 6 + len(longer) - len(shorter) if len(shorter) >= 2 and shorter in longer else None


def _sounds_alike(sought: str, name: str) -> bool:
    """The wrong characters of the right pinyin: what an input method gives."""
    if sought.isascii() or name.isascii() or len(sought) < 2:
        return False
    return spellings(sought)[0] == spellings(name)[0]


def _allowed(sought: str, name: str) -> int:
    """One mistake in short names, two in longer ones."""
    shortest = min(len(sought), len(name))
    if not sought.isascii():
        return 0 if shortest < 2 else 1 if shortest < 5 else 2
    return 0 if shortest < 2 else 1 if shortest < 4 else 2


@lru_cache(maxsize=4096)
def spellings(name: str) -> tuple[str, str]:
    """A Chinese name's pinyin, whole and as initials."""
    from pypinyin import Style, lazy_pinyin  # its dictionaries take a fifth of a second to load

    return "".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


def _distance(left: str, right: str, most: int) -> int | None:
    """Insertions, deletions, replacements and swaps of neighbours; None when more than `most`."""
    if abs(len(left) - len(right)) > most:
        return None
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if last and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None

"""Shadow keys: by what texts are sorted for people, and by what two values count as the same.

In: strict values. Out: text for the `s_…` and `u_…` columns, or None for blank. A sort key is NFKC,
casefolded, each Chinese character written as its pinyin with tone; phrases are read as phrases, so that
重庆 stands under c. Called by `record_rows` for every written value: fast, and without any word lists
until the first Chinese text comes.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

LONGEST_SORT_KEY = 200  # signs; what follows is decided by the record's id
LONGEST_UNIQUE_KEY = 2_000
_SPACES = re.compile(r"\s+")
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


def sort_key(value: str | None) -> str | None:
    """The text by which people expect `value` to be sorted."""
    if not value:
        return None
    if value.isascii():
        return value[:LONGEST_SORT_KEY].casefold()
    folded = unicodedata.normalize("NFKC", value[:LONGEST_SORT_KEY]).casefold()
    return _pinyin().spell(folded)[:LONGEST_SORT_KEY] or None


def unique_key(value: object) -> str | None:
    """The text under which `value` may stand only once."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        folded = value if value.isascii() else unicodedata.normalize("NFKC", value)
        return _SPACES.sub(" ", folded.casefold()).strip()[:LONGEST_UNIQUE_KEY] or None
    written: str = _WRITERS[type(value)](value)
    return written


def _write_number(value: Decimal) -> str:
    return format(value.normalize() if value else Decimal(0), "f")


_WRITERS: dict[type, Any] = {
    int: str,
    bool: lambda value: "true" if value else "false",
    Decimal: _write_number,
    date: date.isoformat,
    datetime: datetime.isoformat,
}


class Pinyin:
    """Readings of characters, and of the phrases in which a character is read otherwise."""

    def __init__(self) -> None:
        from pypinyin.phrases_dict import phrases_dict
        from pypinyin.pinyin_dict import pinyin_dict

        self._readings: dict[int, str] = pinyin_dict
        self._written: dict[str, str] = {}
        self._phrases: dict[str, list[tuple[str, str]]] = {}
        for phrase, readings in phrases_dict.items():
            self._learn(phrase, [one[0] for one in readings])
        for known in self._phrases.values():
            known.sort(key=lambda pair: len(pair[0]), reverse=True)

    def _learn(self, phrase: str, readings: list[str]) -> None:
        """Keeps a phrase only when its characters are not read as they are alone."""
        if len(phrase) != len(readings) or len(phrase) > 6:
            return
        if all(self._alone(sign) == reading for sign, reading in zip(phrase, readings, strict=True)):
            return
        spelled = "".join(_element(sign, one) for sign, one in zip(phrase, readings, strict=True))
        self._phrases.setdefault(phrase[0], []).append((phrase, spelled))

    def _alone(self, sign: str) -> str | None:
        readings = self._readings.get(ord(sign))
        return readings.split(",")[0] if readings else None

    def spell(self, text: str) -> str:
        written, parts, at = self._written, [], 0
        while at < len(text):
            sign = text[at]
            phrase = self._phrase_at(text, at) if sign in self._phrases else None
            if phrase is not None:
                parts.append(phrase[1])
                at += len(phrase[0])
                continue
            known = written.get(sign)
            if known is None:
                reading = self._alone(sign)
                known = written[sign] = _element(sign, reading) if reading else sign
            parts.append(known)
            at += 1
        return "".join(parts)

    def _phrase_at(self, text: str, at: int) -> tuple[str, str] | None:
        return next((pair for pair in self._phrases[text[at]] if text.startswith(pair[0], at)), None)


def _element(sign: str, reading: str) -> str:
    """Pinyin, tone and the sign itself, ended by a blank: sorts by them in this order."""
    tone = "5"
    letters: list[str] = []
    for part in unicodedata.normalize("NFD", reading):
        if part in _TONES:
            tone = _TONES[part]
        elif part == "\u0308":  # ü stands after u
            letters[-1] = "v"
        elif part.isalpha():
            letters.append(part)
    return f"{''.join(letters)}{tone}{sign} "


_lock = threading.Lock()
_pinyin_instance: Pinyin | None = None


def _pinyin() -> Pinyin:
    global _pinyin_instance  # noqa: PLW0603 — word lists of 0.3 s, loaded on the first Chinese text
    if _pinyin_instance is None:
        with _lock:
            if _pinyin_instance is None:
                _pinyin_instance = Pinyin()
    return _pinyin_instance

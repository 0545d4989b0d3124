"""Text files with rows: what encoding, what separator, and the rows themselves.

In: a path. Out: `sniff`, `TextShape`, `iterate`. Files come from Excel (UTF-8 with a mark, or the
system's own GB18030 or Big5), from accounting programs (semicolons, tabs) and from our own export.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from runtime.sheets.inert import without_guard

SAMPLE_BYTES = 262_144
_SEPARATORS = ",\t;|"


@dataclass(frozen=True, slots=True)
class TextShape:
    """How a text file is to be read."""

    encoding: str
    separator: str


def sniff(path: Path) -> TextShape:
    """The likeliest encoding and separator of the file."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        is_whole = len(sample) < SAMPLE_BYTES
    encoding = _encoding_of(sample, is_whole=is_whole)
    text = sample.decode(encoding, errors="ignore")
    return TextShape(encoding, _separator_of(text))


def _encoding_of(sample: bytes, *, is_whole: bool) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if sample.startswith(mark):
            return name
    if _decodes(sample, "utf-8", is_whole=is_whole):
        return "utf-8"
    best = from_bytes(sample, cp_isolation=["gb18030", "big5", "cp1252", "utf_16_le"]).best()
    if best is not None and best.encoding in ("big5", "utf_16_le", "cp1252"):
        return best.encoding
    return "gb18030"  # a superset of GBK and GB2312: what Chinese Windows writes


def _decodes(sample: bytes, encoding: str, *, is_whole: bool) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as error:
        # A sign cut in two by the end of the sample says nothing against the encoding.
        return not is_whole and error.start >= len(sample) - 4
    return True


def _separator_of(text: str) -> str:
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if not lines:
        return ","

    def regularity(separator: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(_SEPARATORS, key=regularity)


def iterate(path: Path, shape: TextShape, most_characters: int) -> Iterator[list[str]]:
    """The rows; raises `UnicodeDecodeError` for a wrong encoding and `csv.Error` for broken quoting."""
    csv.field_size_limit(most_characters)
    with path.open("r", encoding=shape.encoding, newline="") as file:
        for row in csv.reader(file, delimiter=shape.separator, strict=False):
            yield [without_guard(value) for value in row]

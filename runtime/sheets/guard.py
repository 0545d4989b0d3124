"""Refuses workbook files that would cost too much, by looking at the zip alone.

In: a path. Out: a `Problem` or None. Called before any parser opens the file.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from builder.problems import Problem
from runtime.sheets.limits import Limits

_HEAD = 65_536


def check_workbook(path: Path, limits: Limits) -> Problem | None:
    """Why this xlsx or ods file may not be opened, or None."""
    if path.stat().st_size > limits.workbook_bytes:
        return Problem("sheet.too_big", {"most_mb": limits.workbook_bytes // (1024 * 1024)})
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_entries(archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        return Problem("sheet.unreadable")


def _check_entries(archive: zipfile.ZipFile, limits: Limits) -> Problem | None:
    entries = archive.infolist()
    inflated = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > limits.entries or inflated > limits.inflated_bytes:
        return Problem("sheet.too_big_inside")
    if inflated > limits.ratio_from_bytes and inflated / packed > limits.inflation_ratio:
        return Problem("sheet.too_big_inside")
    if any(entry.flag_bits & 1 for entry in entries):
        return Problem("sheet.encrypted")
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(_HEAD).upper():
                    return Problem("sheet.unsafe")
    return _check_styles(archive, limits)


def _check_styles(archive: zipfile.ZipFile, limits: Limits) -> Problem | None:
    if "xl/styles.xml" not in archive.namelist():
        return None
    count, rest = 0, b""
    with archive.open("xl/styles.xml") as part:
        while block := part.read(_HEAD):
            block = rest + block
            count += block.count(b"<xf ") + block.count(b"<xf>")
            if count > limits.styles:
                return Problem("sheet.too_many_styles", {"most": limits.styles})
            rest = block[-3:]
    return None

"""What a spreadsheet file may cost. Figures: docs/decisions "Files" and docs/security.md."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one file; bytes, counts and seconds of processor time."""

    workbook_bytes: int = 20 * MIB
    text_bytes: int = 512 * MIB
    inflated_bytes: int = 200 * MIB
    inflation_ratio: int = 200  # checked once more than `ratio_from_bytes` are inflated
    ratio_from_bytes: int = 10 * MIB
    entries: int = 2_000
    cells: int = 2_000_000
    columns: int = 500
    styles: int = 5_000
    cell_characters: int = 100_000
    cpu_seconds: int = 60
    memory_bytes: int = 1024 * MIB  # address space of the reading process


DEFAULT_LIMITS = Limits()

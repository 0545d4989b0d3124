"""How wide numbers travel through SQLite: as INTEGER where they fit, else as TEXT.

In: a whole number. Out: `narrow`, `LARGEST`. Used by the exact functions (`exact.py`, `exact_calls.py`).
"""

from __future__ import annotations

LARGEST = 2**63 - 1


def narrow(number: int) -> int | str:
    """As INTEGER when it fits, else as TEXT."""
    return number if -LARGEST <= number <= LARGEST else str(number)

"""Time zones for drop-downs: those where most of our people are first, then all of them by name.

In: nothing. Out: `zone_options`. Called by setup, members and settings.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

COMMON = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "UTC")
AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@lru_cache(maxsize=1)
def zone_options() -> tuple[tuple[str, str], ...]:
    """(key, text) pairs; the key is what `zoneinfo` knows."""
    rest = sorted(zone for zone in available_timezones() if zone.startswith(AREAS) and zone not in COMMON)
    return tuple((zone, zone.replace("_", " ")) for zone in (*COMMON, *rest))

"""The daily schedule: at each workspace's midnight one job recomputes what depends on today.

In: the workspaces' zones and the clock. Out: jobs named "daily.fields", keyed by the day, so that any
number of workers asking at once make one. There is no chain to break: whoever looks first after
midnight makes the day's job, however long nobody looked.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from runtime.actors import Actor
from runtime.jobs.queue import enqueue
from runtime.store import workspace_rows

if TYPE_CHECKING:
    from runtime.platform import Platform

DAILY_FIELDS = "daily.fields"


class DailySchedule:
    """Remembers which workspaces have their job of today, to ask the database once a day only."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._made: dict[int, date] = {}

    def enqueue_due(self) -> None:
        now = self.platform.clock.now()
        with self.platform.database.reading() as connection:
            zones = workspace_rows.list_zones(connection)
        for workspace_id, zone in zones:
            today = now.astimezone(ZoneInfo(zone)).date()
            if self._made.get(workspace_id) != today:
                self._enqueue(workspace_id, today)
                self._made[workspace_id] = today

    def _enqueue(self, workspace_id: int, today: date) -> None:
        with self.platform.writing(Actor.system(workspace_id, "daily_fields")) as work:
            enqueue(work, DAILY_FIELDS, {"day": today.isoformat()}, key=f"{DAILY_FIELDS}:{today}")

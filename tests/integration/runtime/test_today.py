"""Today-dependent fields: live ones move at midnight by themselves, daily ones are never shown late."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from runtime import queries
from runtime.jobs import Worker
from runtime.queries import Selection
from tests.integration.runtime.selling import Shop, field, form, formula, install, link, rollup, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


@pytest.fixture
def dated(shop: Shop) -> Shop:
    """Today is 6 July 2026; the last orders were 1, 29 and 40 days ago."""
    for name, day in (("one", "2026-07-05"), ("month", "2026-06-07"), ("long", "2026-05-27")):
        shop.make("ord", cust=shop.make("cust", name=name), date=day)
    return shop


def seen(shop: Shop) -> dict[str, Any]:
    """One live field in the list, the filter, the order, the groups, the figures and the export."""
    with shop.platform.reading(shop.actor) as work:
        customers = shop.open(work, "cust", "view")
        everything = Selection(sort=(("since", "desc"),))
        listed = queries.page(work, customers, everything).records
        return {
            "list": {one.values["name1"]: one.values["since1"] for one in listed},
            "filter": sorted(
                one.values["name1"] for one in queries.page(work, customers, Selection("since > 30")).records
            ),
            "recent": sorted(
                one.values["name1"] for one in queries.page(work, customers, Selection("recent > 0")).records
            ),
            "sort": [one.values["name1"] for one in queries.page(work, customers, everything).records],
            "group": [one.groups[0] for one in queries.aggregate(work, customers, ["since"], ["COUNT()"])],
            "aggregate": queries.aggregate(work, customers, [], ["SUM(since)"])[0].measures[0],
            "export": [one.values["since1"] for one in queries.stream(work, customers, everything)],
            "count": queries.count(work, customers, Selection("since > 30")).number,
        }


def test_decision_today_live_fields_move_without_any_write(dated, clock):
    """Issue 2: list, filter, sort, group, aggregate and export, on both engines."""
    assert seen(dated) == {
        "list": {"one": 1, "month": 29, "long": 40},
        "filter": ["long"],
        "recent": ["month", "one"],
        "sort": ["long", "month", "one"],
        "group": [1, 29, 40],
        "aggregate": 70,
        "export": [40, 29, 1],
        "count": 1,
    }
    clock.advance(days=2)
    assert seen(dated) == {
        "list": {"one": 3, "month": 31, "long": 42},
        "filter": ["long", "month"],
        "recent": ["one"],
        "sort": ["long", "month", "one"],
        "group": [3, 31, 42],
        "aggregate": 76,
        "export": [42, 31, 3],
        "count": 2,
    }


def test_midnight_is_the_workspace_s(dated, clock):
    from datetime import UTC, datetime

    clock.set(datetime(2026, 7, 6, 15, 59, 59, tzinfo=UTC))  # 23:59:59 in Shanghai
    assert dated.names("cust", "since", filter='name = "one"') == [1]
    clock.set(datetime(2026, 7, 6, 16, 0, 0, tzinfo=UTC))
    assert dated.names("cust", "since", filter='name = "one"') == [2]


def scores(shop: Shop) -> dict[str, Any]:
    with shop.platform.reading(shop.actor) as work:
        found = queries.page(work, shop.open(work, "cust", "view"), Selection())
        return {one.values["name1"]: one.values["score1"] for one in found.records}


def stored_scores(shop: Shop) -> dict[str, Any]:
    """What the columns hold, right or late."""
    from runtime import rows

    with shop.platform.reading(shop.actor) as work:
        form = shop.open(work, "cust", "view")
        found = rows.read(work, form, rows.ids_of(work, form, 100))
        return {row["name1"]: row["score1"] for row in found.values()}


def test_decision_today_daily_fields_are_never_shown_late(dated, clock, platform):
    worker = Worker(platform)
    worker.schedule.enqueue_due()
    worker.run_until_idle()
    assert scores(dated) == stored_scores(dated) == {"one": 11, "month": 11, "long": 0}
    clock.advance(days=2)
    assert stored_scores(dated)["month"] == 11  # late …
    assert scores(dated) == {"one": 11, "month": 0, "long": 0}  # … and not shown
    assert set(dated.names("cust", filter="score = 0")) == {"month", "long"}
    worker.schedule.enqueue_due()
    worker.run_until_idle()
    assert stored_scores(dated) == {"one": 11, "month": 0, "long": 0}
    assert set(dated.names("cust", filter="score = 0")) == {"month", "long"}


def test_the_day_s_recomputation_is_one_changeset(dated, clock, platform):
    from runtime import changesets

    worker = Worker(platform)
    for _ in range(2):
        worker.schedule.enqueue_due()
        worker.run_until_idle()
        clock.advance(days=2)
    with platform.reading(dated.actor) as work:
        daily = [one for one in changesets.list_changesets(work) if one.action == "daily"]
    assert len(daily) == 2
    assert not any(one.is_open for one in daily)
    [month] = [one.id for one in dated.page("cust", filter='name = "month"').records]
    newest = dated.history("cust", month)[0]
    assert newest.changeset.action == "daily"
    assert newest.is_derived
    assert [(one.field, one.old, one.new) for one in newest.changes] == [("score1", 11, 0)]


def test_a_daily_field_follows_a_write_at_once(dated, platform):
    [long] = [one.id for one in dated.page("cust", filter='name = "long"').records]
    dated.make("ord", cust=long, date="2026-07-06")
    assert scores(dated)["long"] == stored_scores(dated)["long"] == 11


def test_a_stored_field_that_reads_a_daily_one_is_never_shown_late(platform, admin, clock):
    install(
        platform,
        admin,
        (
            form(
                "pot1",
                field("name1", "text"),
                field("day1", "date"),
                formula("age1", "DAYS(TODAY(), {#day1})", format="integer", today="daily"),
                formula("twice1", "{#age1} * 2", format="integer"),
            ),
            form(
                "spoon1",
                link("of1", "pot1", key="of"),
                formula("copy1", "{#of1}.{#twice1}", format="integer"),
            ),
            form(
                "box1",
                field("name1", "text"),
                rollup("most1", "pot1", "in1", "MAX({#twice1})", format="integer"),
            ),
        )[:2],
    )
    shop = Shop(platform, admin)
    pot = shop.make("pot", name="P", day="2026-07-01")
    spoon = shop.make("spoon", of=pot)
    assert shop.get("spoon", spoon)["copy"] == 10
    clock.advance(days=1)
    assert shop.get("pot", pot)["twice"] == 12
    assert shop.get("spoon", spoon)["copy"] == 12
    worker = Worker(platform)
    worker.schedule.enqueue_due()
    worker.run_until_idle()
    with platform.reading(admin) as work:
        from runtime import rows

        form_ = shop.open(work, "spoon", "view")
        assert rows.read(work, form_, [spoon])[spoon]["copy1"] == 12


def test_conditional_windows_count_both_sides_of_a_boundary(platform, admin, clock):
    """Follow-ups in [−30 d, 0] and [−120 d, −30 d)."""
    days = "DAYS(TODAY(), {#at1})"
    install(
        platform,
        admin,
        (
            form(
                "who1",
                field("name1", "text"),
                rollup("near1", "call1", "of1", "COUNT()", f"{days} <= 30", format="integer"),
                rollup("far1", "call1", "of1", "COUNT()", f"{days} > 30 and {days} <= 120", format="integer"),
                formula("cold1", "{#near1} < 0.5 * {#far1} / 3", result="bool", today="daily"),
            ),
            form("call1", link("of1", "who1", key="of"), field("at1", "date")),
        ),
    )
    shop = Shop(platform, admin)
    who = shop.make("who", name="W")
    for day in (date(2026, 7, 6), date(2026, 6, 6), date(2026, 6, 5), date(2026, 3, 8), date(2026, 3, 7)):
        shop.make("call", of=who, at=day.isoformat())
    values = shop.get("who", who)
    assert (values["near"], values["far"], values["cold"]) == (2, 2, False)
    clock.advance(days=31)
    values = shop.get("who", who)
    assert (values["near"], values["far"], values["cold"]) == (0, 3, True)
    assert Decimal(values["near"]) == 0

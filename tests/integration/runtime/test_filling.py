"""Filling: what reaches too many records is done in the background, and is right for readers meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from runtime import filling, recompute, records, rows
from runtime.jobs import Worker, list_jobs
from runtime.jobs import worker as worker_module
from tests.integration.runtime.selling import Shop, install, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any, monkeypatch: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    shop = Shop(platform, cast.admin)
    with platform.writing(cast.admin) as work:
        form = shop.open(work, "cust", "add")
        records.create_many(work, form, [{"name": f"C{place:02}"} for place in range(30)])
    with platform.writing(cast.admin) as work:
        customers = rows.ids_of(work, shop.open(work, "cust", "view"), 100)
        raws = [{"cust": one, "paid": 40 * place, "note": "x"} for place, one in enumerate(customers)]
        records.create_many(work, shop.open(work, "ord", "add"), raws)
    Worker(platform).run_until_idle()  # what the publish left to do
    monkeypatch.setattr(recompute, "MOST_AT_ONCE", 10)
    return shop


def tiers(shop: Shop) -> tuple[set[str], set[str], bool]:
    """Who is tier A as readers see it, as the columns hold it; and whether the column may be read."""
    with shop.platform.reading(shop.actor) as work:
        form = shop.open(work, "cust", "view")
        found = rows.read(work, form, rows.ids_of(work, form, 100)).values()
        is_ready = form.is_ready("tier1")
    return (
        set(shop.names("cust", filter='tier = "A"')),
        {row["name1"] for row in found if row["tier1"] == "A"},
        is_ready,
    )


def set_vip(shop: Shop, amount: int) -> None:
    [record] = shop.page("param").records
    shop.change("param", record.id, vip=amount)


def test_decision_column_state_is_right_while_it_fills(shop, platform):
    """docs/decisions, "Column state": right throughout."""
    late = {"C25", "C26", "C27", "C28", "C29"}
    assert tiers(shop) == (late, late, True)
    set_vip(shop, 1120)
    assert tiers(shop) == ({"C28", "C29"}, late, False)
    newest = shop.page("cust", 3, sort=(("name", "desc"),)).records
    assert [one.values["tier1"] for one in newest] == ["A", "A", "B"]
    Worker(platform).run_until_idle()
    assert tiers(shop) == ({"C28", "C29"}, {"C28", "C29"}, True)


def test_an_older_filling_does_not_call_a_newer_one_s_column_ready(shop, platform, monkeypatch):
    """The older job had filled some records before the parameter changed again, and ends first."""
    monkeypatch.setattr(filling, "FIRST_SLICE", 20)
    monkeypatch.setattr(worker_module, "TURN_SECONDS", 0.0)
    right = {f"C{place:02}" for place in range(13, 30)}
    worker = Worker(platform)
    set_vip(shop, 1120)
    worker.run_once()
    set_vip(shop, 500)
    assert tiers(shop)[0] == right
    while worker.run_once():
        assert tiers(shop)[0] == right
    assert tiers(shop) == (right, right, True)


def test_writers_in_between_stay_right(shop, platform, monkeypatch):
    monkeypatch.setattr(filling, "FIRST_SLICE", 20)
    set_vip(shop, 1120)
    [one] = [one.id for one in shop.page("cust", filter='name = "C01"').records]
    shop.make("ord", cust=one, paid=5000, note="x")
    assert "C01" in tiers(shop)[0]
    Worker(platform).run_until_idle()
    assert tiers(shop) == ({"C01", "C28", "C29"}, {"C01", "C28", "C29"}, True)


def test_a_step_that_is_done_twice_does_no_harm(shop, platform, cast):
    set_vip(shop, 1120)
    with platform.reading(cast.admin) as work:
        [job] = [one for one in list_jobs(work, "waiting") if one.name == filling.FILL]
    Worker(platform).run_until_idle()
    with platform.writing(cast.admin) as work:
        app = work.catalogue.app(shop.key)
        cells = filling._cells(app, "cust1", job.payload["passes"][0][1])
        filling._compute(work, app, cells, rows.ids_of(work, app.form("cust1"), 100))
    assert tiers(shop) == ({"C28", "C29"}, {"C28", "C29"}, True)

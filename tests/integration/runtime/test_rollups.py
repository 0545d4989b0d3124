"""Roll-ups and what follows from them: exact at every commit, whatever happens to the records behind."""

from __future__ import annotations

import random
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import recompute, records
from runtime.store.database import recorded_statements
from tests.integration.runtime.selling import Shop, form, formula, install, link, rollup, shop_forms
from tests.integration.runtime.selling import field as make_field


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


def figures(shop: Shop, customer: int) -> tuple[int, Decimal, Decimal]:
    values = shop.get("cust", customer)
    return values["count"], values["total"], values["won"]


def test_a_roll_up_follows_creation_change_deletion_and_return(shop):
    won = shop.make("stage", name="Won", kind="won")
    customer = shop.make("cust", name="A")
    assert figures(shop, customer) == (0, 0, 0)
    order = shop.make("ord", cust=customer, stage=won, paid="12.34")
    assert figures(shop, customer) == (1, Decimal("12.34"), Decimal("12.34"))
    shop.change("ord", order, paid=20)
    assert figures(shop, customer) == (1, 20, 20)
    shop.delete("ord", order)
    assert figures(shop, customer) == (0, 0, 0)
    shop.restore("ord", order)
    assert figures(shop, customer) == (1, 20, 20)


def test_moving_a_record_changes_both_hosts(shop):
    first, second = shop.make("cust", name="A"), shop.make("cust", name="B")
    order = shop.make("ord", cust=first, paid=10)
    shop.change("ord", order, cust=second)
    assert figures(shop, first) == (0, 0, 0)
    assert figures(shop, second)[:2] == (1, 10)
    shop.change("ord", order, cust=None)
    assert figures(shop, second) == (0, 0, 0)


def test_a_condition_behind_a_link_follows_the_linked_record(shop):
    stage = shop.make("stage", name="Any", kind="open")
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, stage=stage, paid=10)
    assert figures(shop, customer) == (1, 10, 0)
    shop.change("stage", stage, kind="won")
    assert figures(shop, customer) == (1, 10, 10)
    shop.delete("stage", stage)
    assert figures(shop, customer) == (1, 10, 0)


def test_different_values_are_counted_once(shop):
    customer = shop.make("cust", name="A")
    for day in ("2026-07-01", "2026-07-01", "2026-07-02", None):
        shop.make("ord", cust=customer, date=day)
    assert shop.get("cust", customer)["items"] == 2


def test_hosts_that_are_linked_to_their_own_kind(shop):
    top = shop.make("cust", name="Top")
    for name in "ab":
        shop.make("cust", name=name, above=top)
    assert shop.get("cust", top)["subs"] == 2


def test_decision_locks_computed_cells_bump_no_version(shop):
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, paid=10)
    assert shop.change("cust", customer, 1, name="B").record.version == 2


def test_a_roll_up_that_reads_its_host_follows_it(platform, admin):
    install(
        platform,
        admin,
        (
            form(
                "host1",
                make_field("name1", "text"),
                make_field("least1", "money"),
                rollup("big1", "row1", "of1", "COUNT()", "{#worth1} >= PARENT.{#least1}", format="integer"),
            ),
            form("row1", link("of1", "host1", key="of"), make_field("worth1", "money")),
        ),
    )
    shop = Shop(platform, admin)
    host = shop.make("host", name="H", least=10)
    for worth in (5, 10, 15):
        shop.make("row", of=host, worth=worth)
    assert shop.get("host", host)["big"] == 2
    outcome = shop.change("host", host, least=12)
    assert outcome.record.values["big1"] == 1
    assert shop.get("host", host)["big"] == 1


def test_a_roll_up_over_the_lines_of_another_form(platform, admin):
    from builder.forms import Form

    lines = Form(
        "lin1", "lines", {"en": "Lines"}, (link("what1", "item1", key="what"), make_field("qty1", "integer"))
    )
    install(
        platform,
        admin,
        (
            form(
                "item1",
                make_field("name1", "text"),
                rollup("sold1", "lin1", "what1", "SUM({#qty1})", format="integer"),
            ),
            form(
                "sale1", make_field("on1", "date"), make_field("lin1", "subform", key="lines", subform=lines)
            ),
        ),
    )
    shop = Shop(platform, admin)
    pen, ink = shop.make("item", name="Pen"), shop.make("item", name="Ink")
    sale = shop.make(
        "sale", lines=[{"what": pen, "qty": 2}, {"what": ink, "qty": 3}, {"what": pen, "qty": 4}]
    )
    assert (shop.get("item", pen)["sold"], shop.get("item", ink)["sold"]) == (6, 3)
    shop.change("sale", sale, lines=[{"what": ink, "qty": 1}])
    assert (shop.get("item", pen)["sold"], shop.get("item", ink)["sold"]) == (0, 1)
    shop.delete("sale", sale)
    assert shop.get("item", ink)["sold"] == 0
    shop.restore("sale", sale)
    assert shop.get("item", ink)["sold"] == 1


def test_figures_of_figures_climb_several_levels(platform, admin):
    install(
        platform,
        admin,
        (
            form(
                "top1",
                make_field("name1", "text"),
                make_field("factor1", "number"),
                rollup("all1", "mid1", "up1", "SUM({#sum1})", format="money"),
                formula("double1", "{#all1} * 2", format="money"),
            ),
            form(
                "mid1",
                link("up1", "top1", key="up"),
                rollup("sum1", "low1", "up2", "SUM({#twice1})", format="money"),
            ),
            form(
                "low1",
                link("up2", "mid1", key="up"),
                make_field("worth1", "money"),
                formula("twice1", "{#worth1} * {#up2}.{#up1}.{#factor1}", format="money"),
            ),
        ),
    )
    shop = Shop(platform, admin)
    top = shop.make("top", name="T", factor=2)
    mids = [shop.make("mid", up=top) for _ in range(3)]
    for mid in mids:
        for _ in range(4):
            shop.make("low", up=mid, worth=5)
    assert shop.get("top", top)["double"] == 3 * 4 * 5 * 2 * 2
    shop.change("top", top, factor=3)  # down two links, up two roll-ups
    assert shop.get("top", top)["double"] == 3 * 4 * 5 * 3 * 2
    shop.change("mid", mids[0], up=None)
    assert shop.get("top", top)["double"] == 2 * 4 * 5 * 3 * 2


def test_one_grouped_statement_serves_any_number_of_hosts(shop, platform):
    """docs/decisions, "Locks": no statement per record."""
    customers = [shop.make("cust", name=f"C{place}") for place in range(40)]
    counts = []
    for many in (2, 40):
        raws = [{"cust": customer, "paid": 1} for customer in customers[:many]]
        with platform.writing(shop.actor) as work, recorded_statements() as seen:
            records.create_many(work, shop.open(work, "ord", "add"), raws)
        counts.append(len(seen))
        assert len([one for one in seen if "GROUP BY" in one]) == 1
    assert counts[0] == counts[1]


def test_a_write_reaches_only_what_reads_it(shop, platform):
    """One edit touches only reachable fields."""
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, paid=1)
    with platform.writing(shop.actor) as work, recorded_statements() as seen:
        records.update(work, shop.open(work, "cust", "edit"), customer, None, {"tags": ["hot"]})
    assert not [one for one in seen if "GROUP BY" in one]
    assert not [one for one in seen if "UPDATE r_" in one and "f_who1" in one]


# --- many writers ----------------------------------------------------------------------------------------


def test_decision_locks_eight_writers_leave_exact_figures(shop):
    """docs/decisions, "Locks": eight writers re-parenting at random."""
    won = shop.make("stage", name="Won", kind="won")
    customers = [shop.make("cust", name=f"C{place}") for place in range(4)]
    orders = [
        shop.make("ord", cust=random.Random(place).choice(customers), stage=won, paid=place)
        for place in range(12)
    ]
    failures: list[Exception] = []

    def move(worker: int) -> None:
        chance = random.Random(worker)
        try:
            for _ in range(8):
                order, action = chance.choice(orders), chance.random()
                if action < 0.6:
                    shop.change("ord", order, cust=chance.choice([*customers, None]))
                elif action < 0.8:
                    shop.change("ord", order, paid=chance.randrange(1, 90))
                else:
                    shop.make("ord", cust=chance.choice(customers), paid=3)
        except Exception as error:  # noqa: BLE001  a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=move, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    assert drift(shop) == []


def test_decision_locks_two_payments_cannot_overpay(platform, admin):
    """docs/decisions, "Locks": a cross-record check locks what it reads."""
    from builder.forms import Rule

    install(
        platform,
        admin,
        (
            form(
                "bill1",
                make_field("name1", "text"),
                make_field("due1", "money"),
                rollup("paid1", "pay1", "of1", "SUM({#sum1})", format="money"),
            ),
            form(
                "pay1",
                link("of1", "bill1", key="of"),
                make_field("sum1", "money"),
                rules=(Rule("r1", "{#of1}.{#paid1} + {#sum1} > {#of1}.{#due1}", {"en": "Too much"}),),
            ),
        ),
    )
    shop = Shop(platform, admin)
    bill = shop.make("bill", name="B", due=100)
    outcomes: list[Any] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(shop.create("pay", of=bill, sum=30)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for one in outcomes if one.record) == 3
    assert shop.get("bill", bill)["paid"] == 90


# --- nothing drifts ---------------------------------------------------------------------------------------


def drift(shop: Shop) -> list[Any]:
    """Stored cells that a computation from scratch would give differently."""
    with shop.platform.writing(shop.actor) as work:
        app = work.catalogue.app(shop.key)
        return [one for form in app.forms for one in recompute.find_drift(work, form)]


ACTIONS = ("order", "pay", "move", "delete", "restore", "price", "stage", "lines")
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 7)),
    max_size=14,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_random_writes_leave_no_drift(shop, steps):
    kinds = ("open", "won", "lost")
    stages = [shop.make("stage", name=f"S{uuid4()}", kind=kind) for kind in kinds]
    items = [shop.make("item", name="I", price=price) for price in (1, 2)]
    customers = [shop.make("cust", name=f"C{place}") for place in range(3)]
    orders = [shop.make("ord", cust=customers[0], paid=1)]
    gone: list[int] = []
    for action, choice in steps:
        order = orders[choice % len(orders)]
        if action == "order":
            lines = [{"item": items[choice % 2], "qty": choice}]
            day = date(2026, 7, 6) - timedelta(days=choice * 9)
            orders.append(
                shop.make(
                    "ord",
                    cust=customers[choice % 3],
                    stage=stages[choice % 3],
                    date=day.isoformat(),
                    lines=lines,
                )
            )
        elif action == "pay" and order not in gone:
            shop.change("ord", order, paid=choice)
        elif action == "move" and order not in gone:
            shop.change("ord", order, cust=customers[choice % 3])
        elif action == "delete" and order not in gone:
            shop.delete("ord", order)
            gone.append(order)
        elif action == "restore" and gone:
            shop.restore("ord", gone.pop())
        elif action == "price":
            shop.change("item", items[choice % 2], price=choice)
        elif action == "stage":
            shop.change("stage", stages[choice % 3], kind=kinds[(choice + 1) % 3])
        elif action == "lines" and order not in gone:
            shop.change("ord", order, lines=[{"item": items[choice % 2], "qty": 1}] * (choice % 3))
    assert drift(shop) == []

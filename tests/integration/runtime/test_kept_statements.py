"""Statements of roll-ups are built once and kept; a parameter that they read makes them anew."""

from __future__ import annotations

import pytest

from runtime.jobs import Worker
from runtime.store import live_rows
from tests.integration.runtime.selling import Shop, form, install, rollup, shop_forms


@pytest.fixture
def shop(platform, admin) -> Shop:
    big = rollup("big1", "ord1", "cust2", "COUNT()", "{#paid1} >= {#param1}.{#vip1}", format="integer")
    forms = [form("cust1", *one.fields, big) if one.id == "cust1" else one for one in shop_forms()]
    install(platform, admin, forms)
    return Shop(platform, admin)


def change_parameter(shop: Shop, amount: int) -> None:
    [one] = shop.page("param", limit=1).records
    assert shop.change("param", one.id, one.version, vip=amount).is_done
    Worker(shop.platform).run_until_idle()


def test_parameter_that_changes_changes_what_is_counted(shop: Shop) -> None:
    customer = shop.make("cust", name="Hua")
    shop.make("ord", cust=customer, paid=1500, note="a")
    assert shop.get("cust", customer)["big"] == 1
    change_parameter(shop, 2000)
    assert shop.get("cust", customer)["big"] == 0
    shop.make("ord", cust=customer, paid=1800, note="b")
    assert shop.get("cust", customer)["big"] == 0
    change_parameter(shop, 1000)
    assert shop.get("cust", customer)["big"] == 2


def test_statement_of_a_roll_up_is_built_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = shop.make("cust", name="Hua")
    shop.make("ord", cust=customer, paid=1500, note="a")
    built = []
    build = live_rows.rollup_select

    def noted(*given, **more):
        built.append(given)
        return build(*given, **more)

    monkeypatch.setattr(live_rows, "rollup_select", noted)
    shop.make("ord", cust=customer, paid=1600, note="b")
    assert built == []
    change_parameter(shop, 1550)
    assert len(built) == 1
    assert shop.get("cust", customer)["big"] == 1

"""Explaining: a computed value is told in the reader's words, with what it was made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from runtime.errors import NotFoundError
from runtime.explain import explain
from tests.integration.runtime.selling import Shop, install, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


def told(shop: Shop, form: str, record_id: int, field: str) -> Any:
    with shop.platform.reading(shop.actor) as work:
        handle = shop.open(work, form, "view")
        return explain(work, handle, record_id, handle.form.by_key[field].id, "en")


def test_a_formula_tells_its_inputs_with_their_values(shop):
    customer = shop.make("cust", name="A")
    shop.make("ord", cust=customer, paid=30)
    found = told(shop, "cust", customer, "tier")
    assert found.value == "B"
    assert sorted(one.value for one in found.inputs) == [Decimal(30), Decimal(1000)]
    assert [one.field for one in found.inputs if one.field] == ["total1"]


def test_a_sum_of_lines_is_one_input(shop):
    pen = shop.make("item", name="Pen", price=2)
    order = shop.make("ord", paid=5, lines=[{"item": pen, "qty": 3}, {"item": pen, "qty": 1}])
    found = told(shop, "ord", order, "amount")
    assert found.value == 13
    assert sorted(one.value for one in found.inputs) == [5, 8]


def test_a_roll_up_tells_whose_records_count(shop):
    customer = shop.make("cust", name="A")
    found = told(shop, "cust", customer, "won")
    assert (found.source, found.link, found.value) == ("ord1", "cust2", 0)
    assert found.where
    assert "SUM" in found.text


def test_a_plain_field_has_nothing_to_explain(shop):
    customer = shop.make("cust", name="A")
    with pytest.raises(NotFoundError):
        told(shop, "cust", customer, "name")

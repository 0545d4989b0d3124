"""Records: creating, changing, deleting and restoring through the record service, on both engines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.runtime.selling import Shop, codes, install, shop_forms


@pytest.fixture
def shop(platform: Any, cast: Any) -> Shop:
    install(platform, cast.admin, shop_forms())
    return Shop(platform, cast.admin)


def test_a_created_record_reads_back(shop):
    stage = shop.make("stage", name="Lead", kind="open")
    assert shop.get("stage", stage) == {"name": "Lead", "kind": "sopen1"}


def test_an_order_computes_its_lines_and_its_customer(shop):
    customer = shop.make("cust", name="华仪")
    pen, ink = shop.make("item", name="Pen", price="2.5"), shop.make("item", name="Ink", price=10)
    shop.make(
        "ord", cust=customer, date="2026-07-01", paid=5,
        lines=[{"item": pen, "qty": 4}, {"item": ink, "qty": "0.5"}],
    )  # fmt: skip
    values = shop.get("cust", customer)
    assert values["count"] == 1 and values["total"] == Decimal("20") and values["last"] == date(2026, 7, 1)
    assert values["mean"] == Decimal("20") and values["tier"] == "B"
    assert values["no"] == "CU-000001"


def test_all_problems_are_told_at_once(shop):
    outcome = shop.create("cust", name="", nope=1, total=5, tags=["what"])
    assert {field for _, field in codes(outcome)} >= {"name", "nope", "total", "tags"}
    assert outcome.record is None and outcome.changeset_id is None

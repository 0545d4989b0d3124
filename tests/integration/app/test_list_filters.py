"""The filter builder and the views of a list over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from runtime.platform import Platform
from tests.cast import Cast
from tests.integration.app.conftest import HTMX, Browser
from tests.integration.runtime.selling import Shop, install, shop_forms

Enter = Callable[[str], Browser]
LIST = "/w/hua/a/shop/f/cust"
DRAWN = quote('name = "Anna" AND (count > 5 OR ISEMPTY(code))')
UNDRAWABLE = quote('LEN(name) > 3 AND name = "Anna"')


@pytest.fixture
def shop(platform: Platform, cast: Cast) -> Shop:
    install(platform, cast.admin, shop_forms())
    shop = Shop(platform, cast.admin)
    for name, code in (("Anna", "1"), ("Bert", "2"), ("Annette", None)):
        shop.make("cust", name=name, code=code)
    return shop


def filter_of(location: str) -> str:
    return parse_qs(urlsplit(location).query).get("filter", [""])[0]


def row(field: str, operator: str, value: str = "") -> dict[str, str]:
    """What the builder posts for one condition."""
    return {
        "mode": "conditions", "join": "all", "item": "c0",
        "field-0": field, "operator-0": operator, "value-0": value,
    }  # fmt: skip


def test_builder_draws_the_filter_in_force(sign_in: Enter, shop: Shop) -> None:
    page = sign_in("Lin").page(f"{LIST}/filter?filter={DRAWN}")
    assert re.findall(r'name="item" value="(\w[\d.]*)"', page) == ["c0", "g1", "c1.0", "c1.1"]
    assert 'value="Anna"' in page
    assert "读作" in page
    assert "符合的记录 0 条" in page


def test_what_cannot_be_drawn_stays_a_formula(sign_in: Enter, shop: Shop) -> None:
    page = sign_in("Lin").page(f"{LIST}/filter?filter={UNDRAWABLE}")
    assert "保留为公式" in page
    assert "LEN(name) &gt; 3" in page


def test_nothing_applies_until_applied(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    draft = {
        "mode": "conditions",
        "join": "all",
        "item": "c0",
        "field-0": "name1",
        "operator-0": "starts_with",
    }
    answer = lin.post(f"{LIST}/filter", {**draft, "value-0": "Ann", "act": "add"})
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count('name="item"') == 2
    applied = lin.post(f"{LIST}/filter", {**draft, "value-0": "Ann", "act": "apply"})
    assert applied.status_code == 303
    assert filter_of(applied.location) == 'STARTSWITH({#name1}, "Ann")'
    swapped = lin.post(f"{LIST}/filter", {**draft, "value-0": "Ann", "act": "apply"}, headers=HTMX)
    assert "#list" in swapped.headers["HX-Location"]


def test_operator_follows_the_kind_of_the_field(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    draft = row("total1", "starts_with")
    text = lin.post(f"{LIST}/filter", {**draft, "value-0": "Ann"}).get_data(as_text=True)
    assert 'value="between"' in text
    assert 'value="starts_with"' not in text
    assert 'value="Ann"' not in text


def test_value_that_cannot_be_read_is_told_at_its_row(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    draft = {
        "mode": "conditions",
        "item": "c0",
        "field-0": "total1",
        "operator-0": "greater",
        "value-0": "many",
    }
    answer = lin.post(f"{LIST}/filter", {**draft, "act": "apply"})
    assert answer.status_code == 422
    assert "many" in answer.get_data(as_text=True)
    right = lin.post(f"{LIST}/filter", {**draft, "value-0": "1,200.50", "act": "apply"})
    assert filter_of(right.location) == "{#total1} > 1200.5"


def test_reading_follows_values_with_a_count(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    draft = {
        "mode": "conditions",
        "item": "c0",
        "field-0": "name1",
        "operator-0": "starts_with",
        "value-0": "Ann",
    }
    text = lin.post(f"{LIST}/filter/read", draft, headers=HTMX).get_data(as_text=True)
    assert "符合的记录 2 条" in text
    assert "开头是" in text
    assert "STARTSWITH" in text


def test_mistake_in_a_formula_has_a_place_and_a_repair(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    draft = {"mode": "formula", "formula": 'nmae = "Anna"'}
    answer = lin.post(f"{LIST}/filter", {**draft, "act": "apply"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<mark>nmae</mark>" in text
    assert 'value="fix:0.0"' in text
    repaired = lin.post(f"{LIST}/filter", {**draft, "act": "fix:0.0"}).get_data(as_text=True)
    assert "符合的记录 1 条" in repaired


def test_cleared_filter_shows_everything_again(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(f"{LIST}/filter")
    answer = lin.post(f"{LIST}/filter?filter={DRAWN}", {"act": "clear"})
    assert answer.location.endswith(LIST)


# --- views -----------------------------------------------------------------------------------------------


def test_state_is_kept_as_a_view_of_ones_own(sign_in: Enter, shop: Shop) -> None:
    lin, wang = sign_in("Lin"), sign_in("Wang")
    query = f"?filter={quote('count = 0')}&sort=-name&columns=name,code"
    lin.page(LIST + query)
    made = lin.post(f"{LIST}/views/new{query}", {"name": "没下单的"})
    assert made.status_code == 303
    page = lin.page(made.location)
    assert "没下单的" in page
    assert "有改动未保存" not in page
    assert "没下单的" not in wang.page(LIST)


def test_changed_view_takes_over_the_state(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(LIST)
    own = lin.post(f"{LIST}/views/new", {"name": "Mine"}).location
    key = parse_qs(urlsplit(own).query)["view"][0]
    changed = f"?view={key}&sort=-name"
    assert "有改动未保存" in lin.page(LIST + changed)
    kept = lin.post(f"{LIST}/views/{key}/save{changed}").location
    page = lin.page(kept)
    assert "有改动未保存" not in page
    assert 'aria-sort="descending"' in page


def test_shared_views_are_for_designers(sign_in: Enter, shop: Shop) -> None:
    lin, admin = sign_in("Lin"), sign_in("Admin")
    lin.page(LIST)
    assert lin.post(f"{LIST}/views/new", {"name": "Ours", "shared": "1"}).status_code == 403
    admin.page(LIST)
    made = admin.post(f"{LIST}/views/new?sort=-name", {"name": "Ours", "shared": "1"}).location
    key = parse_qs(urlsplit(made).query)["view"][0]
    assert "Ours" in lin.page(LIST)
    assert lin.post(f"{LIST}/views/{key}/rename", {"name": "Mine"}).status_code == 403
    assert lin.post(f"{LIST}/views/{key}/delete").status_code == 403
    assert "Ours" in lin.page(LIST)


def test_view_is_renamed_opened_first_and_removed(sign_in: Enter, shop: Shop) -> None:
    lin = sign_in("Lin")
    lin.page(LIST)
    made = lin.post(f"{LIST}/views/new?sort=-name", {"name": "Mine"}).location
    key = parse_qs(urlsplit(made).query)["view"][0]
    assert lin.post(f"{LIST}/views/{key}/rename", {"name": ""}).status_code == 422
    assert "Named" in lin.page(lin.post(f"{LIST}/views/{key}/rename", {"name": "Named"}).location)
    assert lin.post(f"{LIST}/views/{key}/default").status_code == 303
    assert 'aria-sort="descending"' in lin.page(LIST)
    assert lin.post(f"{LIST}/views/{key}/delete").status_code == 303
    assert "Named" not in re.sub(r"<div[^>]*toast.*", "", lin.page(f"{LIST}?sort=name"), flags=re.DOTALL)

"""The list in a browser: found by keys, filtered, selected, deleted and brought back; on a phone as cards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gestures import drag, expect_accessible, expect_no_sideways_scroll
from tests.cast import Cast
from tests.integration.runtime.selling import Shop, install, shop_forms

if TYPE_CHECKING:
    from runtime.platform import Platform

SignIn = Callable[[Page, str], Page]
LIST = "/w/hua/a/shop/f/cust"


@pytest.fixture
def shop(platform: Platform, cast: Cast) -> Shop:
    install(platform, cast.admin, shop_forms())
    shop = Shop(platform, cast.admin)
    for number in range(30):
        customer = shop.make("cust", name=f"客户 {number:02}", code=str(number), tags=["hot"])
        if number % 3 == 0:
            shop.make("ord", cust=customer, paid=str(100 * number), note="cash")
    return shop


def titles(page: Page) -> list[str]:
    return page.locator(".fl-titlecell > a").all_inner_texts()


def test_person_filters_and_applies_by_keyboard(page: Page, sign_in: SignIn, shop: Shop, shoot: Any) -> None:
    sign_in(page, "Lin").goto(f"{LIST}?sort=name")
    page.keyboard.press("f")
    page.locator("#value-0").fill("客户 0")
    expect(page.locator("#filter-count")).to_contain_text("10")
    assert len(titles(page)) == 30  # nothing applies yet
    shoot(page, "list-filter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".fl-chip")).to_have_count(1)
    assert len(titles(page)) == 10
    assert "filter=" in page.url
    page.locator(".fl-chip__x").click()
    expect(page.locator(".fl-chip")).to_have_count(0)


def test_arrows_move_space_selects_and_undo_brings_back(page: Page, sign_in: SignIn, shop: Shop) -> None:
    sign_in(page, "Lin").goto(f"{LIST}?sort=name")
    page.locator('tbody td[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-chosen]")).to_have_text("已选 2 条")
    page.locator(".fl-selbar .fl-tool--danger").click()
    expect(page.locator(".fl-toast")).to_contain_text("已删除 2")
    expect(page.locator("#count")).to_contain_text("28")
    page.locator(".fl-toast__act").click()
    expect(page.locator("#count")).to_contain_text("30")
    page.locator('tbody td[tabindex="0"]').focus()
    page.keyboard.press(" ")
    page.keyboard.press("Escape")
    expect(page.locator(".fl-selbar")).to_be_hidden()


def test_columns_are_dragged_into_another_order(page: Page, sign_in: SignIn, shop: Shop) -> None:
    sign_in(page, "Lin").goto(f"{LIST}?columns=name,code,count,total")
    page.locator("#tool-columns").click()
    grips = page.locator(".fl-colpick__grip")
    drag(page, grips.nth(2), grips.nth(0), into=(0.5, 0.2))
    page.locator(".fl-colpick [value=code1]").uncheck()
    page.locator(".fl-pop--tool:visible .btn-primary").click()
    expect(page.locator("#tool-columns")).to_contain_text("3/")
    heads = [one.strip() for one in page.locator("thead .fl-th").all_inner_texts()]
    assert heads == ["name", "total", "count"]


def test_search_keeps_what_is_typed(page: Page, sign_in: SignIn, shop: Shop) -> None:
    sign_in(page, "Lin").goto(LIST)
    page.keyboard.press("/")
    page.keyboard.type("客户 07", delay=60)
    expect(page.locator(".fl-titlecell > a")).to_have_count(1)
    expect(page.locator("#list-search")).to_have_value("客户 07")
    expect(page.locator("#list-search")).to_be_focused()


def test_formula_completes_and_repairs(page: Page, sign_in: SignIn, shop: Shop) -> None:
    sign_in(page, "Lin").goto(f"{LIST}/")
    page.keyboard.press("f")
    page.locator('[value="mode:formula"]').click()
    page.locator("#formula").fill("")
    page.locator("#formula").type("tota", delay=30)
    expect(page.locator("#formula-choices [role=option]").first).to_contain_text("total")
    page.keyboard.press("Enter")
    page.locator("#formula").type(' > 100 AND nmae = "x"')
    expect(page.locator(".fl-problem mark")).to_have_text("nmae")
    page.locator(".fl-problem__fixes button").first.click()
    expect(page.locator(".fl-problem")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_is_accessible_at_both_widths(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    shop: Shop,
    theme: str,
    shoot: Callable[[Page, str], Path],
) -> None:
    wide = sign_in(open_page(theme=theme), "Lin")
    wide.goto(f"{LIST}?sort=-total")
    expect(wide.locator("tfoot .fl-agg__val").first).to_be_visible()
    expect_accessible(wide)
    shoot(wide, f"list-{theme}")
    phone = sign_in(open_page(width=390, height=844, is_phone=True, theme=theme), "Lin")
    phone.goto(LIST)
    expect(phone.locator(".fl-mcard").first).to_be_visible()
    expect_no_sideways_scroll(phone)
    expect_accessible(phone)
    shoot(phone, f"list-{theme}")

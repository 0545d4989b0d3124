"""The form and the page of a record in a browser: recalculation, lines, pickers, values changed in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from builder.ids import show_record_id
from tests.cast import Cast
from tests.integration.runtime.selling import Shop, install, shop_forms

Enter = Callable[[Page, str], Page]
FORM = "/w/hua/a/shop/f"


@pytest.fixture
def shop(server: Any, cast: Cast) -> Shop:
    install(server.platform, cast.admin, shop_forms())
    shop = Shop(server.platform, cast.admin)
    for name, price in (("Pen", "2.50"), ("Book", "12")):
        shop.make("item", name=name, price=price)
    return shop


def test_an_order_is_filled_by_keyboard(page: Page, shop: Shop, sign_in: Enter) -> None:
    sign_in(page, "Lin")
    page.goto(f"{FORM}/ord/new")
    page.wait_for_selector("#record-form[data-mounted]")
    page.click("text=添加一行")
    product = page.locator("[name='lines.0.item']")
    expect(product).to_be_focused()
    page.keyboard.type("bo")
    expect(page.locator(".fl-picker__list [aria-selected=true]")).to_have_text("Book")
    page.keyboard.press("Enter")
    expect(product).to_have_value("Book")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator("[name='lines.1.item']")).to_be_focused()
    expect(page.locator("#f-amount")).to_contain_text("36.00")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/r/*")
    expect(page.locator(".fl-lines--read tbody tr")).to_have_count(1)


def test_fields_appear_and_are_checked_when_left(page: Page, shop: Shop, sign_in: Enter) -> None:
    sign_in(page, "Lin")
    page.goto(f"{FORM}/ord/new")
    page.wait_for_selector("#record-form[data-mounted]")
    note = page.locator("[data-box=note]")
    expect(note).to_be_hidden()
    page.fill("[name=paid]", "1,200.50")
    expect(note).to_be_visible()
    expect(page.locator("[name=paid]")).to_be_focused()
    expect(page.locator("[name=paid]")).to_have_value("1,200.50")
    page.fill("[name=paid]", "twelve")
    page.keyboard.press("Tab")
    expect(page.locator("[data-box=paid].has-error .fl-err")).to_be_visible()
    page.fill("[name=paid]", "12")
    expect(page.locator("[data-box=paid].has-error")).to_have_count(0)


def test_refused_form_focuses_what_is_wrong(page: Page, shop: Shop, sign_in: Enter) -> None:
    sign_in(page, "Lin")
    page.goto(f"{FORM}/cust/new")
    page.wait_for_selector("#record-form[data-mounted]")
    page.fill("[name=code]", "77")
    page.keyboard.press("Control+s")
    expect(page.locator(".fl-errsum")).to_be_focused()
    expect(page.locator("[name=code]")).to_have_value("77")
    page.click(".fl-errsum a")
    expect(page.locator("[name=name]")).to_be_focused()


def test_a_value_is_changed_in_place(page: Page, shop: Shop, sign_in: Enter) -> None:
    anna = show_record_id(shop.make("cust", name="Anna", code="1"))
    sign_in(page, "Lin")
    page.goto(f"{FORM}/cust/r/{anna}")
    page.wait_for_selector("#record[data-mounted]")
    row = page.locator("#row-name1")
    row.locator("[data-edit]").focus()
    page.keyboard.press("Enter")
    expect(row.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("Annie")
    page.keyboard.press("Tab")
    expect(page.locator("#row-code1 input[name=code]")).to_be_focused()
    expect(row).to_contain_text("Annie")
    page.keyboard.press("Escape")
    expect(page.locator("#row-code1 [data-edit]")).to_be_focused()


def test_why_opens_beside_its_value_and_closes(page: Page, shop: Shop, sign_in: Enter) -> None:
    anna = show_record_id(shop.make("cust", name="Anna"))
    sign_in(page, "Lin")
    page.goto(f"{FORM}/cust/r/{anna}")
    page.wait_for_selector("#record[data-mounted]")
    page.hover("#row-tier1")
    page.click("#row-tier1 [data-why]")
    expect(page.locator("#row-tier1 .fl-whypop")).to_contain_text("1,000")
    page.keyboard.press("Escape")
    expect(page.locator(".fl-whypop")).to_have_count(0)


def test_phone_shows_lines_as_cards(phone: Page, shop: Shop, sign_in: Enter) -> None:
    sign_in(phone, "Lin")
    phone.goto(f"{FORM}/ord/new")
    phone.wait_for_selector("#record-form[data-mounted]")
    phone.tap("text=添加一行")
    expect(phone.locator("[data-line]")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

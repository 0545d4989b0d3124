"""The designer in a real browser: dragging by mouse and by finger, keys, the formula editor, publishing,
the phone, and the same without any script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from runtime import definitions, publishing
from tests.browser import gestures
from tests.browser.conftest import Server
from tests.browser.gestures import drag, drag_by_touch, expect_accessible, expect_no_sideways_scroll
from tests.cast import Cast

pytestmark = pytest.mark.browser
SignIn = Callable[[Page, str], Page]
DESIGN = "/w/hua/a/sales/design/customer"
CARDS = "#canvas .fl-bld-card"


@pytest.fixture(autouse=True)
def form(server: Server, cast: Cast) -> None:
    """A published form "customer" with one field."""
    with server.platform.writing(cast.admin) as work:
        app = definitions.create_app(work, "sales", {"zh-CN": "销售", "en": "Sales"})
        assert not isinstance(app, tuple)
        made = definitions.create_form(work, app, {"zh-CN": "客户", "en": "Customer"})
        assert not isinstance(made, tuple)
        assert publishing.publish(work, app, [made.draft]).is_published


def design(page: Page, sign_in: SignIn) -> Page:
    sign_in(page, "Admin")
    page.goto(DESIGN)
    expect(page.locator("#designer.is-live")).to_be_visible()
    return page


def publish_and_find(page: Page, label: str) -> None:
    """Publishes, then finds the field in the form of a record."""
    page.goto(f"{DESIGN}/publish")
    page.click("#publish-rail .btn-primary")
    page.wait_for_url(re.compile(r"/a/sales/f/customer"))
    page.goto("/w/hua/a/sales/f/customer/new")
    expect(page.locator("main").get_by_text(label, exact=True).first).to_be_visible()


def test_a_field_dragged_by_mouse_is_published_into_the_record_form(page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    drag(page, page.locator("[data-tile=date]"), page.locator(CARDS).first, into=(0.75, 0.5))
    expect(page.locator(CARDS)).to_have_count(2)
    expect(page.locator(CARDS).nth(1)).to_have_attribute("data-row", "0")
    expect(page.locator("#props h2")).to_have_text("日期")
    page.fill("#p-label-zh-CN", "签约日")
    expect(page.locator(CARDS).nth(1).locator(".fl-bld-card-l")).to_have_text("签约日")
    publish_and_find(page, "签约日")


def test_a_field_dragged_by_finger_is_published_into_the_record_form(
    open_page: Callable[..., Page], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gestures, "HOLD_MILLISECONDS", 450)
    tablet = open_page(width=1024, height=800, is_phone=True)
    design(tablet, sign_in)
    drag_by_touch(tablet, tablet.locator("[data-tile=money]"), tablet.locator(CARDS).first, into=(0.5, 0.95))
    expect(tablet.locator(CARDS)).to_have_count(2)
    expect(tablet.locator(CARDS).nth(1)).to_have_attribute("data-name", "金额")
    publish_and_find(tablet, "金额")


def test_escape_puts_a_dragged_card_back(page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    tile = page.locator("[data-tile=date]").bounding_box()
    card = page.locator(CARDS).first.bounding_box()
    assert tile is not None
    assert card is not None
    page.mouse.move(tile["x"] + 20, tile["y"] + 10)
    page.mouse.down()
    page.mouse.move(card["x"] + 60, card["y"] + 4, steps=8)
    expect(page.locator(".fl-bld-drop")).to_contain_text("放在这里：第 1 行")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".fl-bld-drop")).to_have_count(0)
    expect(page.locator(CARDS)).to_have_count(1)


def test_the_keyboard_adds_moves_copies_removes_and_undoes(page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    page.locator("[data-tile=date]").press("Enter")
    expect(page.locator(CARDS)).to_have_count(2)
    page.locator(CARDS).nth(1).locator("[data-card]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(page.locator(CARDS).first).to_have_attribute("data-name", "日期")
    expect(page.locator("#designer-said")).to_contain_text("「日期」")
    page.keyboard.press("Space")
    expect(page.locator(CARDS).first.locator("[data-card]")).to_be_focused()
    page.keyboard.press("Control+d")
    expect(page.locator(CARDS)).to_have_count(3)
    page.keyboard.press("Delete")
    expect(page.locator(CARDS)).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("数据还在")
    page.keyboard.press("Control+z")
    expect(page.locator(CARDS)).to_have_count(3)
    page.reload()
    expect(page.locator(CARDS)).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(page.locator(CARDS)).to_have_count(2)


def test_a_formula_is_completed_marked_and_repaired(page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    page.locator("[data-tile=money]").click()
    expect(page.locator(CARDS)).to_have_count(2)
    page.locator("[data-tile=formula]").click()
    expect(page.locator(CARDS)).to_have_count(3)
    page.locator("#props [data-slot$='config.expression']").click()
    code = page.locator(".cm-content")
    expect(code).to_be_focused()
    page.keyboard.type("金额额 * 2")
    expect(page.locator("#ex-problems li")).to_have_count(1)
    expect(page.locator("[data-save]")).to_be_disabled()
    page.keyboard.press("Escape") if page.locator(".cm-tooltip-autocomplete").count() else None
    page.locator("#ex-problems [data-fix-from]").first.click()
    expect(page.locator("#ex-feedback")).to_contain_text("读作")
    page.locator("[data-save]").click()
    expect(page.locator("#overlay")).to_be_hidden()
    expect(page.locator("#props .fl-bld-exprbox").first).to_contain_text("金额 * 2")


def test_the_palette_is_searched_by_pinyin(page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    page.fill("#palette-search", "riqi")
    expect(page.locator("#tiles [data-tile]:visible")).to_have_count(2)


def test_a_phone_adds_from_a_sheet(phone: Page, sign_in: SignIn) -> None:
    design(phone, sign_in)
    expect_no_sideways_scroll(phone)
    phone.locator("[data-open-palette]").tap()
    phone.locator("[data-tile=date]").tap()
    expect(phone.locator(CARDS)).to_have_count(2)
    expect(phone.locator("#props")).to_be_visible()
    phone.locator("[data-close-props]").tap()
    expect(phone.locator("#props")).to_be_hidden()


def test_every_step_works_without_script(chromium: Browser, server: Server, cast: Cast) -> None:
    context = chromium.new_context(base_url=server.address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=email]", "admin@example.com")
    from tests.cast import PASSWORD

    page.fill("input[name=password]", PASSWORD)
    page.click("form[action*='/sign-in'] button[type=submit]")
    page.goto(DESIGN)
    page.click("[data-tile=integer]")
    expect(page.locator(CARDS)).to_have_count(2)
    page.fill("#p-label-zh-CN", "人数")
    page.locator("#panel-form").get_by_role("button", name="保存").last.click()
    expect(page.locator(CARDS).nth(1)).to_have_attribute("data-name", "人数")
    page.locator(".is-selected .fl-des-nojs").first.click()
    expect(page.locator(CARDS).first).to_have_attribute("data-name", "人数")
    page.goto(f"{DESIGN}/publish")
    page.click("#publish-rail .btn-primary")
    page.wait_for_url(re.compile(r"/a/sales/f/customer"))
    context.close()


@pytest.mark.parametrize("path", ["", "/publish", "/versions", "/try"])
def test_the_designer_is_accessible(path: str, page: Page, sign_in: SignIn) -> None:
    design(page, sign_in)
    page.goto(DESIGN + path)
    expect_accessible(page)
    expect_no_sideways_scroll(page)

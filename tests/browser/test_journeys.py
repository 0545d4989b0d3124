"""The path of a business user from an empty workspace to her own form full of data, with real input events.

She clones the CRM, drags a field into the customer form, publishes it, imports a spreadsheet, finds, sorts
and edits what came in, sees figures follow an order, reads the history and undoes the import. And the drag
once more with a finger.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.gestures import drag, drag_by_touch, expect_no_sideways_scroll
from tests.cast import Cast
from tests.integration.runtime.selling import install, shop_forms

if TYPE_CHECKING:
    from runtime.actors import Actor
    from runtime.platform import Platform

pytestmark = pytest.mark.browser
SignIn = Callable[[Page, str], Page]
LIST = "/w/hua/a/crm/f/customer"
NEW_FIELD = "客户简称"
HARMLESS = '=HYPERLINK("http://example.com","点我")'
SLOW = 30_000  # for what a job does on a busy machine


def test_from_an_empty_workspace_to_a_business_that_runs(
    page: Page, sign_in: SignIn, server: Server, cast: Cast, tmp_path: Path
) -> None:
    sign_in(page, "Admin")
    clone_the_crm(page)
    drag_in_a_field(page)
    publish(page)
    add_product(server.platform, cast.admin)
    import_sheet(page, write_sheet(tmp_path / "客户.xlsx"))
    filter_sort_and_search(page)
    edit_in_place_and_by_the_form(page)
    order_something(page)
    read_history(page)
    undo_the_import(page)


def test_a_field_is_dragged_in_by_a_finger(
    phone: Page, sign_in: SignIn, platform: Platform, cast: Cast
) -> None:
    install(platform, cast.admin, shop_forms())
    sign_in(phone, "Admin")
    phone.goto("/w/hua/a/shop/design/cust")
    cards = phone.locator("#canvas .fl-bld-card")
    before = cards.count()
    phone.locator("[data-open-palette]").tap()
    tile = phone.locator("[data-tile=text]")
    expect(tile).to_be_in_viewport(ratio=1)
    drag_by_touch(phone, tile, cards.nth(1), into=(0.5, 0.9))
    expect(cards).to_have_count(before + 1)
    expect(cards.nth(2)).not_to_have_attribute("data-name", "code")
    expect(phone.locator("#card-code1")).to_be_attached()
    expect_no_sideways_scroll(phone)
    phone.reload()
    expect(cards).to_have_count(before + 1)  # it was kept


# --- an app of one's own --------------------------------------------------------------------------


def clone_the_crm(page: Page) -> None:
    page.get_by_role("link", name="华仪").click()
    page.get_by_role("main").get_by_role("link", name="打开模板中心").click()
    page.locator(".fl-tpl-name a").first.click()
    page.locator("#overlay #demo").uncheck()
    page.locator("#overlay .btn-primary").click()
    page.wait_for_url("**/a/crm/f/**", timeout=SLOW)
    expect(page.locator(".fl-side").get_by_role("link", name="商机")).to_be_visible()


def drag_in_a_field(page: Page) -> None:
    page.goto(LIST)
    page.locator(".fl-side a[href*='/design']").click()
    expect(page.locator("#designer")).to_be_visible()
    page.goto("/w/hua/a/crm/design/customer")
    cards = page.locator("#canvas .fl-bld-card")
    before = cards.count()
    drag(page, page.locator("[data-tile=text]"), card_called(page, "生命周期"), into=(0.5, 0.02))
    expect(cards).to_have_count(before + 1)
    name = page.locator("#props input[name='labels.zh-CN']")
    expect(name).not_to_have_value("客户名称")
    name.fill(NEW_FIELD)
    name.press("Tab")
    expect(card_called(page, NEW_FIELD)).to_be_visible()


def card_called(page: Page, name: str) -> Locator:
    return page.locator(f"#canvas .fl-bld-card[data-name='{name}']")


def publish(page: Page) -> None:
    page.locator(".fl-bld-bar a.btn-primary").click()
    expect(page.locator("#bill")).to_be_visible()
    page.locator("#publish-rail .btn-primary").click()
    expect(page.locator(".fl-toast")).to_be_visible(timeout=SLOW)


# --- data of one's own ----------------------------------------------------------------------------


def add_product(platform: Platform, admin: Actor) -> None:
    """What the order below sells."""
    from runtime import access, records

    with platform.writing(admin) as work:
        form = access.open_form(work, "product", to="add", app="crm")
        outcome = records.create(
            work, form, {"code": "P-1", "name": "变频器", "category": "hardware", "price": "1500"}
        )
        assert outcome.is_done, outcome


def write_sheet(path: Path) -> Path:
    """A sheet as people have them: numbers for text, an empty row, a wrong number, a formula as text."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户名称", "电话", "行业", NEW_FIELD, "备注"])
    sheet.append(["苏州明远精密有限公司", "0512 6825 7731", "装备制造", "明远", "展会认识"])
    sheet.append([])
    sheet.append(["杭州晨光软件有限公司", 13800138000, "软件服务", 4711, None])
    sheet.append(["宁波海蓝电子有限公司", None, "电子信息", "海蓝", None])
    sheet.append(["号码不对的公司", "12", "电子信息", "不对", None])
    cell = sheet.cell(4, 5, HARMLESS)
    cell.data_type = "s"  # text that only looks like a formula
    book.save(path)
    return path


def import_sheet(page: Page, path: Path) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="导入").first.click()
    page.set_input_files("#file", path)
    page.locator("form[data-upload] button[type=submit]").click()
    column = page.get_by_label(re.compile(f"「{NEW_FIELD}」|“{NEW_FIELD}”"))
    expect(column.locator("option:checked")).to_have_text(NEW_FIELD)
    page.get_by_label(re.compile("「电话」|“电话”")).select_option(label="电话")
    page.locator(".fl-imp-foot .btn-primary").click()
    expect(page.locator(".fl-imp-bill [data-level=error] b")).to_have_text("1")
    expect(page.locator("td[data-v=bad]")).to_contain_text("12")
    page.locator(".fl-imp-foot .btn-primary").click()
    expect(page.locator(".fl-imp-done")).to_be_visible(timeout=SLOW)
    counts = page.locator(".fl-imp-rec dd").all_inner_texts()
    assert counts == ["3", "0", "1", "1", "5"]  # added, updated, skipped, failed, together


def titles(page: Page) -> Locator:
    return page.locator(".fl-titlecell > a")


def filter_sort_and_search(page: Page) -> None:
    page.locator(".fl-imp-next a[href$='/f/customer']").click()
    expect(titles(page)).to_have_count(3)
    page.locator("#tool-filter").click()
    page.locator("#field-0").select_option(label="行业")
    expect(page.locator("select#value-0")).to_be_visible()
    expect(page.locator("#operator-0 option:checked")).to_have_text("是")
    page.locator("select#value-0").select_option(label="装备制造")
    expect(page.locator("#filter-reading .fl-sentence")).to_contain_text("装备制造")
    page.locator("#filter [data-apply]").click()
    expect(titles(page)).to_have_text(["苏州明远精密有限公司"])
    page.locator(".fl-chip__x").first.click()
    expect(titles(page)).to_have_count(3)
    head = page.locator("thead .fl-th", has_text="客户名称")
    head.click()
    expect(page.locator("thead th[aria-sort]", has_text="客户名称")).to_be_visible()
    # by pinyin: hangzhou, ningbo, suzhou
    expect(titles(page)).to_have_text(
        ["杭州晨光软件有限公司", "宁波海蓝电子有限公司", "苏州明远精密有限公司"]
    )
    page.locator("#list-search").fill("晨光")
    expect(titles(page)).to_have_text(["杭州晨光软件有限公司"])


# --- working with it ------------------------------------------------------------------------------


def row(page: Page, label: str) -> Locator:
    """A field on the page of a record, by its exact name."""
    return page.locator(".fl-dl__row").filter(
        has=page.locator("dt", has_text=re.compile(f"^\\s*{label}\\s*$"))
    )


def edit_in_place_and_by_the_form(page: Page) -> None:
    titles(page).first.click()
    page.wait_for_selector("#record[data-mounted]")
    expect(row(page, NEW_FIELD)).to_contain_text("4711")
    expect(row(page, "备注")).to_contain_text(HARMLESS)
    expect(row(page, "电话")).to_contain_text("13800138000")
    row(page, "规模").locator("[data-edit]").click()
    page.locator("select[name=size]").select_option(label="21-100 人")
    page.locator("form[data-inline] button[type=submit]").click()
    expect(row(page, "规模").locator("dd")).to_contain_text("21-100 人")
    expect(page.locator("form[data-inline]")).to_have_count(0)
    page.locator("#record-head a.btn-primary").click()
    page.wait_for_selector("#record-form[data-mounted]")
    page.locator("[name=industry]").select_option(label="零售电商")
    page.locator("#record-form [data-save]").click()
    page.wait_for_selector("#record[data-mounted]")
    expect(row(page, "行业")).to_contain_text("零售电商")


def order_something(page: Page) -> None:
    """Figures of the customer follow an order with lines at once."""
    expect(row(page, "完成订单数").locator("dd")).to_contain_text("0")
    customer = page.url
    page.locator("aside a[href*='/f/order/new']").click()
    page.wait_for_selector("#record-form[data-mounted]")
    expect(page.locator("[name=customer]")).to_have_value("杭州晨光软件有限公司")
    page.locator("[name=status]").select_option(label="已完成")
    page.locator(".fl-lines__add").click()
    page.locator("[name='lines.0.product']").press_sequentially("变频")
    expect(page.locator(".fl-picker__list [aria-selected=true]")).to_have_text("变频器")
    page.keyboard.press("Enter")
    page.locator("[name='lines.0.qty']").fill("4")
    page.locator("[name='lines.0.price']").fill("1500")
    page.locator("[name='lines.0.discount']").fill("10")
    page.keyboard.press("Tab")
    expect(page.locator("#f-amount")).to_contain_text("5,400.00")  # live, before anything is saved
    page.locator("#record-form [data-save]").click()
    page.wait_for_url(re.compile(r"/f/(order|customer)/r/[0-9a-z]+$"))
    page.goto(customer)
    expect(row(page, "完成订单数").locator("dd")).to_contain_text("1")
    expect(row(page, "累计订单额").locator("dd")).to_contain_text("5,400.00")
    expect(row(page, "客单价").locator("dd")).to_contain_text("5,400.00")


def read_history(page: Page) -> None:
    page.locator(".fl-rec__tabs a[href$='/history']").click()
    timeline = page.locator("#timeline")
    change = timeline.locator(".fl-change", has_text="行业")
    expect(change.locator("del").first).to_have_text("软件服务")
    expect(change.locator("ins").first).to_have_text("零售电商")
    expect(timeline).to_contain_text("21-100 人")
    expect(timeline).to_contain_text("累计订单额")


def undo_the_import(page: Page) -> None:
    """What was changed since stays; the rest goes."""
    page.goto(f"{LIST}/import")
    page.get_by_role("link", name="客户.xlsx").click()
    page.locator(".fl-imp-next a.is-undo").click()
    counts = page.locator("dl.fl-imp-rec dd")
    expect(counts).to_have_text(["2", "0", "1"])
    page.locator(".fl-imp-foot .btn-primary").click()
    expect(page.locator(".fl-toast")).to_be_visible()
    expect(titles(page)).to_have_text(["杭州晨光软件有限公司"])

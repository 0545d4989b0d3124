"""The shell in a real browser: moving about, dialogs, toasts, keys, the phone, and without any script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.browser.gestures import expect_accessible, expect_no_sideways_scroll

pytestmark = pytest.mark.browser
SignIn = Callable[[Page, str], Page]
PAGES = ("", "members", "settings", "settings/security", "settings/workspace", "templates")


def enter(page: Page, sign_in: SignIn, path: str = "") -> Page:
    """Admin is in two workspaces and would be asked which."""
    sign_in(page, "Admin")
    page.goto(f"/w/hua/{path}")
    return page


def test_moving_about_keeps_the_document_and_moves_the_focus(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in)
    page.evaluate("window.sameDocument = true")
    page.click("nav a[href$='/members']")
    page.wait_for_url("**/members")
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("document.activeElement.id") == "main"
    expect(page).to_have_title("成员 · 织表")


def test_a_member_is_added_by_keyboard_alone(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in, "members")
    page.keyboard.press("n")
    expect(page.locator("#overlay #name")).to_be_focused()
    page.keyboard.type("陈雨桐")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong@address")
    page.keyboard.press("Enter")
    expect(page.locator("#overlay .fl-errsum")).to_be_focused()
    page.locator("#overlay #email").fill("chen@example.com")
    page.keyboard.press("Enter")
    expect(page.locator("#one-time")).to_have_value("".join(page.locator("#one-time").input_value()))
    page.locator("#overlay .btn-primary").press("Enter")
    expect(page.get_by_text("chen@example.com")).to_be_visible()


def test_escape_closes_a_dialog_and_gives_the_focus_back(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in, "members")
    button = page.locator(".fl-page__actions a")
    button.press("Enter")
    expect(page.locator("#overlay")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#overlay")).to_be_hidden()
    expect(button).to_be_focused()


def test_disabling_asks_first_and_says_what_happened(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in, "members")
    row = page.locator("tr", has_text="wang@example.com")
    row.get_by_role("button", name="停用").click()
    page.locator("dialog[open]").get_by_role("button", name="取消").click()
    expect(row.get_by_text("已停用")).to_have_count(0)
    row.get_by_role("button", name="停用").click()
    page.locator("dialog[open] [data-yes]").click()
    expect(page.locator("tr", has_text="wang@example.com").get_by_text("已停用")).to_be_visible()
    expect(page.locator(".fl-toast")).to_contain_text("Wang")


def test_the_theme_changes_at_once_and_stays(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in)
    page.locator("summary[aria-label*='Admin']").click()
    page.locator("[data-theme-choice='dark']").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark == "rgb(16, 19, 25)"


def test_keys_open_the_map_and_lead_to_places(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in)
    page.keyboard.press("?")
    expect(page.locator("#keymap")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/settings")


def test_the_crm_is_cloned_with_one_click(page: Page, sign_in: SignIn) -> None:
    enter(page, sign_in, "templates")
    page.locator(".fl-tpl-name a").first.click()
    page.locator("#overlay #demo").uncheck()
    page.locator("#overlay .btn-primary").click()
    page.wait_for_url("**/a/crm**", timeout=30_000)  # cloning is work, and machines are busy
    page.goto("/w/hua/")
    expect(page.locator(".fl-appcard__name").first).to_have_text("客户管理")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_in_both_themes(
    open_page: Callable[..., Page], sign_in: SignIn, path: str, theme: str
) -> None:
    page = enter(open_page(theme=theme), sign_in, path)
    expect_accessible(page)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(phone: Page, sign_in: SignIn, path: str) -> None:
    enter(phone, sign_in, path)
    expect_no_sideways_scroll(phone)


def test_the_first_run_fits_a_phone(phone: Page, server: Server) -> None:
    phone.goto("/setup")
    expect(phone.locator("input[type=password]").first).to_be_visible()
    expect_no_sideways_scroll(phone)
    expect_accessible(phone)


def test_everything_works_without_script(chromium: Browser, server: Server, cast: object) -> None:
    context = chromium.new_context(base_url=server.address, java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@example.com")
    page.fill("#password", "correct horse 电池")
    page.click("form[action='/sign-in'] button[type=submit]")
    page.goto("/w/hua/members")
    page.click(".fl-page__actions a")
    page.fill("#name", "Chen")
    page.fill("#email", "chen@example.com")
    page.click("form.fl-modal button[type=submit]")
    expect(page.locator("#one-time")).to_be_visible()
    page.goto("/w/hua/templates")
    page.click(".fl-tpl-name a")
    expect(page.locator("#demo")).to_be_checked()
    page.goto("/w/hua/")
    page.click("summary[aria-label*='Admin']")
    page.click("form[action='/sign-out'] button")
    expect(page.locator("#email")).to_be_visible()
    context.close()

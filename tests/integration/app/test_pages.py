"""The screens of the face: home, members, settings, and how answers differ for htmx."""

from __future__ import annotations

import re
from collections.abc import Callable

from runtime.people import list_members
from runtime.platform import Platform
from tests.cast import PASSWORD, Cast
from tests.integration.app.conftest import HTMX, Browser

Enter = Callable[[str], Browser]


def test_htmx_gets_the_fragment_that_the_page_includes(sign_in: Enter) -> None:
    admin = sign_in("Admin")
    page, fragment = admin.page("/w/hua/members"), admin.page("/w/hua/members", headers=HTMX)
    assert fragment.lstrip().startswith("<section")
    assert "<html" in page
    assert 'id="members"' in page


def test_boosted_links_get_whole_pages(sign_in: Enter) -> None:
    headers = {**HTMX, "HX-Boosted": "true"}
    assert "<html" in sign_in("Admin").page("/w/hua/members", headers=headers)


def test_adding_a_member_shows_a_password_once(sign_in: Enter, cast: Cast, platform: Platform) -> None:
    admin = sign_in("Admin")
    answer = admin.post("/w/hua/members", {"name": "赵敏", "email": "zhao.min@example.com", "role": "member"})
    text = answer.get_data(as_text=True)
    found = re.search(r'id="one-time"[^>]*value="([^"]+)"', text)
    assert answer.status_code == 200
    assert found
    newcomer = Browser(admin.client.application.test_client())
    entered = newcomer.post("/sign-in", {"email": "zhao.min@example.com", "password": found[1]})
    assert entered.location == "/w/hua/"


def test_adding_somebody_twice_is_refused_in_words(sign_in: Enter) -> None:
    answer = sign_in("Admin").post("/w/hua/members", {"name": "Lin", "email": "lin@example.com"})
    assert answer.status_code == 422
    assert "lin@example.com 已经是成员" in answer.get_data(as_text=True)


def test_plain_members_look_but_do_not_change(sign_in: Enter, cast: Cast, platform: Platform) -> None:
    lin = sign_in("Lin")
    page = lin.page("/w/hua/members")
    assert "wang@example.com" in page
    assert "/members/add" not in page
    assert cast.wang.member is not None
    answer = lin.post(f"/w/hua/members/{cast.wang.member.id}/role", {"role": "admin"})
    assert answer.status_code == 403
    with platform.reading(cast.admin) as work:
        assert [one.role for one in list_members(work) if one.name == "Wang"] == ["member"]


def test_changing_a_role_answers_the_table_and_a_toast(sign_in: Enter, cast: Cast) -> None:
    admin = sign_in("Admin")
    assert cast.wang.member is not None
    answer = admin.post(f"/w/hua/members/{cast.wang.member.id}/role", {"role": "admin"}, headers=HTMX)
    text = answer.get_data(as_text=True)
    assert 'id="members"' in text
    assert 'hx-swap-oob="beforeend"' in text
    assert "已更改 Wang 的角色" in text


def test_the_last_owner_stays(sign_in: Enter, cast: Cast) -> None:
    admin = sign_in("Admin")
    assert cast.admin.member is not None
    answer = admin.post(f"/w/hua/members/{cast.admin.member.id}/role", {"role": "member"})
    assert answer.status_code == 422
    assert "最后一位所有者" in answer.get_data(as_text=True)


def test_a_refused_htmx_post_becomes_a_toast(sign_in: Enter, cast: Cast) -> None:
    lin = sign_in("Lin")
    assert cast.wang.member is not None
    answer = lin.post(f"/w/hua/members/{cast.wang.member.id}/role", {"role": "admin"}, headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "fl-toast--error" in answer.get_data(as_text=True)


def test_a_missing_fragment_answers_a_state(sign_in: Enter) -> None:
    answer = sign_in("Lin").get("/w/hua/nowhere", headers=HTMX)
    assert answer.status_code == 404
    assert "fl-empty" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)


def test_an_unexpected_error_shows_its_number(sign_in: Enter, monkeypatch: object) -> None:
    import pytest

    from app.screens import members

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    lin = sign_in("Lin")
    lin.client.application.testing = False

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the database")

    monkeypatch.setattr(members.people, "list_members", fail)
    answer = lin.get("/w/hua/members")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert re.search(r"E-[0-9A-F]{4}-[0-9A-F]{4}", text)
    assert "secret" not in text


def test_a_new_password_signs_other_browsers_out(sign_in: Enter) -> None:
    here, there = sign_in("Lin"), sign_in("Lin")
    answer = here.post(
        "/w/hua/settings/password", {"old_password": PASSWORD, "new_password": "another long one"}
    )
    assert answer.status_code == 303
    assert here.get("/w/hua/settings/security").status_code == 200
    assert there.get("/w/hua/").location.startswith("/sign-in")


def test_a_wrong_old_password_is_said_at_its_field(sign_in: Enter) -> None:
    answer = sign_in("Lin").post(
        "/w/hua/settings/password", {"old_password": "wrong", "new_password": "another long one"}
    )
    assert answer.status_code == 422
    assert 'id="old_password-error"' in answer.get_data(as_text=True)


def test_the_workspace_has_names_in_each_language(sign_in: Enter) -> None:
    admin = sign_in("Admin")
    names = {"name_zh-CN": "新名", "name_zh-TW": "", "name_en": "New name"}
    answer = admin.post("/w/hua/settings/workspace", {**names, "zone": "Asia/Tokyo", "language": "en"})
    assert answer.status_code == 303
    assert "新名" in admin.page("/w/hua/")
    assert sign_in("Lin").get("/w/hua/settings/workspace").status_code == 403


def test_theme_and_density_are_drawn_by_the_server(sign_in: Enter) -> None:
    lin = sign_in("Lin")
    assert lin.post("/w/hua/settings/appearance", {"theme": "dark", "density": "compact"}).status_code == 303
    page = lin.page("/w/hua/")
    assert 'data-bs-theme="dark"' in page
    assert 'data-density="compact"' in page
    assert 'media="all"' in page


def test_an_unknown_theme_is_not_kept(sign_in: Enter) -> None:
    lin = sign_in("Lin")
    lin.post("/w/hua/settings/appearance", {"theme": "x; Path=/evil"})
    assert 'data-bs-theme="system"' in lin.page("/w/hua/")


def test_a_workspace_without_apps_says_what_to_do(sign_in: Enter) -> None:
    assert "/w/hua/templates" in sign_in("Admin").page("/w/hua/")
    assert "fl-empty" in sign_in("Lin").page("/w/hua/")


def test_operators_have_their_addresses(browser: Browser) -> None:
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 200
    assert b"python_info" in browser.get("/metrics").data

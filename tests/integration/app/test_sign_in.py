"""Signing in and out: right and wrong passwords, too many attempts, where it leads, how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runtime.people import set_active
from runtime.platform import Platform
from tests.cast import PASSWORD, Cast
from tests.integration.app.conftest import HTMX, Browser

Enter = Callable[[str], Browser]
LIN = {"email": "lin@example.com", "password": PASSWORD}


def test_a_right_password_opens_the_only_workspace(browser: Browser, cast: Cast) -> None:
    answer = browser.post("/sign-in", LIN)
    assert (answer.status_code, answer.location) == (303, "/w/hua/")


def test_somebody_in_two_workspaces_chooses(browser: Browser, cast: Cast) -> None:
    answer = browser.post("/sign-in", {**LIN, "email": "admin@example.com"})
    assert answer.location == "/workspaces"
    page = browser.page("/workspaces")
    assert "/w/hua/" in page
    assert "/w/elsewhere/" in page


def test_wrong_password_and_unknown_address_read_alike(browser: Browser, cast: Cast) -> None:
    wrong = browser.post("/sign-in", {**LIN, "password": "wrong password"})
    unknown = browser.post("/sign-in", {"email": "nobody@example.com", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 422
    banner = '<div class="fl-banner fl-banner--danger"'
    cut = [one.get_data(as_text=True).split(banner)[1].split("</div>")[0] for one in (wrong, unknown)]
    assert cut[0] == cut[1]


def test_too_many_attempts_say_when_to_come_back(browser: Browser, cast: Cast) -> None:
    for _attempt in range(10):
        browser.post("/sign-in", {**LIN, "password": "wrong password"})
    answer = browser.post("/sign-in", LIN)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in answer.headers or "formloom_session" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "",
    ],
)
def test_next_never_leads_to_another_site(browser: Browser, cast: Cast, target: str) -> None:
    assert browser.post("/sign-in", {**LIN, "next": target}).location == "/w/hua/"


def test_next_leads_back_to_the_page_asked_for(browser: Browser, cast: Cast) -> None:
    asked = browser.get("/w/hua/members?x=1")
    assert asked.location == "/sign-in?next=%2Fw%2Fhua%2Fmembers%3Fx%3D1"
    assert browser.post("/sign-in", {**LIN, "next": "/w/hua/members?x=1"}).location == "/w/hua/members?x=1"


def test_a_fragment_without_session_answers_401(browser: Browser, cast: Cast) -> None:
    assert browser.get("/w/hua/members", headers=HTMX).status_code == 401


def test_sign_out_ends_the_session_on_the_server(sign_in: Enter, cast: Cast) -> None:
    lin = sign_in("Lin")
    kept = lin.client.get_cookie("formloom_session")
    assert kept is not None
    assert lin.post("/sign-out").location == "/sign-in"
    lin.client.set_cookie("formloom_session", kept.value)
    assert lin.get("/w/hua/").location.startswith("/sign-in")


def test_a_disabled_member_is_out_with_the_next_request(
    sign_in: Enter, platform: Platform, cast: Cast
) -> None:
    lin = sign_in("Lin")
    assert lin.get("/w/hua/").status_code == 200
    assert cast.lin.member is not None
    with platform.writing(cast.admin) as work:
        set_active(work, cast.lin.member.id, is_active=False)
    assert lin.get("/w/hua/").status_code == 404

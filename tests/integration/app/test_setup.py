"""The first run: somebody becomes the owner, once."""

from __future__ import annotations

from tests.cast import Cast
from tests.integration.app.conftest import Browser

OWNER = {
    "workspace_name": "华仪",
    "name": "Admin",
    "email": "admin@example.com",
    "password": "correct horse",
    "language": "en",
    "zone": "Asia/Shanghai",
}


def test_an_empty_site_leads_to_its_setup(browser: Browser) -> None:
    assert browser.get("/").location == "/setup"
    assert browser.get("/sign-in").location == "/setup"
    assert "Asia/Shanghai" in browser.page("/setup")


def test_setup_makes_an_owner_who_is_signed_in(browser: Browser) -> None:
    browser.get("/setup")
    answer = browser.post("/setup", OWNER)
    assert (answer.status_code, answer.location) == (303, "/w/main/")
    assert "Admin" in browser.page("/w/main/")


def test_a_refused_setup_keeps_what_was_typed(browser: Browser) -> None:
    browser.get("/setup", headers={"Accept-Language": "en"})
    answer = browser.post("/setup", {**OWNER, "password": "short", "email": "no address"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="华仪"' in text
    assert 'href="#password"' in text
    assert 'href="#email"' in text
    assert "short" not in text
    assert browser.get("/").location == "/setup"


def test_setup_is_gone_once_anybody_is_there(browser: Browser, cast: Cast) -> None:
    browser.get("/sign-in")
    assert browser.get("/setup").status_code == 404
    assert browser.post("/setup", OWNER).status_code == 404

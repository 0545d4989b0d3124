"""What every answer promises: content policy, headers, form tokens, cookies, proxies, sizes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.factory import FormloomApp
from runtime.people import list_members
from runtime.platform import Platform
from tests.cast import PASSWORD, Cast
from tests.integration.app.conftest import HTMX, Browser

Enter = Callable[[str], Browser]
LARGE = 9 * 1024 * 1024  # more than a body may have otherwise


def test_the_policy_allows_no_inline_code(browser: Browser, cast: Cast) -> None:
    policy = browser.get("/sign-in").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert re.search(r"style-src 'self' 'nonce-[\w-]{20,}'", policy)


def test_the_nonce_of_page_and_header_agree_and_change(browser: Browser, cast: Cast) -> None:
    nonces = []
    for _visit in range(2):
        answer = browser.get("/sign-in")
        in_page = re.search(r'name="csp-nonce" content="([^"]+)"', answer.get_data(as_text=True))
        assert in_page
        assert f"'nonce-{in_page[1]}'" in answer.headers["Content-Security-Policy"]
        nonces.append(in_page[1])
    assert nonces[0] != nonces[1]


def test_pages_hold_no_inline_script_or_style(sign_in: Enter) -> None:
    admin = sign_in("Admin")
    for path in ("/w/hua/", "/w/hua/members", "/w/hua/settings", "/w/hua/settings/security", "/w/hua/x"):
        text = admin.get(path).get_data(as_text=True)
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"\son[a-z]+=", text), path
        assert all(
            'type="application/json"' in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", text)
        )


@pytest.mark.parametrize("path", ["/sign-in", "/w/hua/", "/w/hua/nothing", "/healthz", "/nowhere"])
def test_every_answer_carries_the_headers(sign_in: Enter, path: str) -> None:
    headers = sign_in("Lin").get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]


def test_a_post_without_token_changes_nothing(sign_in: Enter, platform: Platform, cast: Cast) -> None:
    admin = sign_in("Admin")
    answer = admin.client.post("/w/hua/members", data={"name": "Eve", "email": "eve@example.com"})
    assert answer.status_code == 403
    assert "Content-Security-Policy" in answer.headers
    with platform.reading(cast.admin) as work:
        assert "eve@example.com" not in [one.email for one in list_members(work)]


def test_every_unsafe_route_asks_for_the_token(face: FormloomApp, sign_in: Enter) -> None:
    admin = sign_in("Admin")
    for rule in face.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            if rule.rule.startswith("/api/"):
                continue
            values = {name: ("hua" if name == "workspace" else "1") for name in rule.arguments}
            path = rule.rule
            for name, value in values.items():
                path = re.sub(rf"<(?:[^:>]+:)?{name}>", value, path)
            assert admin.client.open(path, method=method).status_code == 403, (method, path)


def test_the_token_in_a_header_is_taken(sign_in: Enter) -> None:
    admin = sign_in("Admin")
    headers = {**HTMX, "X-CSRFToken": admin.token}
    answer = admin.client.post("/w/hua/members", data={"name": ""}, headers=headers)
    assert answer.status_code == 422


def test_cookies_are_bound_to_the_host_under_https(secure_face: FormloomApp, cast: Cast) -> None:
    browser, site = Browser(secure_face.test_client()), "https://forms.example.com"
    page = browser.get("/sign-in", base_url=site)
    answer = browser.post(
        "/sign-in",
        {"email": "lin@example.com", "password": PASSWORD},
        headers={"Referer": f"{site}/sign-in"},
        base_url=site,
    )
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    (session,) = [one for one in cookies if one.startswith("__Host-formloom_session=")]
    (form,) = [one for one in page.headers.getlist("Set-Cookie") if one.startswith("__Host-formloom_form=")]
    for cookie in (session, form):
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert "Strict-Transport-Security" in answer.headers


def test_a_foreign_referer_is_refused_under_https(secure_face: FormloomApp, cast: Cast) -> None:
    browser, site = Browser(secure_face.test_client()), "https://forms.example.com"
    browser.get("/sign-in", base_url=site)
    credentials = {"email": "lin@example.com", "password": PASSWORD}
    headers = {"Referer": "https://evil.example/"}
    assert browser.post("/sign-in", credentials, headers=headers, base_url=site).status_code == 403


def test_cookies_without_https_are_http_only_and_lax(browser: Browser, cast: Cast) -> None:
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"email": "lin@example.com", "password": PASSWORD})
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "formloom_session" in one]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_forwarded_headers_are_ignored_without_proxies(browser: Browser, cast: Cast) -> None:
    answer = browser.get("/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil.example" not in (answer.location or "")


def test_a_body_beyond_the_cap_is_refused(sign_in: Enter) -> None:
    admin = sign_in("Admin")
    answer = admin.post("/w/hua/members", {"name": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413


def test_only_views_that_take_uploads_take_large_bodies(
    face: FormloomApp, sign_in: Enter, cast: Cast
) -> None:
    from flask import Response, request

    from app.security import takes_upload
    from app.workspace_screen import workspace_screen

    screen = workspace_screen("large", __name__)

    @screen.post("/large")
    @takes_upload
    def measure() -> Response:
        with request.files["file"].stream as stream:
            return Response(str(len(stream.read())))

    face._got_first_request = False
    face.register_blueprint(screen)
    admin = sign_in("Admin")
    # put together by hand: werkzeug's own encoder leaves a temporary file open
    part = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    named = part.replace(b'"%b"', b'"file"; filename="large.csv"')
    body = part % (b"csrf_token", admin.token.encode()) + named % (b"x" * LARGE) + b"--b--\r\n"
    answer = admin.client.post("/w/hua/large", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.data == str(LARGE).encode()


def test_assets_are_kept_for_ever(face: FormloomApp, browser: Browser) -> None:
    page = browser.page("/setup")
    found = re.search(r'href="(/assets/app-[^"]+\.css)"', page)
    assert found
    answer = browser.get(found[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_favicon_is_there(browser: Browser) -> None:
    answer = browser.get(browser.get("/favicon.ico").location)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_foreign_workspaces_look_as_if_they_were_not(sign_in: Enter) -> None:
    stranger = sign_in("Stranger")
    foreign, absent = stranger.get("/w/hua/"), stranger.get("/w/no-such-place/")
    assert foreign.status_code == absent.status_code == 404
    texts = [
        re.sub(r"nonce\S*|content=\"[^\"]+\"|value=\"[^\"]+\"", "", one.get_data(as_text=True))
        for one in (foreign, absent)
    ]
    assert texts[0].replace("hua", "") == texts[1].replace("no-such-place", "")


def test_a_refusal_rolls_its_unit_of_work_back(
    face: FormloomApp, sign_in: Enter, platform: Platform, cast: Cast
) -> None:
    from flask import Response

    from app.wiring import current_work
    from app.workspace_screen import workspace_screen
    from runtime.people import NewPerson, add_member

    screen = workspace_screen("broken", __name__)

    @screen.post("/broken")
    def add_and_refuse() -> Response:
        add_member(current_work(), NewPerson("half@example.com", "Half"))
        return Response("no", 409)

    face._got_first_request = False
    face.register_blueprint(screen)
    assert sign_in("Admin").post("/w/hua/broken").status_code == 409
    with platform.reading(cast.admin) as work:
        assert "half@example.com" not in [one.email for one in list_members(work)]

"""The app over HTTP, without a socket: `face` the Flask app on the test's platform, `browser` somebody who is
not signed in yet, `sign_in("Lin")` a browser of hers in the workspace `hua`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import Settings
from app.factory import FormloomApp, create_app
from runtime.platform import Platform
from tests.cast import PASSWORD, Cast

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
HTMX = {"HX-Request": "true"}


@dataclass
class Browser:
    """One person's browser: keeps cookies and sends the form token of the last page, as ours do."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **kwargs: object) -> TestResponse:
        answer: TestResponse = self.client.get(path, **kwargs)
        answer.get_data()
        answer.close()
        found = TOKEN.search(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else None
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, data: dict[str, str] | None = None, **kwargs: object) -> TestResponse:
        if not self.token:
            self.get("/sign-in")
        answer: TestResponse = self.client.post(
            path, data={"csrf_token": self.token, **(data or {})}, **kwargs
        )
        return answer

    def page(self, path: str, **kwargs: object) -> str:
        answer = self.get(path, **kwargs)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)


@pytest.fixture
def settings(platform: Platform, tmp_path: Path) -> Settings:
    url = platform.database.url.render_as_string(hide_password=False)
    return Settings(tmp_path / "data", url, "a key for tests only", has_pseudo_language=True)


@pytest.fixture
def face(settings: Settings, platform: Platform) -> FormloomApp:
    app = create_app(settings, platform)
    app.testing = True
    return app


@pytest.fixture
def secure_face(settings: Settings, platform: Platform) -> FormloomApp:
    """The same reached by https through one proxy."""
    return create_app(replace(settings, public_url="https://forms.example.com", trusted_proxies=1), platform)


@pytest.fixture
def browser(face: FormloomApp) -> Browser:
    return Browser(face.test_client())


@pytest.fixture
def sign_in(face: FormloomApp, cast: Cast) -> Callable[[str], Browser]:
    def enter(name: str) -> Browser:
        browser = Browser(face.test_client())
        browser.get("/sign-in")
        answer = browser.post("/sign-in", {"email": f"{name}@example.com", "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        browser.get("/workspaces")
        return browser

    return enter

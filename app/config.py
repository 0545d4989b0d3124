"""Settings: everything that the environment may say, read once.

In: environment variables (named in docs/configuration.md, kept complete by a test). Out: `Settings`,
`read_settings`, `SettingsError`. Called by the command line and by tests.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024


class SettingsError(Exception):
    """A setting that cannot be used; the message is one sentence for the person who set it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One running system's settings. Tests make their own; `read_settings` reads the environment."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    trusted_proxies: int = 0
    smtp_url: str | None = field(default=None, repr=False)
    files_url: str | None = field(default=None, repr=False)
    admin_email: str | None = None
    admin_password: str | None = field(default=None, repr=False)
    has_demo: bool = True
    clock: str | None = None
    threads: int = 8
    has_pseudo_language: bool = False
    largest_body: int = 8 * MEGABYTE
    largest_upload: int = 520 * MEGABYTE

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by https: then cookies are `__Host-` and Secure."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def files_folder(self) -> Path:
        """Where uploaded files are kept on a local disk."""
        if self.files_url is None:
            return self.data_dir / "files"
        parts = urlsplit(self.files_url)
        if parts.scheme not in ("", "file"):
            raise SettingsError(f"FILES_URL has to be a folder or file:///…, not {parts.scheme}://…")
        return Path(parts.path)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises `SettingsError` with a sentence that says what to change."""
    given = os.environ if environ is None else environ
    data_dir = Path(given.get("DATA_DIR") or "data").absolute()
    return Settings(
        data_dir=data_dir,
        database_url=given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'formloom.db'}",
        secret_key=given.get("SECRET_KEY") or _kept_secret(data_dir),
        redis_url=given.get("REDIS_URL") or None,
        host=given.get("HOST") or "127.0.0.1",
        port=_whole(given, "PORT", 8000, most=65535),
        public_url=_public_url(given.get("PUBLIC_URL")),
        trusted_proxies=_whole(given, "TRUSTED_PROXIES", 0, most=10),
        smtp_url=given.get("SMTP_URL") or None,
        files_url=given.get("FILES_URL") or None,
        admin_email=given.get("FORMLOOM_ADMIN_EMAIL") or None,
        admin_password=given.get("FORMLOOM_ADMIN_PASSWORD") or None,
        has_demo=given.get("FORMLOOM_DEMO", "1") not in ("0", "false", "no"),
        clock=given.get("FORMLOOM_CLOCK") or None,
        threads=_whole(given, "FORMLOOM_THREADS", 8, most=64, least=1),
        has_pseudo_language=given.get("FORMLOOM_PSEUDO") == "1",
    )


def _whole(given: Mapping[str, str], name: str, default: int, *, most: int, least: int = 0) -> int:
    text = (given.get(name) or "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} has to be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _public_url(text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError(
            f"PUBLIC_URL has to look like https://forms.example.com without a path, not {text!r}."
        )
    return text.rstrip("/")


def _kept_secret(data_dir: Path) -> str:
    """The key that signs cookies: made once and kept in DATA_DIR, so that sign-ins outlive a restart."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f"secret_key.{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as sink:
            sink.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()

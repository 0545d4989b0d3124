"""Settings from the environment: defaults, refusals in words, and that the documentation names them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.config import SettingsError, read_settings

ROOT = Path(__file__).resolve().parents[3]


def test_an_empty_environment_gives_the_defaults(tmp_path: Path) -> None:
    settings = read_settings({"DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'formloom.db'}"
    assert (settings.host, settings.port, settings.has_demo) == ("127.0.0.1", 8000, True)


def test_the_secret_key_is_kept_and_private(tmp_path: Path) -> None:
    first, second = (read_settings({"DATA_DIR": str(tmp_path)}).secret_key for _ in range(2))
    assert first == second
    assert len(first) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("TRUSTED_PROXIES", "-1"),
        ("PUBLIC_URL", "forms.example.com"),
        ("PUBLIC_URL", "https://example.com/path"),
    ],
)
def test_a_useless_value_is_refused_in_words(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"DATA_DIR": str(tmp_path), name: value})


def test_secrets_do_not_stand_in_the_repr(tmp_path: Path) -> None:
    settings = read_settings({"DATA_DIR": str(tmp_path), "SECRET_KEY": "hush", "SMTP_URL": "smtp://u:pw@h"})
    assert "hush" not in repr(settings)
    assert "pw@h" not in repr(settings)


def test_every_setting_is_documented() -> None:
    code = (ROOT / "app" / "config.py").read_text(encoding="utf-8")
    used = set(re.findall(r'"([A-Z][A-Z_]{3,})"', code))
    documented = set(
        re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))
    )
    assert used - documented == set()

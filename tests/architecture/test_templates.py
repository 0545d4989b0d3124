"""Every template compiles in the app's own environment: no unknown filter, test, tag or missing include."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    file.relative_to(ROOT / "templates").as_posix() for file in (ROOT / "templates").rglob("*.html")
)
REACHES = re.compile(r"""{%-?\s*(?:include|import|from|extends)\s+["']([^"']+)["']""")


@cache
def _environment(folder: Path) -> Environment:
    from app.config import Settings
    from app.factory import create_app
    from runtime.platform import Platform
    from runtime.ports import FolderFiles, SystemClock

    settings = Settings(folder, "sqlite://", "a key for tests only")
    platform = Platform(None, SystemClock(), FolderFiles(folder))  # type: ignore[arg-type]  # nothing is asked of it
    found: Environment = create_app(settings, platform).jinja_env
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles_and_reaches_only_templates(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _environment(tmp_path_factory.getbasetemp()).get_template(name)
    text = (ROOT / "templates" / name).read_text(encoding="utf-8")
    assert [target for target in REACHES.findall(text) if target not in TEMPLATES] == []

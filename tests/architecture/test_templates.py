"""Every template compiles in the app's own environment: no unknown filter, test, tag or missing include."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, TemplateError

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    file.relative_to(ROOT / "templates").as_posix() for file in (ROOT / "templates").rglob("*.html")
)
REACHES = re.compile(r"""{%-?\s*(?:include|import|from|extends)\s+["']([^"']+\.html)["']""")


def _environment(folder: Path) -> Environment:
    from app.config import Settings
    from app.factory import create_app
    from runtime.platform import Platform
    from runtime.ports import FolderFiles, SystemClock

    settings = Settings(folder, "sqlite://", "a key for tests only")
    platform = Platform(None, SystemClock(), FolderFiles(folder))  # type: ignore[arg-type]  # nothing is asked of it
    found: Environment = create_app(settings, platform).jinja_env
    return found


def test_every_template_compiles(tmp_path: Path) -> None:
    environment, broken = _environment(tmp_path), {}
    for name in TEMPLATES:
        try:
            environment.get_template(name)
        except TemplateError as problem:
            broken[name] = str(problem)
    assert broken == {}


def test_templates_reach_only_templates_that_exist() -> None:
    lost = {
        name: target
        for name in TEMPLATES
        for target in REACHES.findall((ROOT / "templates" / name).read_text(encoding="utf-8"))
        if target not in TEMPLATES
    }
    assert lost == {}

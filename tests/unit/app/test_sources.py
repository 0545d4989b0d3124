"""Laws of templates and assets that no browser is needed for."""

from __future__ import annotations

import re
from pathlib import Path

from app.manifest import Assets
from builder.fields.registry import FIELD_TYPES

ROOT = Path(__file__).resolve().parents[3]


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    named = {one.icon for one in FIELD_TYPES}
    for folder, pattern in (("templates", "*.html"), ("app", "*.py")):
        for path in (ROOT / folder).rglob(pattern):
            named |= set(re.findall(r"""\bicon\(["']([a-z0-9-]+)["']\)""", path.read_text(encoding="utf-8")))
    assert named - Assets.read().icons == set()


def test_every_template_compiles() -> None:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    for path in sorted((ROOT / "templates").rglob("*.html")):
        environment.parse(path.read_text(encoding="utf-8"))


def test_no_class_of_the_mock_ups_alone_is_used() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        assert not re.search(
            r"fl-spec|fl-toaststage|fl-dragspot|is-hover", path.read_text(encoding="utf-8")
        ), path


def test_every_icon_of_a_shipped_bundle_is_in_the_sprite() -> None:
    named = set()
    for path in (ROOT / "crm_template").rglob("*.json"):
        named |= set(re.findall(r'"(?:x-)?icon": "([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    assert named - Assets.read().icons == set()

"""The browser itself can do what the other browser tests take for granted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

DRAW = """
(text) => {
  const canvas = new OffscreenCanvas(40, 40);
  const pen = canvas.getContext("2d");
  pen.font = "32px sans-serif";
  pen.fillText(text, 2, 34);
  return Array.from(pen.getImageData(0, 0, 40, 40).data).join();
}
"""


def test_chinese_glyphs_are_drawn_and_differ(chromium: Browser) -> None:
    """Without a Chinese font each glyph is the same empty box, and no other test would notice."""
    page = chromium.new_page()
    drawn = {text: page.evaluate(DRAW, text) for text in "客户簡體\U000f0000"}
    page.close()
    assert len(set(drawn.values())) == len(drawn)


def test_chromium_knows_the_zone_of_the_tests(chromium: Browser) -> None:
    context = chromium.new_context(timezone_id="Asia/Shanghai", locale="zh-CN")
    page = context.new_page()
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"
    assert page.evaluate("navigator.language") == "zh-CN"
    context.close()

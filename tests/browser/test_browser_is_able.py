"""The browser itself can do what the other browser tests take for granted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watch
from tests.browser.gestures import drag, drag_by_touch, expect_accessible, expect_no_sideways_scroll

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


SCENE = """
<style>body { margin: 0; height: 600px }
div { position: absolute; width: 80px; height: 80px; touch-action: none }
#a { left: 10px; top: 10px } #b { left: 200px; top: 200px }</style>
<div id="a"></div><div id="b"></div>
<script>
  window.seen = [];
  for (const kind of ["mousedown", "mousemove", "mouseup", "touchstart", "touchmove", "touchend"])
    document.addEventListener(kind, (event) => {
      const point = event.changedTouches ? event.changedTouches[0] : event;
      const over = document.elementFromPoint(point.clientX, point.clientY);
      window.seen.push([kind, over && over.id, event.isTrusted]);
    });
</script>
"""


@pytest.mark.parametrize(
    ("move", "kinds", "has_touch"),
    [
        (drag, ("mousedown", "mousemove", "mouseup"), False),
        (drag_by_touch, ("touchstart", "touchmove", "touchend"), True),
    ],
    ids=["mouse", "touch"],
)
def test_gesture_is_real_input_from_here_to_there(
    chromium: Browser, move: Callable[..., None], kinds: tuple[str, str, str], has_touch: bool
) -> None:
    context = chromium.new_context(has_touch=has_touch)
    page = context.new_page()
    page.set_content(SCENE)
    move(page, page.locator("#a"), page.locator("#b"))
    seen = [event for event in page.evaluate("window.seen") if event[0] in kinds]
    context.close()
    began = next(event for event in seen if event[0] == kinds[0])
    assert began[1] == "a"
    assert seen[-1][:2] == [kinds[2], "b"]
    assert sum(1 for event in seen if event[0] == kinds[1]) >= 10
    assert all(event[2] for event in seen)


@pytest.mark.parametrize(
    "script",
    ["console.error('no')", "setTimeout(() => { throw new Error('no') })"],
    ids=["console error", "exception"],
)
def test_watch_notices_what_goes_wrong(chromium: Browser, script: str) -> None:
    watch, page = Watch(), chromium.new_page()
    watch.follow(page)
    page.set_content(f"<script>{script}</script>")
    page.evaluate("new Promise((done) => setTimeout(done, 20))")
    page.close()
    assert len(watch.complaints()) == 1
    watch.allow("no")
    assert watch.complaints() == []


def test_wide_page_and_unlabelled_field_are_noticed(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 600})
    page.set_content("<div style='width: 500px'>x</div><input>")
    with pytest.raises(AssertionError, match="508 px wide"):
        expect_no_sideways_scroll(page)
    with pytest.raises(AssertionError):
        expect_accessible(page)
    page.close()

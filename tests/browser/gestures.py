"""What a person does with a mouse, with a finger and with their eyes.

In: a Playwright page and locators. Out: real input events, never a script that fakes the result; and the
checks that every screen must pass. Called by browser tests.
"""

from __future__ import annotations

from playwright.sync_api import FloatRect, Locator, Page

STEPS = 12
HOLD_MILLISECONDS = 300  # longer than the delay after which a touch means dragging, not scrolling


def drag(page: Page, source: Locator, target: Locator, *, into: tuple[float, float] = (0.5, 0.5)) -> None:
    """Presses on `source`, moves in small steps and lets go over `target` (`into`: where, as fractions)."""
    source.scroll_into_view_if_needed()
    start, end = _middle(source), _point(target, into)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 4, start[1] + 4)  # a drag begins only after a few pixels
    page.mouse.move(*end, steps=STEPS)
    page.mouse.move(end[0] + 1, end[1] + 1)
    page.mouse.up()


def drag_by_touch(
    page: Page, source: Locator, target: Locator, *, into: tuple[float, float] = (0.5, 0.5)
) -> None:
    """The same with one finger: touch events of the browser's own input, as from a real screen."""
    source.scroll_into_view_if_needed()
    start, end = _middle(source), _point(target, into)
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    touch("touchStart", start)
    page.wait_for_timeout(
        HOLD_MILLISECONDS
    )  # the finger rests: part of the gesture, not a wait for something
    for step in range(1, 21):
        part = step / 20
        touch("touchMove", (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part))
    touch("touchEnd")
    session.detach()


def _box(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None, f"{locator} is not to be seen"
    return box


def _point(locator: Locator, into: tuple[float, float]) -> tuple[float, float]:
    box = _box(locator)
    return (box["x"] + box["width"] * into[0], box["y"] + box["height"] * into[1])


def _middle(locator: Locator) -> tuple[float, float]:
    return _point(locator, (0.5, 0.5))


def expect_no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the window."""
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} is {wide} px wide in a window of {seen} px"


def expect_accessible(page: Page) -> None:
    """Axe finds nothing serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    serious = [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{page.url}: {serious}"

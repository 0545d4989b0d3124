"""Built assets: from a source name to the hashed address that browsers may keep for ever.

In: `app/assets/dist/manifest.json`, written by the asset build ({"app.js": "app-3F….js"}). Out:
`Assets` with `url` and `icon`. Called by templates. A missing build is said in one sentence.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

UNKNOWN_ICON = "square"
DIST = Path(__file__).parent / "assets" / "dist"


class AssetsMissingError(Exception):
    """The assets were never built, or a template asks for an entry that does not exist."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The built files of one start: the manifest is read once."""

    addresses: dict[str, str]
    icons: frozenset[str]
    _drawn: dict[tuple[str, str], Markup] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, folder: Path = DIST) -> Assets:
        try:
            addresses = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            sprite = (folder / addresses["icons.svg"]).read_text(encoding="utf-8")
        except FileNotFoundError as missing:
            raise AssetsMissingError("The assets are not built yet: run `make assets`.") from missing
        return cls(addresses, frozenset(re.findall(r'<symbol id="i-([a-z0-9-]+)"', sprite)))

    def url(self, name: str) -> str:
        """The address of an entry ("app.js", "app.css", "icons.svg")."""
        try:
            return f"/assets/{self.addresses[name]}"
        except KeyError as missing:
            raise AssetsMissingError(f"No built asset is called {name!r}.") from missing

    def icon(self, name: str, extra: str = "") -> Markup:
        """One icon of the sprite. Decorative: the word beside it, or the button's label, speaks.

        Apps and forms name their icon in their definition; one that the sprite lacks shows as a square."""
        shown = name if name in self.icons else UNKNOWN_ICON
        found = self._drawn.get((shown, extra))
        if found is None:
            found = self._drawn[shown, extra] = self._draw(shown, extra)
        return found

    def _draw(self, shown: str, extra: str) -> Markup:
        return Markup('<svg class="ti ti-{}{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>').format(
            shown, f" {extra}" if extra else "", self.url("icons.svg"), shown
        )

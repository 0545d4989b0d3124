"""Looks into a built wheel: everything that a running product reads is inside, and nothing else.

In: the folder with the wheel. Out: exit 1 and what is missing or too much. Called by `make wheel`.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.lint.files import repository_paths

SHIPPED = re.compile(
    r"^(app|builder|expressions|runtime)/.*\.(py|json|lark|mako|ini)$|^templates/.*\.html$|^crm_template/.*\.json$"
)
GENERATED = re.compile(
    r"^app/assets/dist/|^app/locale/\w+/LC_MESSAGES/messages\.(po|mo)$|^formloom-[\w.]+\.dist-info/"
)
LOCALES = ("zh_Hans_CN", "zh_Hant_TW")


def problems(inside: set[str], committed: set[str], manifest: dict[str, str]) -> Iterator[str]:
    wanted = {path for path in committed if SHIPPED.match(path)}
    wanted |= {f"app/locale/{locale}/LC_MESSAGES/messages.mo" for locale in LOCALES}
    wanted |= {f"app/assets/dist/{file}" for file in (*manifest.values(), "manifest.json")}
    yield from (f"missing: {path}" for path in sorted(wanted - inside))
    yield from (f"too much: {path}" for path in sorted(inside - wanted) if not GENERATED.match(path))


def main(folder: Path) -> int:
    (wheel,) = folder.glob("formloom-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        try:
            manifest = json.loads(archive.read("app/assets/dist/manifest.json"))
        except KeyError:
            manifest = {}
    found = list(problems(inside, set(repository_paths()), manifest))
    for sentence in found:
        print(sentence)
    print(f"{wheel.name}: {len(inside)} files, {wheel.stat().st_size // 1024} kB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

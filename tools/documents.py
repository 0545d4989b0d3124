"""The documents hang together: links lead somewhere, every page is reached, nothing is left to be written.

In: README.md, ARCHITECTURE.md, CONTEXT.md, docs/, changes/. Out: findings, exit 1. Called by `make docs`.
What documents promise about code (each setting, function, command has its heading) is held by
tests/architecture.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.lint.files import ROOT, repository_paths

LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|TBD|coming soon|lorem ipsum)\b", re.IGNORECASE)
LONGEST = {"ARCHITECTURE.md": 150}
ENTRIES = ("README.md",)


def main() -> int:
    pages = {
        path for path in repository_paths() if path.endswith(".md") and not path.startswith("node_modules/")
    }
    found = [*broken_links(pages), *unreached(pages), *unfinished(pages), *too_long(pages)]
    for sentence in found:
        print(sentence)
    return 1 if found else 0


def links_of(page: str) -> Iterator[tuple[str, str]]:
    """(target path in the repository, anchor) of each link inside the repository."""
    text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        target, _, anchor = (match["target"] or match["image"]).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        path = page if not target else _resolve(PurePosixPath(page).parent, target)
        yield path, anchor


def _resolve(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def anchors_of(page: str) -> set[str]:
    """The headings of a page as links name them."""
    text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6}\s+(.*?)\s*$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(pages: set[str]) -> Iterator[str]:
    for page in sorted(pages):
        for target, anchor in links_of(page):
            if not (ROOT / target).exists():
                yield f"{page}: links to {target}, which is not there"
            elif anchor and target in pages and anchor not in anchors_of(target):
                yield f"{page}: {target} has no heading for #{anchor}"


def unreached(pages: set[str]) -> Iterator[str]:
    """Every page of docs/ can be clicked to from the README."""
    seen: set[str] = set()
    waiting = [page for page in ENTRIES if page in pages]
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            waiting.extend(target for target, _anchor in links_of(page) if target in pages)
            folder_pages = [target for target, _anchor in links_of(page) if (ROOT / target).is_dir()]
            waiting.extend(
                other for other in pages for folder in folder_pages if other.startswith(f"{folder}/")
            )
    for page in sorted(pages):
        if page.startswith("docs/") and page not in seen:
            yield f"{page}: no page links to it; add it to docs/index.md"


def unfinished(pages: set[str]) -> Iterator[str]:
    for page in sorted(pages):
        for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{page}:{number}: says that it is unfinished; finish it or take it out"


def too_long(pages: set[str]) -> Iterator[str]:
    for page, most in LONGEST.items():
        if page in pages:
            length = len((ROOT / page).read_text(encoding="utf-8").splitlines())
            if length > most:
                yield f"{page}: {length} lines; at most {most}"


if __name__ == "__main__":
    sys.exit(main())

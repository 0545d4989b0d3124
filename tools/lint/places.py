"""What a file may be called, where it may lie, and which addresses it may not hold.

In: any text file. Out: findings. The patterns are written so that this file does not match them itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.lint.files import PRODUCT, File, Finding

VAGUE = frozenset(
    word + ending
    for word in ("util", "helper", "common", "manager", "service", "misc")
    for ending in ("", "s")
)
MACHINE_PATH = re.compile(r"(?<![\w.\-])/(?:wo[r]k|fa[r]m|ro[o]t|ho[m]e/\w+)/")
REGISTRY = re.compile(
    r"py[p]i\.org|pythonh[o]sted|registry\.npm[j]s|registry\.y[a]rnpkg|deb\.deb[i]an|files\.pyth[o]n"
)
ADDRESS_LOCKS = frozenset(
    {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "yarn.lock", "pnpm-lock.yaml"}
)


def vague_name(file: File) -> Iterator[Finding]:
    path = PurePosixPath(file.path)
    if file.suffix in {".py", ".js", ".mjs"} and file.top in (*PRODUCT, "tests", "tools"):
        for part in (*path.parts[:-1], path.stem):
            if part in VAGUE:
                yield from file.finding("vague-name", 1, f"{part!r} says nothing; name the subject")


def code_in_bundle(file: File) -> Iterator[Finding]:
    if file.top == "crm_template" and file.suffix not in {".json", ".md"}:
        yield from file.finding("code-in-bundle", 1, "a bundle is JSON only")


def machine_path(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        if MACHINE_PATH.search(line):
            yield from file.finding("machine-path", number, "a path of one machine")


def registry_address(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        if REGISTRY.search(line):
            yield from file.finding("registry-address", number, "names a package registry's host")


def lock_with_addresses(file: File) -> Iterator[Finding]:
    name = PurePosixPath(file.path).name
    if name in ADDRESS_LOCKS:
        yield from file.finding(
            "lock-address", 1, "this kind of lock records addresses; use the hashed requirements"
        )
    if name == "package-lock.json" and '"resolved"' in file.text:
        yield from file.finding("lock-address", 1, 'holds "resolved" addresses; .npmrc omits them')
    if re.fullmatch(r"requirements.*\.txt", name):
        for number, line in enumerate(file.lines, 1):
            if "://" in line or line.startswith(("-i", "--index", "--extra-index", "--find-links")):
                yield from file.finding("lock-address", number, "a lock names no address")

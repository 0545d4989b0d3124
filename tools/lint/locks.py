"""The locks are complete: every package wished for is pinned, locked at that version, and has hashes.

In: requirements*.in with .txt, package.json with package-lock.json. Out: findings. A changed wish without
`make lock` is found here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tools.lint.files import ROOT, File, Finding

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)")


def python_lock(file: File) -> Iterator[Finding]:
    if not re.fullmatch(r"requirements[a-z-]*\.in", file.path):
        return
    lock_path = ROOT / file.path.replace(".in", ".txt")
    locked = lock_path.read_text(encoding="utf-8") if lock_path.exists() else ""
    versions = {_normal(pin["name"]): pin["version"] for pin in PIN.finditer(locked)}
    for number, line in enumerate(file.lines, 1):
        wish = line.partition("#")[0].strip()
        if not wish or wish.startswith("-"):
            continue
        pin = PIN.fullmatch(wish)
        if pin is None:
            yield from file.finding("python-lock", number, f"{wish} is not pinned to one version")
        elif versions.get(_normal(pin["name"])) != pin["version"]:
            yield from file.finding(
                "python-lock", number, f"{wish} is not what {lock_path.name} has; run make lock"
            )


def hashes(file: File) -> Iterator[Finding]:
    if not re.fullmatch(r"requirements[a-z-]*\.txt", file.path):
        return
    for number, line in enumerate(file.lines, 1):
        if PIN.match(line) and not (number < len(file.lines) and "--hash=sha256:" in file.lines[number]):
            yield from file.finding("hashes", number, "locked without a hash")


def npm_lock(file: File) -> Iterator[Finding]:
    if file.path != "package.json":
        return
    wishes = json.loads(file.text)
    wished = {**wishes.get("dependencies", {}), **wishes.get("devDependencies", {})}
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wished.items():
        if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version):
            yield from file.finding("npm-lock", 0, f"{name} is not pinned to one version")
        elif packages.get(f"node_modules/{name}", {}).get("version") != version:
            yield from file.finding("npm-lock", 0, f"{name} {version} is not what package-lock.json has")
    yield from (
        Finding("package-lock.json", 0, "npm-lock", f"{path} has no integrity hash")
        for path, package in packages.items()
        if path and not package.get("integrity") and not package.get("link")
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

"""What the browser tests need of the operating system: Chromium, a Chinese font, libatomic.

In: nothing. Out: exit 0 when all is there; installs what is missing when it may (root on Debian);
else one sentence with the one apt line, and exit 2. Called by `make test` before all else:
standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
)
CHINESE_FONTS = (
    "wqy-*.tt[cf]",
    "NotoSansCJK*",
    "NotoSansSC*",
    "SourceHanSans*",
    "uming.ttc",
    "ukai.ttc",
    "DroidSansFallback*",
)


def missing() -> list[str]:
    """The Debian packages still to be installed; empty when everything is found."""
    wanted = []
    if not (Path("/usr/bin/chromium").exists() or shutil.which("chromium")):
        wanted.append("chromium")
    if not _has_chinese_font():
        wanted.append("fonts-wqy-microhei")
    if not _has_library("libatomic.so.1"):
        wanted.append("libatomic1")
    return wanted


def _has_chinese_font() -> bool:
    """Without one every Chinese glyph is an empty box, and no layout test would notice."""
    return any(
        next(folder.rglob(pattern), None) is not None
        for folder in FONT_FOLDERS
        if folder.is_dir()
        for pattern in CHINESE_FONTS
    )


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install(packages: list[str]) -> None:
    print(f"formloom: installing {' '.join(packages)} …", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdin=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        check=True,
        env=quiet,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def main() -> int:
    packages = missing()
    if not packages:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing()
        if not packages:
            return 0
    print(
        "formloom: the tests need packages of the system that are not here. Install them and start again:\n"
        f"  apt-get install --no-install-recommends {' '.join(packages)}",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())

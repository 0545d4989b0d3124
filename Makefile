# Formloom. `make` alone lists what there is to do.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
# Two cores are what a small machine has; `make test WORKERS=8` on a larger one.
WORKERS ?= 2

.PHONY: help run demo setup setup-test assets test check bench faults lock format clean wheel \
        checks lint types imports templates translations update-translations docs dependencies fast

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{ printf "  make %-20s %s\n", $$1, $$2 }'

run: setup ## install what is missing, build, and serve the demo on HOST:PORT (127.0.0.1:8000)
	@exec $(BIN)/python -m app serve

demo: run ## the same: the CRM bundle with its seed people

setup: ## .venv, locked packages, assets and translations; does only what changed
	@$(PYTHON) tools/prepare.py run

setup-test: ## the same with what tests and checks need
	@$(PYTHON) tools/prepare.py test

assets: setup ## the browser side alone: app/assets/dist

test: ## install what the tests need and run all of them
	@$(PYTHON) tools/system_packages.py
	@$(PYTHON) tools/prepare.py test
	@$(BIN)/python tools/real_data.py
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q $(ARGS)

check: setup-test ## format, lint, types, imports, templates, translations, docs, fast tests
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target checks

checks: types fast lint imports dependencies templates translations docs

lint:
	@$(BIN)/ruff format --check --output-format concise . || { echo "format: run 'make format'"; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/python -m tools.lint

types:
	@$(BIN)/mypy

imports:
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/lint-imports --no-logo --config tools/cycles.toml

dependencies:
	@$(BIN)/deptry --no-ansi .

templates:
	@$(BIN)/djlint templates --lint --quiet

translations:
	@$(BIN)/python -m tools.translations check

update-translations: setup-test ## bring new words into the catalogues, still empty, and drop old ones
	@$(BIN)/python -m tools.translations update

docs:
	@$(BIN)/python -m tools.documents

fast:
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m "not slow" tests/unit tests/architecture

bench: setup-test ## measure against the hand-written baseline, printed as ratios
	@$(BIN)/python -m tests.bench

faults: setup-test ## kill the server 20 times during an import; saves during 100,000 rows
	@$(BIN)/python -m pytest -n0 -q tests/faults --thorough $(ARGS)

format: setup-test ## put Python and templates into the one format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

wheel: setup ## build/wheel/*.whl with built assets and translations
	@rm -rf build/wheel build/lib build/bdist.*
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w build/wheel .
	@rm -rf build/lib build/bdist.*
	@$(BIN)/python -m tools.wheel_contents build/wheel

lock: ## resolve requirements*.in and package.json anew (needs the network)
	@test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/pip install -q uv==$(UV_VERSION); }
	@for name in requirements requirements-dev requirements-build requirements-setup; do \
	  build/uv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url $$name.in -o $$name.txt || exit 1; \
	done
	@npm install --package-lock-only
	@$(PYTHON) -m tools.lint

clean: ## forget what was built; .venv and data stay
	@rm -rf build dist app/assets/dist node_modules test-results .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find app/locale -name '*.mo' -delete

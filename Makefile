# `make repro` builds what params.yaml lists; `make test` runs the tests.
# Each target first creates or updates the environment in .venv/ where that is necessary.

PYTHON ?= python3
BIN := .venv/bin
LOCKED := build.lock requirements.lock

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --constraint constraints.txt

.PHONY: help install repro test lint coverage docs lock licences clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: .venv/installed.stamp ## create the environment from the lock files; every file must have a known hash

repro: .venv/installed.stamp ## build everything that params.yaml lists (dvc repro)
	$(BIN)/spanferry mend
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

test: .venv/installed.stamp ## run the tests and the examples in docstrings
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto --dist worksteal

lint: .venv/installed.stamp ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

coverage: .venv/installed.stamp ## run the tests and print the library's line coverage; fails below 90 %
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term

docs: .venv/installed.stamp ## build the documentation in site/; a broken link is an error
	$(BIN)/python -m sphinx --nitpicky --fail-on-warning --keep-going --quiet docs site

lock: ## rewrite both lock files from pyproject.toml and constraints.txt
	test -x $(BIN)/uv || $(MAKE) install
	printf 'setuptools\nuv\n' | $(LOCK) --output-file build.lock -
	$(LOCK) --extra test --extra docs --output-file requirements.lock pyproject.toml

licences: .venv/installed.stamp ## rewrite docs/licences.md (needs pip-licenses)
	pip-licenses --python $(BIN)/python --from mixed --order license --format markdown \
		--with-system --ignore-packages pip spanferry uv --output-file docs/licences.md

clean: ## remove the environment and tool caches; keeps data and memory
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* pipeline/*.egg-info

# pip installs uv, whose hash is in build.lock; uv installs the rest in a small part of the time that pip takes.
.venv/installed.stamp: pyproject.toml $(LOCKED)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement build.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

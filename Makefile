# `make repro` builds what params.yaml lists; `make test` runs the tests.
# Each target first creates or updates the environment in .venv/ where that is necessary.

PYTHON ?= python3
BIN := .venv/bin
PINNED := pyproject.toml constraints.txt

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --constraint constraints.txt

.PHONY: help repro test lint coverage locked lock licences clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

repro: .venv/repro.stamp ## build everything that params.yaml lists (dvc repro)
	$(BIN)/spanferry mend
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

test: .venv/test.stamp ## run the tests and the examples in docstrings
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto

lint: .venv/test.stamp ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

coverage: .venv/test.stamp ## run the tests and print the library's line coverage; fails below 90 %
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto --cov --cov-report=term

locked: ## create the environment from files with known hashes only; run before the first repro or test
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement build.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch .venv/repro.stamp .venv/test.stamp

lock: ## rewrite both lock files from constraints.txt (needs uv)
	echo setuptools | $(LOCK) --output-file build.lock -
	$(LOCK) --extra test --output-file requirements.lock pyproject.toml

licences: .venv/test.stamp ## rewrite docs/licences.md (needs pip-licenses)
	pip-licenses --python $(BIN)/python --from mixed --order license --format markdown \
		--with-system --ignore-packages pip spanferry --output-file docs/licences.md

clean: ## remove the environment and tool caches; keeps data and memory
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* pipeline/*.egg-info

.venv/repro.stamp: $(PINNED)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/test.stamp: .venv/repro.stamp $(PINNED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

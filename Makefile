# Two commands do the work: `make repro` builds what params.yaml lists, `make test` runs the tests.
# Each makes the environment first, in .venv/, when it is missing or out of date.

PYTHON ?= python3
BIN := .venv/bin
PINNED := pyproject.toml constraints.txt

.PHONY: help repro test lint clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

repro: .venv/repro.stamp ## build everything that params.yaml lists (dvc repro)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

test: .venv/test.stamp ## run the tests
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto

lint: .venv/test.stamp ## check the style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

clean: ## remove the environment and the caches of tools, never data or memory
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis *.egg-info

.venv/repro.stamp: $(PINNED)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/test.stamp: .venv/repro.stamp $(PINNED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

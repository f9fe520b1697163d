# Two commands do the work: `make repro` builds what params.yaml lists, `make test` runs the tests.
# Each makes the environment first, in .venv/, when it is missing or out of date.

PYTHON ?= python3
BIN := .venv/bin
PINNED := pyproject.toml constraints.txt

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --constraint constraints.txt

.PHONY: help repro test lint locked lock licences clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

repro: .venv/repro.stamp ## build everything that params.yaml lists (dvc repro)
	$(BIN)/spanferry mend
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

test: .venv/test.stamp ## run the tests
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto

lint: .venv/test.stamp ## check the style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

locked: ## make the environment of files with known hashes alone, before the first repro or test
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement build.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch .venv/repro.stamp .venv/test.stamp

lock: ## write the hashes of constraints.txt's versions anew (takes uv)
	echo setuptools | $(LOCK) --output-file build.lock -
	$(LOCK) --extra test --output-file requirements.lock pyproject.toml

licences: .venv/test.stamp ## write docs/licences.md anew (takes pip-licenses)
	pip-licenses --python $(BIN)/python --from mixed --order license --format markdown \
		--with-system --ignore-packages pip spanferry --output-file docs/licences.md

clean: ## remove the environment and the caches of tools, never data or memory
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis *.egg-info

.venv/repro.stamp: $(PINNED)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/test.stamp: .venv/repro.stamp $(PINNED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

# make demo: the main job on sample photos. make test: every test. Both set everything up by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

TOOLS := chromium=chromium exiftool=libimage-exiftool-perl promtool=prometheus

.PHONY: demo test tests-s3 tests-tools check format clean

demo: .venv/ready
	$(BIN)/deepimage demo demo-output

test: check tests-s3 tests-tools
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

tests-s3: .venv-swift/ready

tests-tools:
	@.ci/tools $(TOOLS)

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-swift demo-output .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "deepimage needs Python 3.11 or newer; found $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

.venv-swift/ready: Makefile
	$(PYTHON) -m venv .venv-swift
	.venv-swift/bin/python -m pip install --quiet --disable-pip-version-check 'swift==2.38.3'
	@touch $@

# Every target works on a fresh clone by itself. A Python other than python3: make PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
# Tests run beside each other, the tests of one file after one another.
WORKERS ?= 2
# The pure core must be covered to the last branch; which files that is stands in pyproject.toml.
COVER ?= --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The pinned versions hold for what builds the package, too; older and newer pips read it elsewhere.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt

.PHONY: install demo test lint bench provision
.DEFAULT_GOAL := install

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "mailgate needs Python 3.11 or newer, and $(PYTHON) is not that:" \
	       "install one and name it, as in: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian, as root," \
	       "apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing mailgate and what it needs into .venv ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --editable '.[postgres,dev]'
	@touch $@

demo: install
	@$(BIN)/mailgate demo

provision:
	@tests/provision

lint: install
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest --quiet tests/frame/test_sizes.py

test: provision install lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(COVER) $(PYTEST_ARGS)

bench: install
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.reading

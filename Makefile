# make demo    the app on a sample room with simulated shelving beside it
# make test    the tests
# make check   what must be green before anything lands: style, types, borders, tests
# make proof   the long suites        make bench   the figures of docs/benchmarks.md
#
# PY=/path/to/python chooses the interpreter; uv is used in place of pip where it is found.

PY ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
WORKERS ?= 3

ifdef UV
  VENV = $(UV) venv -q --python $(PY) .venv
  INSTALL = $(UV) pip install -q --python $(BIN)/python -c constraints.txt
else
  VENV = $(PY) -c 'import ensurepip, venv' 2>/dev/null || \
         { echo "Python's venv module is missing; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }; \
         $(PY) -m venv .venv
  INSTALL = $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
endif

.PHONY: demo test check style types borders proof bench texts clean
.DEFAULT_GOAL := demo

.venv/made:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "archroom needs Python 3.11 or newer; install it and say which: make PY=/path/to/python3.11 demo" >&2; exit 1; }
	@$(VENV)
	@touch $@

.venv/for-use: .venv/made pyproject.toml constraints.txt
	@echo "Setting up .venv, once; this may take a minute." >&2
	@$(INSTALL) -e .
	@touch $@

.venv/for-work: .venv/made pyproject.toml constraints.txt
	@echo "Setting up .venv for work, once; this may take some minutes." >&2
	@$(INSTALL) -e '.[dev,postgres]'
	@touch $@ .venv/for-use

demo: .venv/for-use
	@$(BIN)/archroom demo

test: .venv/for-work
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

style: .venv/for-work
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/for-work
	$(BIN)/mypy

borders: .venv/for-work
	$(BIN)/lint-imports --no-cache

check: style types borders test

proof: .venv/for-work
	$(BIN)/python -m pytest -q -m "proof or hypothesis" --hypothesis-profile proof --override-ini addopts="--import-mode=importlib --strict-markers -ra" --timeout 3600

bench: .venv/for-work
	$(BIN)/python -m benchmarks

texts: .venv/for-work
	$(BIN)/python tests/support/catalogue.py

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

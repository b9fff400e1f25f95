# The commands of this project. `make` alone lists them; the plain pip equivalents are in README.md.
#
# Settings:  PORT=8502 make run          another port
#            PYTEST="-k grid -x" make test    arguments for pytest
#            VAE_DATA_DIR=folder make test    where mnist/ and fashion_mnist/ lie (../shared/data is found by itself)

PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
export PIP_DISABLE_PIP_VERSION_CHECK := 1

DATA := $(abspath $(wildcard ../shared/data))
ifneq ($(DATA),)
test bench checkpoints: export VAE_DATA_DIR ?= $(DATA)
endif

.PHONY: help run test lint types contracts browser postgres bench checkpoints clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp  ## install what is needed, then open the app on 127.0.0.1:8501
	@$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

# Two processes at once, each with one thread of its own for arithmetic; then the browser's tests, which need both cores.
# With arguments of one's own, either part may have no test that fits (exit 5).
test: lint types contracts browser postgres  ## check style, types and import contracts, then run every test
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile -m "not e2e" $(PYTEST) $(if $(PYTEST),|| [ $$? -eq 5 ])
	$(BIN)/pytest -m e2e $(PYTEST) $(if $(PYTEST),|| [ $$? -eq 5 ])

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

contracts: $(VENV)/test.stamp
	$(BIN)/lint-imports --no-logo

# The system's Chromium if there is one; else the distribution's, when we may install it; else Playwright's own.
browser: $(VENV)/test.stamp
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium with apt-get."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0; \
	fi; \
	$(BIN)/playwright install chromium

# The distribution's server, when we may install it; the classroom's tests start it themselves, or skip what needs it.
postgres:
	@for name in /usr/lib/postgresql/*/bin/initdb initdb; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing PostgreSQL with apt-get."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends postgresql >/dev/null && exit 0; \
	fi; \
	echo "PostgreSQL is not here and can't be installed; the tests that need it are skipped."

bench: $(VENV)/bench.stamp  ## measure quality, speed and memory into benchmarks/
	$(BIN)/python -m benchmarks

checkpoints: $(VENV)/run.stamp  ## train the shipped models again into checkpoints/
	$(BIN)/python -m benchmarks.checkpoints

clean:  ## remove the virtual environment, caches and test artefacts; trained runs stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis tests/e2e/artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than the requirements it was made from, so that a second start installs nothing.
$(VENV)/run.stamp: requirements.txt | $(BIN)/pip
	@echo "Installing what the app needs; the first time takes a few minutes."
	@$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what the tests need."
	@$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@

$(VENV)/bench.stamp: pyproject.toml $(VENV)/run.stamp
	@$(BIN)/pip install --quiet -e '.[bench]'
	@touch $@

$(BIN)/pip:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    exec $$python -m venv $(VENV); fi; \
	done; \
	echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." >&2; exit 1

# Limelight on a fresh machine: git, make, pip and a Python >= 3.12 are enough.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help demo app test lint bench bench-peers clean python

VENV := .venv
PY   := $(VENV)/bin/python

# Your own choice: make demo PYTHON=/path/to/python3.12
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3.14 python3.13 python3.12 python3 /usr/bin/python3)

# A name on the PATH proves nothing (version managers leave names that do not run), so each candidate is run.
USABLE := import sys; sys.exit(sys.version_info < (3, 12) or sys.implementation.name != "cpython")
FIND_PYTHON = found=; for candidate in $(CANDIDATES); do \
	  if "$$candidate" -c '$(USABLE)' >/dev/null 2>&1; then found=$$candidate; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "Limelight needs Python 3.12 or newer, and none of these runs as one: $(CANDIDATES)." \
	       "Install it, or name one with PYTHON=/path/to/python." >&2; exit 1; fi

help:  ## show this list
	@echo "Limelight: what does AI do to the people of the K-pop industry?"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.core-installed  ## ten years of the Korean industry, with and without AI
	$(PY) experiments/korea/run.py

app: $(VENV)/.all-installed  ## the policy lab in the browser, on this machine only
	$(PY) -m sim app

test: $(VENV)/.all-installed  ## everything that must hold
	$(PY) -m pytest -n auto --dist loadfile

lint: $(VENV)/.all-installed  ## style and types
	$(PY) -m ruff check
	$(PY) -m mypy

bench: $(VENV)/.core-installed  ## how fast, and against whom: twenty minutes on a quiet machine
	$(PY) experiments/benchmarks/run.py

bench-peers: $(VENV)/.core-installed  # the environments of other libraries, which make bench would make
	$(PY) experiments/benchmarks/libraries.py

clean:  ## forget the environment and all caches; results stay
	rm -rf $(VENV) experiments/benchmarks/results/environments .cache .numba_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find sim tests experiments notebooks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

python:  # print the Python that would build the environment
	@$(FIND_PYTHON); echo "$$found"

# The stamps live inside the environment, so that they vanish with it. An environment that somebody else built is kept
# when it is usable and completed; a broken one, or one of an older Python, is built anew.
$(VENV)/.made:
	@if ! { $(PY) -c '$(USABLE)' && $(PY) -m pip --version; } >/dev/null 2>&1; then \
	  $(FIND_PYTHON); \
	  echo "Building $(VENV) with $$("$$found" --version)"; \
	  "$$found" -m venv --clear $(VENV) >/dev/null 2>&1 || { \
	    "$$found" -m venv --clear --without-pip $(VENV) && \
	    "$$found" -m pip --python $(PY) install --quiet pip; } || { \
	      rm -rf $(VENV); \
	      echo "$$found can build no environment: install its venv or pip package" \
	           "(on Debian: apt install python3-venv)." >&2; exit 1; }; \
	fi
	@touch $@

# The full lock holds every line of the core lock, so whoever has everything has the core.
$(VENV)/.core-installed: $(VENV)/.made requirements-core.lock pyproject.toml
	@echo "Installing what a run needs (once, about half a minute)"
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-core.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.all-installed: $(VENV)/.made requirements.lock requirements-core.lock pyproject.toml
	@echo "Installing everything, tests and app too (once, about a minute)"
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(VENV)/.core-installed $@

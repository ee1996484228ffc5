# `make demo` and `make test` set up all they need in .venv; nothing is installed by hand. What tests and
# linters need besides comes with the first target that wants it.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	>/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := $(if $(wildcard .venv/Scripts),.venv/Scripts,.venv/bin)
HOME_DIR ?= build
UI_HOME ?= $(HOME_DIR)/story
PORT ?= 3000
WORKERS ?= 2
# What Python compiles of a module it keeps beside it, also where the machine's setting says otherwise: a
# process that has to compile all libraries anew takes two seconds more to start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup student demo explore notebooks test test-all lint format contracts docs site ui prove fuzz bench lock clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

.venv/.ready: requirements.lock requirements-setup.lock requirements-spark.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it and try again."; exit 1; }
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@if command -v java >/dev/null 2>&1; then \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements-spark.lock; fi
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch .venv/.ready

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	@echo "Setting up what tests and linters need ..."
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch .venv/.ready-dev

.venv/.ready-notebooks: .venv/.ready requirements-notebooks.lock
	@echo "Setting up what opens the notebooks ..."
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-notebooks.lock
	@touch .venv/.ready-notebooks

setup: .venv/.ready-dev  ## the virtual environment, tests and linters included, pinned and checked by hash

demo: .venv/.ready  ## the story world's replay, then the demo world and a replay there
	@$(BIN)/islands demo --home $(HOME_DIR)

student: .venv/.ready  ## the virtual environment alone, without tests and linters

# The story is made if nothing was built there yet; another home is there, or `islands` says what to do.
STORY := $(HOME_DIR)/story/current.json
$(STORY): | .venv/.ready
	@$(BIN)/islands generate --size story --dirt 0 --home $(@D)
	@$(BIN)/islands build --home $(@D)

explore: PORT = 8321
explore: .venv/.ready | $(filter $(STORY),$(UI_HOME)/current.json)  ## the story in the browser (UI_HOME=build: the demo world that `make demo` left)
	@$(BIN)/islands explore --home $(UI_HOME) --port $(PORT)

# Each as a copy of one's own, which is kept; who wants the first state again removes the copy.
NOTEBOOKS := $(HOME_DIR)/notebooks
notebooks: .venv/.ready-notebooks  ## the notebooks in the browser, to run and to change
	@mkdir -p $(NOTEBOOKS)
	@for n in labs/notebooks/*.py; do c=$(NOTEBOOKS)/$${n##*/}; \
		test -e $$c || $(BIN)/marimo --quiet --yes convert $$n -o $$c || exit 1; done
	@$(BIN)/marimo edit --skip-update-check $(NOTEBOOKS)

test: setup lint  ## linters, then every test: models, promises, story, pages, commands, two engines
	@$(BIN)/python -m pytest -n $(WORKERS)

test-all: setup lint  ## those and what takes minutes more: browser, scenarios, random replays
	@$(BIN)/python -m pytest -n $(WORKERS) -m "long or not long"

lint: setup  ## ruff on Python, sqlfluff on SQL
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar pipelines sources quality labs

format: setup  ## put Python in the one style there is
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

contracts: setup  ## every contract against the Open Data Contract Standard
	@for f in sources/*/contract.odcs.yaml schemas/shapes/*.odcs.yaml; do $(BIN)/datacontract lint $$f >/dev/null && echo "ok  $$f" || exit 1; done

docs: setup  ## the generated pages: data dictionary, network, figures in the README
	@$(BIN)/python -m docs.generate

site: setup  ## the pages and a reference of the Python API as a site to be searched without a network
	@$(BIN)/python -m docs.site

ui: .venv/.ready | $(filter $(STORY),$(UI_HOME)/current.json)  ## Dagster's pages of the story (UI_HOME=build: of the demo world that `make demo` left)
	@$(BIN)/python -m pipelines.ui --home $(UI_HOME) --port $(PORT)

prove: .venv/.ready  ## replay against rebuild: more than 1,000 random faults, both ways (goes on where it was stopped)
	@$(BIN)/python -m pipelines.replay.prove --cases 1100 --home $(HOME_DIR)/prove

fuzz: setup  ## 10,000 corrupted files: none may end the reader, lose a row in silence or be believed beyond what it says
	@$(BIN)/python -m tests.promises.fuzz --files 10000

bench: setup  ## how fast, as ratios in one run
	@$(BIN)/python -m benchmarks.run --write

lock: setup  ## pin all dependencies again
	@printf 'uv\nsetuptools>=77\n' | $(BIN)/python -m uv pip compile -q - --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o requirements-setup.lock
	@$(BIN)/python -m uv pip compile -q pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements-dev.lock
	@$(BIN)/python -m uv pip compile -q pyproject.toml --constraints requirements-dev.lock --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements.lock
	@$(BIN)/python -m uv pip compile -q pyproject.toml --extra notebooks --constraints requirements-dev.lock --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements-notebooks.lock

clean:  ## all that was made
	rm -rf .venv build

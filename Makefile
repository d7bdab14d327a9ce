# One command each for what a contributor does. `make` alone shows them.
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help setup test test-slow lint format types docs check clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(BIN)/ready ## make the virtual environment, everything installed

$(BIN)/ready: pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q -U pip
	$(BIN)/python -m pip install -q -e '.[test,lint,docs]'
	touch $@

test: setup ## run the tests on every store (a real mongod included)
	$(BIN)/python -m pytest -n auto

test-slow: setup ## run the tests that kill servers, install packages and build the site
	$(BIN)/python -m pytest -m slow

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## ruff: put right what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# mypy knows packages by their folders: show it the package as it is installed.
types: setup ## mypy, strict
	rm -rf build/types && mkdir -p build/types/nova_docdb
	ln -s $(CURDIR)/nova_docdb/* $(CURDIR)/schemas $(CURDIR)/fixtures build/types/nova_docdb/
	cd build/types && $(abspath $(BIN))/mypy --config-file $(CURDIR)/pyproject.toml -p nova_docdb

docs: setup ## build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

check: lint types docs test ## everything that CI runs but the slow tests

clean: ## remove what the other targets made
	rm -rf $(VENV) build docs/_build *.egg-info .mypy_cache .ruff_cache .pytest_cache

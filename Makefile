# One command each for what a contributor does. `make` alone shows them.
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help setup quick test test-slow test-lowest lint format types docs generated bench growth moving network check clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(BIN)/ready ## make the virtual environment, everything installed

$(BIN)/ready: pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q -U pip
	$(BIN)/python -m pip install -q -e '.[test,lint,docs,bench]'
	touch $@

# What takes a server, a subprocess or a database of SQL is left to the others.
quick: setup ## run the tests of the contract on the embedded store
	$(BIN)/python -m pytest -n auto --store embedded \
		tests/db tests/mongo/families tests/mongo/tables tests/schemas tests/cli tests/test_recorded.py \
		--ignore tests/cli/test_moving.py --ignore tests/cli/test_demo.py

test: setup ## run the tests on the embedded store and a replica set
	$(BIN)/python -m pytest -n auto

test-slow: setup ## run the tests that kill servers, try hundreds of seeds, install packages
	$(BIN)/python -m pytest -n auto -m slow

test-lowest: ## run the tests with the lowest version of every dependency
	python3 -m venv build/lowest
	build/lowest/bin/pip install -q uv
	build/lowest/bin/uv pip install -q --python build/lowest/bin/python --resolution lowest-direct -e '.[test]'
	build/lowest/bin/python -m pytest -n auto

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## ruff: put right what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## mypy, strict
	cd src && $(abspath $(BIN))/mypy --config-file ../pyproject.toml -p nova_docdb

docs: setup ## build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

generated: setup ## write every generated file: row types, sample configuration, lists of the docs
	$(BIN)/python -m tests.generated
	$(BIN)/python -m pytest -q -m '' tests/test_commands.py tests/test_explain.py --update-generated
	$(BIN)/python -m tests.shards

bench: setup build/peer/ready ## measure the API, pymongo alone and Nova on SQL; write docs/performance.md
	$(BIN)/python -m benchmarks run --peer build/peer/bin/python --out benchmarks/results/latest.json
	$(BIN)/python -m benchmarks report benchmarks/results/latest.json --write

build/peer/ready: benchmarks/peer.txt
	python3 -m venv build/peer
	build/peer/bin/pip install -q -r benchmarks/peer.txt
	touch $@

network: setup ## run callers while the network fails; write the table of docs/reliability.md
	$(BIN)/python -m tests.network

growth: setup ## measure archive, quota and claims while a million finished rows pile up
	$(BIN)/python -m benchmarks.growth --rows 1000000

moving: setup ## measure a million rows brought over and back
	$(BIN)/python -m benchmarks.import_million

check: lint types docs test ## everything that CI runs but the slow tests

clean: ## remove what the other targets made
	rm -rf $(VENV) build docs/_build *.egg-info .mypy_cache .ruff_cache .pytest_cache

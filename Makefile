# Everything a newcomer types. Needs python3.11 or newer, its venv module, and make; the rest is installed here.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Without its bytecode every process of ours would take twice as long to start, and tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run test coverage prove check bench locks clean browser-tools

PYTHON ?= python3
BIN := .venv/bin
INSTALL = $(if $(shell command -v uv),uv pip install --quiet --compile-bytecode --python $(BIN)/python,$(BIN)/pip install --quiet --disable-pip-version-check)

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.run ## The whole shop on http://127.0.0.1:PORT (8000), with the demo and the Stripe sandbox; Ctrl-C ends it
	@exec $(BIN)/python -m store

test: .venv/.test browser-tools ## Every test that takes minutes: both databases, the browser, axe (up to 15 min)
	$(BIN)/python -m pytest -q -n 2 -m "not prove"

coverage: .venv/.test browser-tools ## The same tests, and how much of the code they reach (half as long again)
	$(BIN)/python -m pytest -q -n 2 -m "not prove" --cov --cov-report=term:skip-covered

prove: .venv/.test browser-tools ## The long proofs: every crash, every order, many processes, mutation; then what needs the machine for itself
	$(BIN)/python -m pytest -q -n 2 -m "prove and not alone"
	$(BIN)/python -m pytest -q -m "prove and alone"

check: .venv/.test ## Format, lint, types, import rules, templates, architecture, migrations drift; silent when all is well
	@mkdir -p var
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >var/lint-imports.txt || { cat var/lint-imports.txt; exit 1; }
	@$(BIN)/djlint --lint --quiet templates >var/djlint.txt || { cat var/djlint.txt; exit 1; }
	@$(BIN)/python -m pytest -q --no-header -p no:randomly tests/test_architecture.py tests/integration/test_migrations.py \
	  >var/check.txt || { cat var/check.txt; exit 1; }

bench: .venv/.test ## The benchmarks, each beside its floor; also written to var/bench.json
	$(BIN)/python -m tests.benchmarks.run

locks: ## Resolve pyproject.toml into requirements/*.txt anew (needs uv)
	uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt

clean: ## Forget the demo shop's data, pictures and mails
	rm -rf var

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=… names another."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@mkdir -p var && touch $@

.venv/.run: .venv/.made requirements/run.txt
	@echo "Installing what the shop needs …"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@mkdir -p var && touch $@

.venv/.test: .venv/.made requirements/dev.txt
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@mkdir -p var && touch $@ .venv/.run

# Chromium comes from Debian, axe and Stripe's command line from npm; both are only for tests.
browser-tools: tests/browser/node_modules/.done
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory apt PACKAGES="chromium fonts-liberation"

tests/browser/node_modules/.done: tests/browser/package-lock.json
	@command -v npm >/dev/null || $(MAKE) --no-print-directory apt PACKAGES="nodejs npm"
	@cd tests/browser && PUPPETEER_SKIP_DOWNLOAD=1 npm ci --no-audit --no-fund --silent
	@touch $@

.PHONY: apt
apt:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "The tests need $(PACKAGES). On Debian: sudo apt-get install --no-install-recommends $(PACKAGES)"; exit 1; fi

# Every habit is one word. `make help` lists them.
PYTHON ?= python3
PY := .venv/bin/python
export PYTHONPATH := tools
export HILO_ADMIN_EMAIL ?= admin@hilo.localhost
export HILO_ADMIN_PASSWORD ?= hilo-demo-2026

.DEFAULT_GOAL := help
.PHONY: help setup run dev test quick check fix bench crash acceptance conformance screenshots

help: ## what each word does
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: ## Hilo with its own database and the demo workspace
	@$(PYTHON) tools/setup.py run
	@exec $(PY) -m hilo.entry.cli serve

setup: ## everything development needs
	@$(PYTHON) tools/setup.py test

test: setup ## everything that proves the product (t=<path> for one part)
	@$(PY) tools/test.py $(t)

quick: setup ## the fast tests only
	@$(PY) tools/test.py --quick

check: setup ## format, lint, types, imports, house rules
	@$(PY) tools/test.py --check

fix: setup ## format and safe fixes
	@$(PY) -m ruff format -q src tests tools
	@$(PY) -m ruff check -q --fix src tests tools

bench: setup ## the table of speeds, each with its limit; SCALE=full for the large data
	@$(PY) -m bench

crash: setup ## load with kill -9 (rounds=<n>)
	@$(PY) -m crash $(rounds)

acceptance: setup ## the twelve products' scenarios
	@$(PY) -m acceptance

conformance: setup ## every connector against its cases
	@$(PY) tools/conformance.py

screenshots: setup ## every screen from the demo
	@$(PY) tools/screenshots.py

# make help says what there is. Whatever a command needs is installed first, into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run serve check format test-fast test every-test bench hooks audit pets clean

help: ## say this
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1\t/p' Makefile | expand -t 16

run: $(VENV)/run ## start the app on http://localhost:8501
	$(BIN)/python -m streamlit run app.py

serve: $(VENV)/serve ## serve the app to a class on all addresses of this machine; wants .streamlit/secrets.toml
	$(BIN)/python -m core serve

check: $(VENV)/test ## lint, format and types, of Python and JavaScript; changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/deno fmt --quiet --check
	$(BIN)/deno lint --quiet
	$(BIN)/deno check --quiet pages tests/javascript

format: $(VENV)/test ## write Python, JavaScript and styles as check wants them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/deno fmt --quiet

test-fast: $(VENV)/test ## the quick half of the tests, in about a minute
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal tests/unit --ignore tests/unit/test_hardening.py

test: check every-test ## check, then every test; browser tests want a Chromium

every-test: $(VENV)/test
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal tests/unit tests/pages
# Apart: where TensorFlow is loaded, Streamlit's collection of garbage makes a page's test five times as long.
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal tests/processes
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder tests/browser

bench: $(VENV)/test ## measure one thing: make bench NAME=startup, or any other file of bench/
	$(BIN)/python -m bench.$(or $(NAME),$(error which one? make bench NAME=startup, or another of: $(basename $(notdir $(wildcard bench/[a-z]*.py)))))

hooks: $(VENV)/test ## check each commit and its subject from now on, by pre-commit
	$(BIN)/python -m pip install --quiet pre-commit==4.7.0
	$(BIN)/pre-commit install --hook-type pre-commit --hook-type commit-msg

audit: $(VENV)/run ## look for known vulnerabilities of what is installed, where their database can be reached
	$(BIN)/python -m pip install --quiet pip-audit==2.10.1
	$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r constraints.txt

pets: $(VENV)/run ## train the shipped classifier, models/pets, again: about an hour, which may be interrupted
	$(BIN)/python -m models.train

clean: ## remove what was installed and cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/run: requirements.txt constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pixelwise needs Python 3.11 or newer: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/serve: $(VENV)/run requirements-serve.txt
	$(BIN)/python -m pip install --quiet -r requirements-serve.txt
	touch $@

$(VENV)/test: $(VENV)/run requirements-cluster.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

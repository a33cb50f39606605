# make run: install what is needed, then start the app.  make test: install, then check everything.
# make pets: train the shipped classifier, models/pets, again; hours, which may be interrupted.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test pets clean

run: $(VENV)/run
	$(BIN)/python -m streamlit run app.py

test: $(VENV)/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal tests/unit tests/pages tests/processes
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/browser

pets: $(VENV)/run
	$(BIN)/python -m models.train

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/run: requirements.txt constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pixelwise needs Python 3.11 or newer: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/test: $(VENV)/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

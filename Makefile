# Everything here works on a fresh machine with git and Python >= 3.10.
PYTHON ?= python3
VENV := .venv
TK := $(VENV)/bin/tk
# with bytecode, collecting the tests takes a third of the time, and starting tk half
PYTEST := PYTHONDONTWRITEBYTECODE= $(VENV)/bin/python -m pytest -n auto

.PHONY: demo test test-long lint bench docs pictures site clean-venv

demo: $(VENV)/installed
	$(TK) demo

test: $(VENV)/installed
	$(VENV)/bin/python -m compileall -q src
	$(PYTEST) -m "not long"

test-long: $(VENV)/installed
	$(VENV)/bin/python -m compileall -q src
	$(PYTEST)

lint: $(VENV)/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(VENV)/installed
	for script in growth moves views sizes batch hooks budgets verify log push; do \
		$(VENV)/bin/python bench/$$script.py || exit; \
	done

docs: $(VENV)/installed
	$(VENV)/bin/python docs/generate.py

# those of the page only if chromium is here
pictures: $(VENV)/installed
	$(VENV)/bin/python docs/pictures.py

# into build/site; a link that leads nowhere is an error. The theme would speak of its own future.
site: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --quiet --strict

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --editable '.[dev]'
	$(VENV)/bin/python -m compileall -q src
	touch $@

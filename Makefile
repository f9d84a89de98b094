# make start: set up and open the studio. make test: set up and run every test, browser included.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_FLAGS := --quiet --disable-pip-version-check

.PHONY: start test lint bench soak fake-openai clean

start: $(VENV)/.installed
	$(BIN)/studio ui

# Set-up is repeated only when what is to be installed changed.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_FLAGS) --constraint constraints.txt --editable .
	touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install $(PIP_FLAGS) --constraint constraints.txt --editable '.[dev]'
	touch $@

test: $(VENV)/.developing
	bash .ci/browser
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy studio

# NAMES="recommended transfer": those alone; the long ones run by name only.
bench: $(VENV)/.developing
	$(BIN)/python -m benchmarks $(NAMES)

# Random sequences of faults, as many as a person has patience for; `make test` plays a few of them.
soak: $(VENV)/.developing
	SOAK=1 $(BIN)/python -m pytest -m soak --timeout 3600

# A stand-in for a hosted tuning service on this machine, to try the Hosted card without an account.
fake-openai: $(VENV)/.developing
	$(BIN)/python -m tests.fakes.openai_server

clean:
	rm -rf $(VENV) build dist *.egg-info

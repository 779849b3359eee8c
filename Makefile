# Two commands for everyone: `make chat` and `make test`. Both set up everything they need first.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 7860
READY := $(VENV)/.ready-run
READY_DEV := $(VENV)/.ready-dev
# tests are run with the packaged models only; a hub is never asked, whatever the machine's settings are
export HF_HUB_OFFLINE := 1

.PHONY: help chat test check format lint types contracts tests browser screenshots evaluate benchmark clean

help:
	@echo "make chat      set up, build the index if missing or stale, serve the chat on 127.0.0.1:$(PORT)"
	@echo "make test      set up and run every test"
	@echo "make check     format, lint, strict types, import contract, and make test: what CI runs"
	@echo "make screenshots  take a picture of every state of the page, into shots/"
	@echo "make evaluate  print answer accuracy on the dev questions and the safety messages"
	@echo "make benchmark print speed, memory and size"

chat: $(READY)
	$(BIN)/ragbot serve --port $(PORT)

test: $(READY_DEV) browser tests

check: $(READY_DEV) format lint types contracts test

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found; install Python 3.11 or name yours: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(READY_DEV): $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(READY)

browser: $(READY_DEV)
	@$(BIN)/python scripts/install_browser.py
	@$(BIN)/python scripts/install_axe.py

screenshots: $(READY_DEV) browser
	@$(BIN)/python scripts/screenshots.py

tests: $(READY_DEV)
	$(BIN)/python -m pytest

format: $(READY_DEV)
	$(BIN)/ruff format --check .

lint: $(READY_DEV)
	$(BIN)/ruff check .

types: $(READY_DEV)
	$(BIN)/mypy

contracts: $(READY_DEV)
	$(BIN)/lint-imports

evaluate: $(READY)
	$(BIN)/ragbot ingest --if-stale
	$(BIN)/ragbot evaluate eval/questions.jsonl eval/safety.jsonl

benchmark: $(READY)
	$(BIN)/ragbot ingest --if-stale
	$(BIN)/python scripts/benchmark.py

clean:
	rm -rf $(VENV) index build dist *.egg-info

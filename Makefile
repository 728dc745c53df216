# Every target sets itself up in .venv the first time; a stamp file makes the second time quick.
# PYTHON picks the interpreter (3.10 or newer); PARTS="unit browser" picks parts of the tests.
.DEFAULT_GOAL := help
.PHONY: help demo test lint build bench clean

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint .ci/constraints.txt

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: .venv/demo.stamp ## draw the example session into demo/ and open the quickstart in JupyterLab
	$(BIN)/nnsight-graphwidget demo --out demo
	@$(BIN)/python .ci/open.py notebooks/quickstart.ipynb

test: .venv/test.stamp ## every check: lint, js, unit, notebooks, generations, browser
	@$(BIN)/python .ci/test.py $(PARTS)

lint: .venv/test.stamp ## ruff, mypy and biome
	@$(BIN)/python .ci/test.py lint

build: .venv/test.stamp ## rebuild the JavaScript bundle in nnsight_graphwidget/static
	@$(BIN)/python .ci/test.py --build

bench: .venv/test.stamp ## recording, files, and the widget beside its peers: tables, JSON and plots
	$(BIN)/python -m benchmarks

clean: ## remove what make made
	rm -rf .venv .generations artifacts demo js/node_modules

.venv/pip.stamp:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 10) or sys.exit("Python 3.10 or newer is needed; $(PYTHON) is %d.%d. Try: make PYTHON=python3.11 ..." % v[:2])'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/demo.stamp: .venv/pip.stamp pyproject.toml .ci/constraints.txt
	$(PIP) --editable '.[notebook]'
	@touch $@

.venv/test.stamp: .venv/demo.stamp .ci/dev.txt
	$(PIP) --requirement .ci/dev.txt
	@touch $@

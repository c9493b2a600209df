# Every target sets itself up. `make help` lists them and says what each needs beyond Python 3.11, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
export UV_PYTHON_DOWNLOADS := never
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions
export SAM_CLI_TELEMETRY := 0
ACT ?=

.DEFAULT_GOAL := help

$(VENV)/ready: requirements/uv.txt requirements/dev.txt layers/common/pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Sincronia needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON3=python3.12 …")'
	@echo "Setting up $(VENV) (locked dependencies; the first time takes about a minute) …"
	@test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --require-hashes -r requirements/uv.txt
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation --editable layers/common
	@touch $@

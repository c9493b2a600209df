# Every target sets itself up. `make help` lists them and says what each needs beyond Python 3.11, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
SAM := env --unset=PYTHONPATH AWS_DEFAULT_REGION=sa-east-1 .venv-sam/bin/sam
export UV_PYTHON_DOWNLOADS := never
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions
export SAM_CLI_TELEMETRY := 0
SDK := tests/node/node_modules
CHROMIUM := $(shell command -v chromium || command -v google-chrome)
ACT ?=
include layers/python-3.13.mk

.DEFAULT_GOAL := help
.PHONY: help demo dev screenshots put-connection create-token openapi formats decide redrive test check soak validate build bench bench-full format lock clean

help: ## List the targets (this page).
	@awk 'BEGIN { FS = ":.*## "; print "Python 3.11 or newer, git and make are all that these need, and the network once: they install their locked packages.\n" } \
		/^[a-z-]+:.*## / { split($$2, part, " Uses: "); \
			printf "  make %-14s %s\n%s", $$1, part[1], part[2] ? sprintf("  %19s uses, where it is there: %s\n", "", part[2]) : "" }' Makefile

demo: $(VENV)/ready ## Bring the stack up on this machine and show it at work; ACT=zen, ACT=sgp, ACT=asms, ACT=promob, ACT=notes or ACT=pages shows one act.
	@$(PYTHON) -m local.demo $(ACT)

dev: $(VENV)/ready ## Bring the stack up and keep it; .local/stack.json says where everything is. Ctrl-C ends it.
	@$(PYTHON) -m local.dev

screenshots: $(VENV)/ready ## Bring the stack up, let a morning's work happen, and write docs/images/ again. Needs Chromium too.
	@$(PYTHON) -m local.screenshots

put-connection: $(VENV)/ready ## Put a connection into a stack, its secret on standard input: make put-connection STACK=sincronia-dev FILE=mine.json
	@$(PYTHON) -m operations.put_connection $(STACK) $(FILE)

create-token: $(VENV)/ready ## Make an integration token: make create-token STACK=sincronia-dev ROLE=administrator DESCRIPTION="Painel"
	@$(PYTHON) -m operations.create_token $(STACK) --role "$(ROLE)" --description "$(DESCRIPTION)"

openapi: $(VENV)/ready ## Write again what the hub has of every function: the OpenAPI document of its routes, its sentences.
	@$(PYTHON) -m operations.openapi
	@$(PYTHON) -m operations.sentences

formats: $(VENV)/ready ## Write docs/formats.md again, from the columns of the workbooks of users.
	@$(PYTHON) -m operations.formats

decide: $(VENV)/ready ## Approve or reject a run at the brake: make decide STACK=… CONNECTION=… FLOW=… DECISION=aprovar (or rejeitar)
	@$(PYTHON) -m operations.decide $(STACK) $(CONNECTION) $(FLOW) $(DECISION)

redrive: $(VENV)/ready ## Give dead letters back to their queue: make redrive STACK=… QUEUE=SgpDeadLetters
	@$(PYTHON) -m operations.redrive $(STACK) $(QUEUE)

test: $(VENV)/ready ## Run the tests, but for the full crash sweeps (5 minutes at most).
	@$(PYTHON) -m pytest -m "not sweep" -n 2 --dist worksteal

check: .chromium $(VENV)/ready .venv-sam/ready .venv-bench/ready .venv-vdirsyncer/ready .venv-zoho/ready $(SDK)/.ready ## All that must hold before a push: format, lint, types, every test, template, build. Needs Node.js 18 with npm, and Chromium, too. Uses: a Python 3.13, to run the unit tests on it too.
	@echo "== format"
	@$(VENV)/bin/ruff format --check .
	@echo "== lint"
	@$(VENV)/bin/ruff check .
	@echo "== types"
	@$(VENV)/bin/mypy
	@$(MAKE) --no-print-directory validate
	@$(MAKE) --no-print-directory build
	@echo "== tests, sweeps included"
	@$(PYTHON) -m pytest -n 2 --dist worksteal
ifneq ($(PYTHON_313),)
	@$(MAKE) --no-print-directory .venv-3.13/ready
	@echo "== unit tests on the Python of the Lambda runtime ($(PYTHON_313))"
	@.venv-3.13/bin/python -m pytest tests/unit -n 2 --dist worksteal
else
	@echo "== no Python 3.13 on this machine: the tests ran on $$($(PYTHON) --version) alone"
endif
	@echo "== check: all green"

# The machine's own: nothing here downloads a browser. No file is ever made of it, so that it is looked for each time.
.chromium:
ifeq ($(CHROMIUM),)
	@echo "make check drives the pages in Chromium, which isn't here (Debian, Ubuntu: apt-get install chromium)." >&2; exit 1
endif

soak: $(VENV)/ready ## Let any history of mailboxes happen for MINUTES (30), in memory and over HTTP, other ones each time.
	@$(PYTHON) -m tests.soak $(MINUTES)

validate: .venv-sam/ready ## Check the template, by SAM's own rules and by cfn-lint's.
	@echo "== template"
	@$(SAM) validate
	@$(SAM) validate --lint

build: .venv-sam/ready ## Build what is deployed, without Docker, into .aws-sam/. Uses: a Python 3.13, to ship byte code (faster cold starts).
	@echo "== build"
	@$(SAM) build

bench: $(VENV)/ready .venv-bench/ready .venv-vdirsyncer/ready ## Count calls and measure time and memory for up to 100,000 users, 1,000 companies and 10,000 contracts, exports and imports, budgets of 50,000 items, mailboxes of 10,000 contacts (Linux; about 9 minutes).
	@$(PYTHON) -m bench.sync

bench-full: $(VENV)/ready .venv-bench/ready .venv-vdirsyncer/ready ## The same for 10,000 companies too, and with every one of 100,000 users changed, and imports of 70,000 rows by others (Linux; about 35 minutes).
	@$(PYTHON) -m bench.sync --full

format: $(VENV)/ready ## Format the code, and mend what the linter can.
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

# What Lambda's runtime brings is not in layer.txt.
COMPILE = cd requirements && $(abspath $(UV)) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header $(UPGRADE)
lock: $(VENV)/ready ## Make the locks again from requirements/*.in; UPGRADE=--upgrade moves them to the newest.
	@$(COMPILE) uv.in -o uv.txt
	@$(COMPILE) runtime.in -o runtime.txt
	@$(COMPILE) dev.in -o dev.txt
	@$(COMPILE) sam.in -o sam.txt
	@$(COMPILE) bench.in -o bench.txt
	@$(COMPILE) zoho.in -o zoho.txt
	@$(COMPILE) vdirsyncer.in -o vdirsyncer.txt
	@$(COMPILE) runtime.in -o layer.txt --no-annotate --constraint runtime.txt \
		--no-emit-package botocore --no-emit-package jmespath

clean: ## Remove what targets made: environments, builds, caches.
	@rm -rf $(SDK) .venv .venv-sam .venv-bench .venv-zoho .venv-vdirsyncer .venv-3.13 .aws-sam .local .bench .hypothesis .mypy_cache .pytest_cache .ruff_cache .screenshots
	@find . -path ./.git -prune -o -name __pycache__ -prune -exec rm -rf {} +

define require_python
	@$(PYTHON3) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Sincronia needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON3=python3.12 …")'
	@$(PYTHON3) -c 'import ensurepip' 2>/dev/null || { echo "Sincronia needs Python with its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
endef

$(VENV)/ready: requirements/uv.txt requirements/dev.txt layers/common/pyproject.toml
	$(require_python)
	@echo "Setting up $(VENV) (locked dependencies; the first time takes about a minute) …"
	@test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation --editable layers/common
	@touch $@

# Apart from .venv: aws-sam-cli holds other versions of what the tests use.
.venv-sam/ready: requirements/uv.txt requirements/sam.txt
	$(require_python)
	@echo "Setting up .venv-sam (aws-sam-cli, locked) …"
	@test -x .venv-sam/bin/python || $(PYTHON3) -m venv .venv-sam
	@.venv-sam/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv-sam/bin/uv pip sync --quiet --python .venv-sam/bin/python --require-hashes requirements/sam.txt
	@touch $@

# Apart from .venv: what an import is measured beside, which the product never uses.
.venv-bench/ready: requirements/uv.txt requirements/bench.txt
	$(require_python)
	@echo "Setting up .venv-bench (django-import-export, locked) …"
	@test -x .venv-bench/bin/python || $(PYTHON3) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv-bench/bin/uv pip sync --quiet --python .venv-bench/bin/python --require-hashes requirements/bench.txt
	@touch $@

# Apart from .venv: what a two-way sync is measured beside, which the product never uses.
.venv-vdirsyncer/ready: requirements/uv.txt requirements/vdirsyncer.txt
	$(require_python)
	@echo "Setting up .venv-vdirsyncer (vdirsyncer, locked) …"
	@test -x .venv-vdirsyncer/bin/python || $(PYTHON3) -m venv .venv-vdirsyncer
	@.venv-vdirsyncer/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv-vdirsyncer/bin/uv pip sync --quiet --python .venv-vdirsyncer/bin/python --require-hashes requirements/vdirsyncer.txt
	@touch $@

# Apart from .venv: Zoho's own SDK, which only a test of its simulator uses.
.venv-zoho/ready: requirements/uv.txt requirements/zoho.txt
	$(require_python)
	@echo "Setting up .venv-zoho (Zoho's SDK, locked) …"
	@test -x .venv-zoho/bin/python || $(PYTHON3) -m venv .venv-zoho
	@.venv-zoho/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv-zoho/bin/uv pip sync --quiet --python .venv-zoho/bin/python --require-hashes requirements/zoho.txt
	@touch $@

# Only what tests need: the SDK of a vendor, and axe-core, which looks at pages. tests/node/.npmrc says how it is installed (no scripts are run).
$(SDK)/.ready: tests/node/package-lock.json tests/node/.npmrc
	@command -v npm >/dev/null || { echo "make check needs Node.js 18 or newer with npm (Debian, Ubuntu: apt-get install nodejs npm)." >&2; exit 1; }
	@echo "Setting up tests/node (locked) …"
	@cd tests/node && npm ci --loglevel=error >/dev/null
	@touch $@

.venv-3.13/ready: $(VENV)/ready requirements/dev.txt
	@echo "Setting up .venv-3.13 (the same locked dependencies) …"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON_313) .venv-3.13
	@$(UV) pip sync --quiet --python .venv-3.13/bin/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python .venv-3.13/bin/python --no-deps --no-build-isolation --editable layers/common
	@touch $@

# Everything that is done with Ticker, by name; `make` alone lists the names.
# Needs Python 3.11 or newer (with venv), a package index that pip knows, and nothing else.

PYTHON ?= python3
ARGS ?=
ENGINE ?= $(shell command -v podman || command -v docker)
IMAGE ?= localhost/ticker
BASE ?=
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' ticker/__init__.py)
REVISION = $(shell git describe --always --abbrev=40 --dirty --exclude='*' 2>/dev/null)

VENV := .venv
PIP := $(VENV)/bin/python -m pip install -qq --disable-pip-version-check
LOCKS := requirements.txt requirements-build.txt requirements-notify.txt requirements-postgres.txt requirements-dev.txt
COMPILE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-postgres soak check demo texts manual lock test-deps image image-test clean FORCE

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name says; do printf '  make %-13s %s\n' "$$name" "$$says"; done
	@echo '  ARGS="…" is handed on, as in `make test ARGS="-k archive"`; PYTHON=… picks the interpreter.'

run: $(VENV)/.run ## set up what is missing, then serve and poll as config.yaml says
	$(VENV)/bin/ticker run $(ARGS)

demo: $(VENV)/.run ## a scripted newsroom on loopback, and the service on it
	$(VENV)/bin/ticker demo $(ARGS)

# Kept bytecode saves half of the time to collect, and a sixth of each start of the command line that the tests make.
test: $(VENV)/.dev ## run the tests on all cores (ARGS=-n0: in one process, as --pdb and -s want it)
	env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m pytest -n auto --dist worksteal $(ARGS)

test-postgres: $(VENV)/.dev ## run those that touch a store on PostgreSQL (TICKER_TEST_PG: a server's URL, or a folder of programs)
	env -u PYTHONDONTWRITEBYTECODE TICKER_TEST_STORE=postgresql $(VENV)/bin/python -m pytest -n auto --dist worksteal $(ARGS)

soak: $(VENV)/.dev ## run the slow proofs: months of simulated newsrooms, hundreds of kills (20 minutes and more)
	$(VENV)/bin/python -m pytest -m soak $(ARGS)

check: $(VENV)/.dev ## lint, format, types and the import contracts
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

texts: $(VENV)/.dev ## gather what the pages say into the catalogues, and compile them (it lists what is not translated)
	$(VENV)/bin/python tools/texts.py

manual: $(VENV)/.dev ## write docs/cli.md anew from what the commands say of themselves
	$(VENV)/bin/python tools/manual.py

lock: .venv-lock/.uv ## write the hashed requirements anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(COMPILE) $(ARGS) pyproject.toml -o requirements.txt
	$(COMPILE) $(ARGS) -c requirements.txt --group build -o requirements-build.txt
	$(COMPILE) $(ARGS) -c requirements.txt pyproject.toml --extra notify -o requirements-notify.txt
	$(COMPILE) $(ARGS) -c requirements-notify.txt pyproject.toml --extra postgres -o requirements-postgres.txt
	$(COMPILE) $(ARGS) -c requirements-notify.txt -c requirements-postgres.txt -c requirements-build.txt pyproject.toml \
		--group dev -o requirements-dev.txt
	@if grep -nE '://|^-' $(LOCKS); then echo "make lock: these lines tie the lock to one machine's index" >&2; exit 1; fi

test-deps: ## install what the tests use on Debian (root or sudo), and build the container test's base image
	tools/test-deps

image: ## build the container image with podman or docker (IMAGE=name, BASE=another Python image)
	@test -n "$(ENGINE)" || { echo "make image: neither podman nor docker is installed" >&2; exit 1; }
	$(ENGINE) build $(if $(findstring podman,$(ENGINE)),--format docker) $(if $(BASE),--build-arg BASE=$(BASE)) \
		--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) -t $(IMAGE) $(ARGS) .

image-test: $(VENV)/.dev ## build that image and run it as its users do (root, podman and `make test-deps`)
	$(VENV)/bin/python -m pytest -n auto --dist worksteal -m 'image and not soak' tests/image $(ARGS)

clean: ## remove what make made; never data/
	rm -rf $(VENV) .venv-lock dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find ticker tests -name __pycache__ -prune -exec rm -rf {} +

# A stamp is touched only after its step went through, so a step that was cut short is done again.
# An environment belongs to one folder and one interpreter: a copied or moved checkout, or another
# PYTHON=, gets a new one instead of running the old one's code.
MADE_FOR := $(shell cat $(VENV)/.made-for 2>/dev/null)
ifneq ($(firstword $(MADE_FOR)),$(firstword $(CURDIR)))
$(VENV)/.made-for: FORCE
else ifneq ($(origin PYTHON),file)
ifneq ($(lastword $(MADE_FOR)),$(PYTHON))
$(VENV)/.made-for: FORCE
endif
endif

$(VENV)/.made-for:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Ticker needs Python 3.11 or newer, and $(PYTHON) was not found: install it, or name one with PYTHON=…" >&2; exit 1; }
	@case $$($(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null) in \
		True) ;; \
		False) echo "Ticker needs Python 3.11 or newer, $(PYTHON) is older: name a newer one with PYTHON=…" >&2; exit 1 ;; \
		*) echo "Ticker needs Python 3.11 or newer, $(PYTHON) could not be run (see what $(PYTHON) --version says): name another with PYTHON=…" >&2; exit 1 ;; \
	esac
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) lacks venv or ensurepip (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo '$(CURDIR) $(PYTHON)' > $@

$(VENV)/.run: $(VENV)/.made-for requirements.txt requirements-build.txt pyproject.toml
	@echo "Installing $$(grep -c == requirements.txt) packages of requirements.txt, each checked against its hash …"
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes --no-build-isolation -r requirements.txt
	@echo "Installing ticker itself from this folder …"
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing the tools of requirements-dev.txt for tests and checks …"
	@$(PIP) --require-hashes --no-build-isolation -r requirements-dev.txt
	@touch $@

.venv-lock/.uv:
	@echo "Making .venv-lock with uv …"
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install -qq --disable-pip-version-check 'uv>=0.13.9,<0.14'
	@touch $@

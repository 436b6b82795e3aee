# Everything one does with this repository. `make` lists the commands.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SILENT:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LABELLING := .venv-labelstudio
LABELLING_STAMP := $(LABELLING)/.installed
EXTRAS := airflow,server,stages,images,audio,serving,s3,kubernetes,embedded,ui,docs,dev
LAYER ?=
ARGS ?=
# One more than there are cores, since many tests wait for servers.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))
export STRICT ?=

# uv reads none of pip's settings; what pip was told holds for it too.
space := $(subst ,, )
comma := ,
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(subst $(space),$(comma),$(PIP_FIND_LINKS))
endif
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.PHONY: help env labelling ui up down status demo cluster-demo test lint lock schemas docs docs-site \
	step-versions bench bench-check bundle images install-offline clean

help: ## List the commands
	awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(STAMP) ## Make or renew the Python environment in .venv

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
		echo "Aileron needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2
		echo "Install one of them, then run: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2
		exit 1
	}
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) || {
		rm -rf $(VENV)
		echo "The environment could not be made. On Debian: apt-get install python3-venv" >&2
		exit 1
	}
	[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet "$$(grep '^uv==' requirements.lock)"
	$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode \
		--constraint requirements.lock --editable '.[$(EXTRAS)]'
	touch $(STAMP)

labelling: env $(LABELLING_STAMP) ## Make or renew the environment of Label Studio in .venv-labelstudio

# One of its own: its Django and our libraries want different versions.
$(LABELLING_STAMP): docker/labelstudio.lock | $(STAMP)
	[ -x $(LABELLING)/bin/python ] || $(BIN)/uv venv --quiet --python $(BIN)/python $(LABELLING)
	$(BIN)/uv pip install --python $(LABELLING)/bin/python --quiet --compile-bytecode \
		--requirements docker/labelstudio.lock
	touch $(LABELLING_STAMP)

ui: env ## Build the pages, if their sources changed
	$(BIN)/python ui/build.py

up: env ui ## Start the embedded servers; returns when all are healthy
	$(BIN)/aileron stack up

down: ## Stop the embedded servers
	if [ -x $(BIN)/aileron ]; then $(BIN)/aileron stack down; fi

status: env ## Show the embedded servers
	$(BIN)/aileron stack status

demo: up ## From data to a service that answers, through Airflow's scheduler
	$(BIN)/aileron demo

cluster-demo: env ui ## The same with training and services as pods of the cluster that KUBECONFIG names
	$(BIN)/python docker/cluster_demo.py

test: env ui labelling ## Run the tests (LAYER=unit for one layer, ARGS='-k name', WORKERS=0: in one process, STRICT=1: no skips)
	$(BIN)/pytest -n $(WORKERS) $(if $(LAYER),tests/$(LAYER)) $(ARGS)

lint: env ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

schemas: env ## Write the JSON Schemas of all documents to configs/schema
	$(BIN)/aileron schema --write

docs: env ## Write the parts of docs/reference that follow from the code
	$(BIN)/python docs/write_reference.py

docs-site: env ## Build the documentation site in dist/site; needs no network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --clean

step-versions: env ## Record each step's version and code, after raising the version of what changed
	PYTHONPATH=tests $(BIN)/python tests/contract/write_step_versions.py

bench: env ## Run the benchmarks; raw results as JSON in bench/
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

bench-check: env ## Judge the newest benchmark results against tests/benchmarks/bounds.toml
	$(BIN)/python tests/benchmarks/check.py $(ARGS)

bundle: env ui docs-site ## One archive in dist/ that installs without a network
	$(BIN)/python bundle/make_bundle.py $(ARGS)

images: env ui ## Build the images of docker/ with docker, podman or buildah (ARGS='server gateway' for some)
	docker/build.sh $(ARGS)

# In an unpacked bundle; it has no other way to an environment, so not by way of `env`.
install-offline: ## Make the environment from an unpacked bundle, without a network
	$(PYTHON) bundle/install.py

# The lock names no registry and no build of one: local version tags (+cpu) are cut, and the
# GPU libraries that only a CUDA build of torch wants are left out.
lock: env ## Resolve requirements.lock anew
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--no-header --no-annotate --upgrade --quiet --output-file requirements.lock
	sed -i -e 's/+cpu//' -e '/^nvidia-/{/^nvidia-ml-py/!d}' -e '/^cuda-/d' -e '/^triton/d' \
		-e "s/ ; python_full_version < '3.14' and sys_platform == 'linux'$$//" \
		-e "s/python_full_version < '3.14' and sys_platform == 'linux'/sys_platform == 'linux'/" \
		requirements.lock

clean: down ## Stop the servers; delete state, environment and caches
	rm -rf .aileron dist $(VENV) $(LABELLING) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

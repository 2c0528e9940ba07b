# Salur: every target works on a fresh machine with Python >= 3.11 and make. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export DJANGO_SETTINGS_MODULE := config.settings

.PHONY: help install demo serve sandbox stop clean test check bench chaos mutants format messages constraints baseline
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

install: $(READY) ## .venv with everything pinned

$(READY): requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Salur needs Python 3.11 or newer; set PYTHON=python3.x"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python -m venv failed: on Debian, apt-get install python3-venv"; exit 1; }
	@echo "Installing the pinned requirements into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv || true
	@# uv is the faster one, and brings certificates of its own: where these do not do, pip installs the same.
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt -c constraints.txt || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

demo: install messages ## the main job: registry → budget → batches → wallets → merchants → bank, checked to the rupiah
	@$(BIN)/python -m demo.run $(ARGS)

serve: install messages ## web, worker and beat on the demo's data, with its logins
	@$(BIN)/python -m demo.serve

sandbox: install messages ## a provider to practise on: values that fail on purpose, a clock to advance, a conformance run
	@$(BIN)/python -m sandbox.serve

stop: ## end what demo, serve and sandbox started, and the embedded servers
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m sandbox.stop; $(BIN)/python -m demo.stop; fi

clean: stop ## remove all data and keys of this checkout
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m chaos --clean && $(BIN)/python -m sandbox.stop --clean && $(BIN)/python -m config.embedded clean; fi
	@rm -rf .data/chaos* .data/demo .data/run .data/sms .data/beat* .data/bench .data/mutmut .data/mutants.env mutants static

test: install messages ## every test
	@$(BIN)/python -m config.embedded start
	@DEBUG=True $(BIN)/python -m pytest -q -n 4 --dist loadgroup $(ARGS)

check: install messages ## style, types, import contracts, migrations, deployment settings
	@$(BIN)/python -m config.embedded start
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SALUR_SANDBOX=True $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=sandbox.settings SALUR_SANDBOX=True $(BIN)/python manage.py makemigrations sandbox --check --dry-run
	@# The protocol stands in for the agency's own gateway, which a deployment must name.
	DEBUG=False SALUR_DEMO=False ALLOWED_HOSTS=example.org SMS_GATEWAY=mobile.sms.Gateway \
		$(BIN)/python manage.py check --deploy --database default --fail-level WARNING

bench: install messages ## measures the house beside others, in full (an hour); ONLY=ledger: one area, ARGS="--scale 0.01": a trial
	@$(BIN)/python -m config.embedded start
	@$(BIN)/python -m bench $(addprefix --only ,$(ONLY)) $(ARGS)

chaos: install messages ## pays 20,000 people while workers, Valkey and PostgreSQL are killed (ten minutes); ARGS="--seed 7" repeats a run
	@$(BIN)/python -m chaos $(ARGS)

mutants: install messages ## changes the ledger in every small way and looks whether a test fails; ONLY=wallet.ledger.x_post_: one function
	@$(BIN)/python -m config.embedded start
	@rm -rf mutants .data/mutmut
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --target .data/mutmut -r requirements-mutants.txt
	@# On the embedded server a test database of its own, so that `make test` may run meanwhile; one mutant at a time, because they share it.
	@umask 077; sed 's#/salur$$#/salur_mutants#' .data/env >.data/mutants.env
	@SALUR_ENV_FILE=$(CURDIR)/.data/mutants.env DEBUG=True \
		$(BIN)/python -m pytest -q --create-db --reuse-db tests/wallet/test_ledger.py
	@SALUR_ENV_FILE=$(CURDIR)/.data/mutants.env DEBUG=True PYTHONPATH=$(CURDIR)/.data/mutmut \
		$(BIN)/python -m tests.mutants run --max-children 1 $(addsuffix *,$(ONLY))
	@PYTHONPATH=$(CURDIR)/.data/mutmut $(BIN)/python -m mutmut results | grep -v "not checked" || true

format: install ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: install ## compile the translations
	@$(BIN)/pybabel --quiet compile --domain django --directory locale

baseline: install ## write the schema that an empty database gets at once, after new migrations
	@$(BIN)/python -m config.embedded start
	@$(BIN)/python manage.py baseline

constraints: ## freeze what is installed now
	@{ echo "# Every package of requirements.txt and requirements-dev.txt, frozen. Made by \`make constraints\`."; \
		$(BIN)/uv pip freeze --quiet --python $(BIN)/python | grep -vE "^(pip|setuptools)=="; } > constraints.txt

# Every target sets up what it needs: a virtual environment in .venv, once.
# On Windows: the same under WSL, or the plain commands in the README.
#
# What a user gives by name reaches the shell as an environment variable, whatever is in it.
export LOG MAPPING VARS KEEP TARGET RELEASE SCALES LOAD SOAK CAMPAIGN ON FORMAT CUSTOMER REASON \
	EXPERIMENT PLAN ACCEPT_DRIFT WATCH ALWAYS DRY_RUN UPGRADE SOURCE EVERY ASK

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed-run
EVIDENCE := $(VENV)/.installed-evidence
DEV := $(VENV)/.installed-dev
SPARK := $(VENV)/.installed-spark
BI := $(VENV)/.installed-bi
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help build refresh evidence serve fetch publish releases rollback export suppress plan start experiment metrics docs dictionary test test-long test-spark test-bi chaos cluster-test simulate lint lint-sql format lock licenses sbom audit screenshots bench bench-api load soak clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $(PYTHON) is $$($(PYTHON) --version 2>&1), expected Python 3.11 or newer;" \
		"name another one: make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "Setting up $(VENV), once (a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)

# From the lock files alone: what they do not name, or what differs from its hash, is not
# installed. They are whole, so that nothing is resolved anew.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
LOCKED = $(INSTALL) --require-hashes --requirement

$(RUN): pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing what a build needs ..."
	@$(LOCKED) requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@# What the build leaves here would speak for an older version one day.
	@rm -rf product_audience.egg-info
	@touch $@

$(EVIDENCE): requirements-evidence.lock $(RUN)
	@echo "Installing what the evidence needs ..."
	@$(LOCKED) requirements-evidence.lock
	@touch $@

$(DEV): requirements-dev.lock $(EVIDENCE)
	@echo "Installing what tests need ..."
	@$(LOCKED) requirements-dev.lock
	@touch $@

$(SPARK): requirements-spark.lock $(DEV)
	@echo "Installing Spark (500 MB) ..."
	@$(LOCKED) requirements-spark.lock
	@touch $@

$(BI): requirements-bi.lock $(RUN)
	@echo "Installing MetricFlow and clients of a release ..."
	@$(LOCKED) requirements-bi.lock
	@touch $@

ORDER = $${LOG:+--log "$$LOG"} $${MAPPING:+--mapping "$$MAPPING"} \
	$${VARS:+--vars "$$VARS"} $${KEEP:+--keep "$$KEEP"} \
	$${ACCEPT_DRIFT:+--accept-drift "$$ACCEPT_DRIFT"}

build: $(RUN) ## Build and publish (LOG=path MAPPING=file.yml VARS='top_n: 20' KEEP=5 TARGET=spark)
	@$(BIN)/python -m scripts.build.pipeline $(ORDER) $${TARGET:+--target "$$TARGET"}

refresh: $(RUN) ## Take in what is new, check, publish, watch (DRY_RUN=1 ALWAYS=1 ACCEPT_DRIFT=why WATCH=60)
	@$(BIN)/python -m scripts.build.refresh $${DRY_RUN:+--dry-run} $${ALWAYS:+--always} \
		$${WATCH:+--watch "$$WATCH"} $${ACCEPT_DRIFT:+--accept-drift "$$ACCEPT_DRIFT"}

evidence: $(EVIDENCE) ## Build, try every ranking, and report what it is worth (LOG=...)
	@$(BIN)/python -m scripts.evidence.renewal $(ORDER)

serve: $(RUN) ## Serve the current release at http://127.0.0.1:8000
	@$(BIN)/python -m api

fetch: $(RUN) ## Serve a copy of what others publish (SOURCE=folder EVERY=30)
	@$(BIN)/python -m scripts.releases.fetch "$${SOURCE:?is empty: name a folder of releases}" \
		$${EVERY:+--every "$$EVERY"}

publish: $(RUN) ## Publish the last whole build again (KEEP=5 ACCEPT_DRIFT=why)
	@$(BIN)/python -m scripts.releases.publish $${KEEP:+--keep "$$KEEP"} \
		$${ACCEPT_DRIFT:+--accept-drift "$$ACCEPT_DRIFT"}

releases: $(RUN) ## List the releases
	@$(BIN)/python -m scripts.releases.publish --list

rollback: $(RUN) ## Serve the release before, or RELEASE=id
	@$(BIN)/python -m scripts.releases.publish --rollback $${RELEASE:+"$$RELEASE"}

export: $(RUN) ## Hand over a contact list (CAMPAIGN=id ON=2023-04-03 FORMAT=csv)
	@$(BIN)/python -m scripts.campaigns.export "$${CAMPAIGN:?is empty: name one, \
	such as CAMPAIGN=spring_rotation}" $${ON:+--on "$$ON"} $${FORMAT:+--format "$$FORMAT"}

suppress: $(RUN) ## Leave customers out of everything (CUSTOMER='17 42' REASON=... ACCEPT_DRIFT=why)
	@set -f; $(BIN)/python -m scripts.campaigns.suppress $${CUSTOMER:?is empty: name one, or several between blanks} \
		$${REASON:+--reason "$$REASON"} $${ACCEPT_DRIFT:+--accept-drift "$$ACCEPT_DRIFT"}

plan: $(RUN) ## How many units an experiment needs (PLAN='--effect 0.3 --units 20000')
	@$(BIN)/python -m scripts.experiments.plan $$PLAN

start: $(RUN) ## Start an experiment: fix its arms, hand over its list (EXPERIMENT=id ON=...)
	@$(BIN)/python -m scripts.experiments.start "$${EXPERIMENT:?is empty: name one}" \
		$${ON:+--on "$$ON"} $${FORMAT:+--format "$$FORMAT"}

experiment: $(RUN) ## What an experiment says, and what to do (EXPERIMENT=id)
	@$(BIN)/python -m scripts.experiments.decision_card "$${EXPERIMENT:?is empty: name one}"

metrics: $(BI) ## Ask the current release for metrics (ASK=campaign_costs; without, a list)
	@printf '%s' "$$ASK" | xargs $(BIN)/python -m scripts.releases.metrics

dictionary: $(RUN) ## Write the data dictionary of the last build, build/dictionary.md
	@$(BIN)/python -m scripts.releases.data_dictionary

docs: $(RUN) ## Describe every table and column of the last build on one page
	@$(BIN)/python -m scripts.build.documentation_page

# The dbt templater compiles every model, for which there has to be a log.
LINT_LOG := build/lint/interactions.parquet
SQL := models tests/warehouse analyses
SQLFLUFF = AUDIENCE_BUILD_DIR=build/lint DBT_TARGET_PATH=build/lint/target \
	DBT_LOG_PATH=build/lint/logs $(BIN)/sqlfluff
$(LINT_LOG): | $(RUN)
	@$(BIN)/python -m scripts.synthetic.interactions $@ --scale 0.001 > /dev/null

test: $(DEV) lint ## Run every check, and the tests that share one build
	@$(BIN)/python -m pytest -m 'not builds and not long'

test-builds: $(DEV) ## Run the tests that build a log of their own
	@$(BIN)/python -m pytest -m 'builds and not long'

test-long: $(DEV) ## Run the tests that take minutes: real logs, killed builds
	@$(BIN)/python -m pytest -m long

test-spark: $(SPARK) ## Run the tests that build on Spark too (needs Java 17 or newer)
	@$(BIN)/python -m scripts.build.spark_setup
	@$(BIN)/python -m pytest --numprocesses 0 tests/spark

chaos: $(DEV) ## Let disks fill up, processes die and files break: is the last release served?
	@$(BIN)/python -m pytest --numprocesses 0 tests/chaos

cluster-test: $(DEV) ## Run three instances behind nginx; kill one, freeze one, switch them all
	@$(BIN)/python -m pytest --numprocesses 0 tests/cluster

test-bi: $(DEV) $(BI) ## Run the tests of metrics, and of other programs that read a release
	@$(BIN)/python -m pytest --numprocesses 0 tests/bi

simulate: $(DEV) ## Simulate 2,000 experiments of each kind: are the statistics right?
	@AUDIENCE_SIMULATED_EXPERIMENTS=2000 $(BIN)/python -m pytest \
		tests/scripts/experiments/test_experiment_statistics.py

lint: $(DEV) lint-sql ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lint-sql: $(DEV) $(LINT_LOG)
	@$(SQLFLUFF) lint --processes 2 $(SQL)

format: $(DEV) $(LINT_LOG) ## Rewrite SQL and Python in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(SQLFLUFF) fix $(SQL)

lock: $(DEV) ## Write the lock files anew from pyproject.toml (UPGRADE=1: newest versions)
	@$(BIN)/python -m scripts.maintenance.lock_dependencies $${UPGRADE:+--upgrade}

licenses: $(RUN) ## List the run-time dependencies with version and license
	@$(BIN)/python -m scripts.maintenance.licenses

sbom: $(DEV) ## Write a bill of materials (CycloneDX) to build/sbom.json
	@$(BIN)/python -m scripts.maintenance.bill_of_materials

audit: $(DEV) ## Ask for known vulnerabilities of what is locked (needs the package index)
	@$(BIN)/python -m scripts.maintenance.audit_dependencies

screenshots: $(DEV) ## Take a picture of every page of the current release
	@$(BIN)/python -m scripts.maintenance.screenshots

bench: $(DEV) ## Time models, memory, disk and the API (SCALES='1 10 100'), beside Polars
	@$(BIN)/python -m scripts.benchmarks.ledger $$SCALES

bench-api: $(DEV) ## Measure the API with wrk, beside bare Sanic
	@$(BIN)/python -m scripts.benchmarks.api_throughput

load: $(DEV) ## Put the API under the published load (LOAD='--users 100 --seconds 30')
	@$(BIN)/python -m scripts.benchmarks.load $$LOAD

soak: $(DEV) ## Ten minutes of full load with a switch every ten seconds
	@$(BIN)/python -m scripts.benchmarks.soak $$SOAK

clean: ## Remove what a build makes anew (not releases, lists, opt-outs, the log)
	@cd "$${AUDIENCE_BUILD_DIR:-build}" 2> /dev/null && rm -rf warehouse.duckdb* target docs \
		dictionary.md clients logs lint spill spark || true
	@rm -rf target logs

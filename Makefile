# Every target first sets up the virtual environment .venv, if it is missing.
# On Windows, see docs/README.md.
#
# The targets only set up and call `.venv/bin/audience`; `audience --help` lists what it does.
#
# Values such as LOG=orders.csv are plain text: make expands nothing in them, and recipes read
# them from the environment, never from make.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
# Before the export, which would define it as empty.
PYTHON ?= python3
export PYTHON LOG MAPPING VARS KEEP TARGET RELEASE SCALES LOAD SOAK CAMPAIGN ON FORMAT CUSTOMER \
	REASON FORCE EXPERIMENT PLAN NAME ACCEPT_DRIFT WATCH ALWAYS DRY_RUN UPGRADE SOURCE EVERY ASK LOGS \
	FORMULAS

VENV := .venv
BIN := $(VENV)/bin
AUDIENCE := $(BIN)/audience
RUN := $(VENV)/.installed-run
EVIDENCE := $(VENV)/.installed-evidence
POSTGRESQL := $(VENV)/.installed-postgresql
DEV := $(VENV)/.installed-dev
SPARK := $(VENV)/.installed-spark
BI := $(VENV)/.installed-bi
S3 := $(VENV)/.installed-s3
S3_SERVER := $(VENV)/.installed-s3-server
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help inspect check build refresh evidence serve keys fetch publish releases rollback export suppress plan start experiment metrics docs dictionary test test-slow test-ci test-long test-spark test-spark-long test-bi test-s3 chaos cluster-test simulate lint lint-python lint-sql format lock licenses sbom audit screenshots bench bench-rankings bench-api load soak clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $$PYTHON is $$("$$PYTHON" --version 2>&1), expected Python 3.11 or newer;" \
		"name another one: make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "Setting up $(VENV), once (a minute or two) ..."
	@"$$PYTHON" -m venv $(VENV)

# From the lock files alone: packages that they do not name, or whose hash differs, are not
# installed. They are complete, so nothing is resolved. uv, once installed, takes a tenth of
# pip's time; if it cannot install them, pip does or says why.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
UV = $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps
locked = { test -x $(BIN)/uv && $(UV) --require-hashes --requirement $(1) 2> /dev/null; } || \
	$(INSTALL) --require-hashes --requirement $(1)

$(RUN): pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing what a build needs ..."
	@$(call locked,requirements.lock)
	@$(INSTALL) --no-build-isolation --editable .
	@# The build leaves metadata here that would become outdated.
	@rm -rf product_audience.egg-info
	@touch $@

$(EVIDENCE): requirements-evidence.lock $(RUN)
	@echo "Installing what the evidence needs ..."
	@$(call locked,requirements-evidence.lock)
	@touch $@

$(POSTGRESQL): requirements-postgresql.lock $(RUN)
	@echo "Installing what a delivery to PostgreSQL needs ..."
	@$(call locked,requirements-postgresql.lock)
	@touch $@

$(DEV): requirements-dev.lock $(EVIDENCE) $(POSTGRESQL)
	@echo "Installing what tests need ..."
	@$(call locked,requirements-dev.lock)
	@touch $@

$(SPARK): requirements-spark.lock $(DEV)
	@echo "Installing Spark (500 MB) ..."
	@$(call locked,requirements-spark.lock)
	@touch $@

$(BI): requirements-bi.lock $(RUN)
	@echo "Installing MetricFlow and clients of a release ..."
	@$(call locked,requirements-bi.lock)
	@touch $@

$(S3): requirements-s3.lock $(RUN)
	@echo "Installing what reading and writing S3 needs ..."
	@$(call locked,requirements-s3.lock)
	@touch $@

$(S3_SERVER): requirements-s3-server.lock $(DEV) $(S3)
	@echo "Installing a server of S3 (150 MB) ..."
	@$(call locked,requirements-s3-server.lock)
	@touch $@

READ = $${LOG:+--log "$$LOG"} $${MAPPING:+--mapping "$$MAPPING"} $${VARS:+--vars "$$VARS"}
ORDER = $(READ) $${KEEP:+--keep "$$KEEP"} $(ACCEPTED)
ACCEPTED = $${ACCEPT_DRIFT:+--accept-drift "$$ACCEPT_DRIFT"}
LIST = $${ON:+--on "$$ON"} $${FORMAT:+--format "$$FORMAT"} $${FORMULAS:+--formulas "$$FORMULAS"}

inspect: $(RUN) ## Describe a log, and propose a mapping for it (LOG=path MAPPING=new.yml)
	@$(AUDIENCE) inspect $${MAPPING:+--write "$$MAPPING"} -- "$${LOG:?is empty: name one, such as LOG=orders.csv}"

check: $(RUN) ## Say what a build would refuse, without building (LOG=path MAPPING=file.yml VARS=...)
	@$(AUDIENCE) check $(READ)

build: $(RUN) ## Build and publish (LOG=path MAPPING=file.yml VARS='top_n: 20' KEEP=5 TARGET=spark)
	@$(AUDIENCE) build $(ORDER) $${TARGET:+--target "$$TARGET"}

refresh: $(RUN) ## Build what is new, publish, watch (DRY_RUN=1 ALWAYS=1 ACCEPT_DRIFT=why WATCH=60)
	@$(AUDIENCE) refresh $${DRY_RUN:+--dry-run} $${ALWAYS:+--always} $${WATCH:+--watch "$$WATCH"} $(ACCEPTED)

evidence: $(EVIDENCE) ## Build, measure every ranking, and write a report (LOG=...)
	@$(AUDIENCE) evidence $(ORDER)

serve: $(RUN) ## Serve the current release at http://127.0.0.1:8000
	@$(AUDIENCE) serve

keys: $(RUN) ## Make a key for callers of the API (NAME=shop)
	@$(AUDIENCE) keys -- "$${NAME:?is empty: name the owner of the key}"

fetch: $(RUN) ## Serve a copy of releases published elsewhere (SOURCE=folder EVERY=30)
	@$(AUDIENCE) fetch $${EVERY:+--every "$$EVERY"} -- "$${SOURCE:?is empty: name a folder of releases}"

publish: $(RUN) ## Publish the last complete build again (KEEP=5 ACCEPT_DRIFT=why)
	@$(AUDIENCE) publish $${KEEP:+--keep "$$KEEP"} $(ACCEPTED)

releases: $(RUN) ## List the releases
	@$(AUDIENCE) releases

rollback: $(RUN) ## Serve the release before, or RELEASE=id
	@$(AUDIENCE) rollback -- $${RELEASE:+"$$RELEASE"}

export: $(RUN) ## Write a contact list (CAMPAIGN=id ON=2023-04-03 FORMAT=csv FORMULAS=quote)
	@$(AUDIENCE) export $(LIST) -- "$${CAMPAIGN:?is empty: name one, such as CAMPAIGN=spring_rotation}"

suppress: $(RUN) ## Opt customers out (CUSTOMER='17 42' REASON=... FORCE=1 ACCEPT_DRIFT=why)
	@set -f; $(AUDIENCE) suppress $${REASON:+--reason "$$REASON"} $${FORCE:+--force} $(ACCEPTED) -- $${CUSTOMER:?is empty: name one, or several between blanks}

plan: $(RUN) ## How many customers an experiment needs (PLAN='--campaign spring_rotation --days 28')
	@set -f; $(AUDIENCE) plan $$PLAN

start: $(RUN) ## Start an experiment: fix its arms, write its list (EXPERIMENT=id ON=...)
	@$(AUDIENCE) start $(LIST) -- "$${EXPERIMENT:?is empty: name one}"

experiment: $(RUN) ## The results of an experiment, and what to do (EXPERIMENT=id)
	@$(AUDIENCE) experiment -- "$${EXPERIMENT:?is empty: name one}"

metrics: $(BI) ## Query metrics of the current release (ASK=campaign_costs; without, a list)
	@printf '%s' "$$ASK" | xargs $(AUDIENCE) metrics

dictionary: $(RUN) ## Write the data dictionary of the last build, build/dictionary.md
	@$(AUDIENCE) dictionary

docs: $(RUN) ## Describe every table and column of the last build on one page
	@$(AUDIENCE) docs

# The dbt templater compiles every model, which needs a log.
LINT_LOG := build/lint/interactions.parquet
SQL := models tests/warehouse analyses
SQLFLUFF = AUDIENCE_BUILD_DIR=build/lint DBT_TARGET_PATH=build/lint/target \
	DBT_LOG_PATH=build/lint/logs $(BIN)/python -m scripts.maintenance.lint_sql
$(LINT_LOG): | $(RUN)
	@$(AUDIENCE) generate log $@ --scale 0.001 > /dev/null

test: $(DEV) lint ## Run every check, and the tests that share one build
	@$(BIN)/python -m pytest -m 'not slow and not long'

test-slow: $(DEV) ## Run the tests that build a log of their own, simulate, or load a server
	@$(BIN)/python -m pytest -m 'slow and not long'

test-ci: $(DEV) $(BI) lint ## Run what make test, test-slow and test-bi run, with one shared build
	@$(BIN)/python -m pytest -m 'not long' tests/api tests/bi tests/deploy tests/pages tests/scripts

test-long: $(DEV) ## Run the tests that take minutes: real logs, killed builds, test-s3, and image-test if the machine can
	@$(BIN)/python -m pytest -m long
	@$(MAKE) --no-print-directory test-s3
	@! $(BIN)/python -m tests.image.programs || $(MAKE) --no-print-directory image-test

test-spark: $(SPARK) ## Run the tests that build on Spark too (needs Java 17 or newer)
	@$(BIN)/python -m scripts.build.spark_setup
	@$(BIN)/python -m pytest --numprocesses 0 -m 'not long' tests/spark

test-spark-long: $(SPARK) ## Build on Spark a log of a tenth of the published size, evidence included
	@$(BIN)/python -m scripts.build.spark_setup
	@$(BIN)/python -m pytest --numprocesses 0 -m long tests/spark

# Faults that other test modules plant, too.
FAULTS := tests/api/test_connections.py tests/api/test_unsent_bytes.py \
	tests/api/test_opt_out_file.py tests/api/test_query_gates.py \
	tests/scripts/campaigns/test_opt_outs.py tests/scripts/build/test_crashes.py \
	tests/scripts/delivery/test_killed_delivery.py
chaos: $(DEV) ## Fill disks, kill processes, stall servers: is the last release served?
	@$(BIN)/python -m pytest --numprocesses 0 tests/chaos $(FAULTS)

cluster-test: $(DEV) ## Run three instances behind nginx; kill one, freeze one, switch them all
	@$(BIN)/python -m pytest --numprocesses 0 tests/cluster

image-test: $(DEV) ## Build the image, run it without an engine, upgrade it, let each alarm fire (as root)
	@$(BIN)/python -m pytest --numprocesses 0 tests/image

test-bi: $(DEV) $(BI) ## Run the tests of metrics, and of other programs that read a release
	@$(BIN)/python -m pytest --numprocesses 0 tests/bi

test-s3: $(S3_SERVER) ## Read logs from a server of S3, and deliver lists to it
	@$(BIN)/python -m pytest --numprocesses 0 tests/s3

simulate: $(DEV) ## Simulate 2,000 experiments of each kind: are the statistics right?
	@AUDIENCE_SIMULATED_EXPERIMENTS=2000 AUDIENCE_SIMULATED_LOGS=100000 \
		$(BIN)/python -m pytest tests/scripts/experiments/test_experiment_statistics.py \
		tests/scripts/experiments/test_experiment_decisions.py \
		tests/scripts/experiments/test_contamination.py \
		tests/scripts/experiments/test_skewed_amounts.py \
		tests/scripts/evidence/test_als_verdict.py tests/scripts/statistics

lint: $(DEV) $(LINT_LOG) ## Check style and types
	@$(MAKE) --no-print-directory --jobs 2 lint-python lint-sql

lint-python: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lint-sql: $(DEV) $(LINT_LOG)
	@$(SQLFLUFF) lint --processes 2 $(SQL)

format: $(DEV) $(LINT_LOG) ## Rewrite SQL and Python in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(SQLFLUFF) fix $(SQL)

lock: $(DEV) ## Write the lock files from pyproject.toml (UPGRADE=1: newest versions)
	@$(AUDIENCE) maintenance lock $${UPGRADE:+--upgrade}

licenses: $(RUN) ## List the run-time dependencies with version and license
	@$(AUDIENCE) maintenance licenses

sbom: $(DEV) ## Write a bill of materials (CycloneDX) to build/sbom.json
	@$(AUDIENCE) maintenance sbom

audit: $(DEV) ## Look up known vulnerabilities of the locked packages (needs the package index)
	@$(AUDIENCE) maintenance audit

screenshots: $(DEV) ## Take a picture of every page of the current release
	@$(AUDIENCE) maintenance screenshots

bench: $(DEV) ## Time models, memory, disk and the API (SCALES='1 10 100'), next to Polars
	@set -f; $(AUDIENCE) benchmark builds -- $$SCALES

bench-rankings: $(DEV) ## Hold the served rankings against the late part of logs (LOGS='taobao synthetic')
	@set -f; $(AUDIENCE) benchmark rankings -- $$LOGS

bench-api: $(DEV) ## Measure the API with wrk, next to bare Sanic
	@$(AUDIENCE) benchmark api

load: $(DEV) ## Put the API under the published load (LOAD='--users 100 --seconds 30')
	@set -f; $(AUDIENCE) benchmark load $$LOAD

soak: $(DEV) ## Ten minutes of full load with a switch every ten seconds
	@set -f; $(AUDIENCE) benchmark soak $$SOAK

clean: ## Remove files that the next build makes again (keeps releases, lists, opt-outs, the log)
	@cd "$${AUDIENCE_BUILD_DIR:-build}" 2> /dev/null && rm -rf warehouse.duckdb* log_state.json evidence_state.json parsed target docs \
		dictionary.md clients logs lint spill spark || true
	@rm -rf target logs

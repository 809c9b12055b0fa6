# Two commands do everything on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8080
WORKERS ?= 2
SEEDS ?= 1
PROFILE ?= embedded
BIN := .venv/bin
NODE := $(BIN)/python -m cchc.node

##@ Use it
run: setup ## Start everything on this machine: http://localhost:8080 (PORT and CCHC_DATA change it)
	@PORT=$(PORT) $(BIN)/cchc up --pack packs/thang-binh-2021

demo: setup ## Play the year 2021 of the whole district, then show it: http://localhost:8080
	@PORT=$(PORT) $(BIN)/cchc demo

down: ## Stop what `make run` started in another terminal
	@$(BIN)/cchc down

##@ Use it in containers
secrets: ## Write the secrets of docker-compose.yml into .env, once
	@infra/secrets.sh

images: setup ## Build the image of every process, and the door's
	@docker build -q --target app -t cchc:local .
	@docker build -q --target door -t cchc-door:local .

compose-up: secrets images ## Bring the distributed profile up in containers, and wait until it is ready
	@docker compose up -d --wait
	@docker compose exec -T survey-web cchc announce

compose-down: ## Stop the containers; their data stays
	@docker compose down

##@ Set it up (called by the others; quick when nothing is missing)
setup: .venv/.synced services/survey/kiosk/dist/.built services/gateway/portal/static/vendor/.built ## Python, kiosk and portal files; needs no root
	@$(BIN)/python -m compileall -q -j 0 cchc services

setup-servers: .venv/.synced-tests ## What the full tests need: PostgreSQL, Kafka's jars, Chromium (apt when root)
	@$(BIN)/python -m tests.support.servers.install

build/uv/bin/uv:
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/pip install --quiet --disable-pip-version-check "uv>=0.9"

.venv/.synced: pyproject.toml uv.lock | build/uv/bin/uv
	@build/uv/bin/uv sync --quiet --frozen --inexact --compile-bytecode --group kiosk
	@touch $@

.venv/.synced-tests: .venv/.synced
	@build/uv/bin/uv sync --quiet --frozen --inexact --compile-bytecode --all-groups
	@touch $@

KIOSK := services/survey/kiosk
services/survey/kiosk/dist/.built: $(KIOSK)/package-lock.json $(KIOSK)/index.html $(shell find $(KIOSK)/src $(KIOSK)/public -type f 2>/dev/null) | .venv/.synced
	@$(NODE) --in $(KIOSK) npm ci --silent --no-audit --no-fund
	@$(NODE) --in $(KIOSK) npm run --silent build
	@touch $@

PORTAL := services/gateway/portal
services/gateway/portal/static/vendor/.built: $(PORTAL)/package-lock.json $(wildcard $(PORTAL)/build*) | .venv/.synced
	@$(NODE) --in $(PORTAL) npm ci --silent --no-audit --no-fund
	@$(NODE) --in $(PORTAL) npm run --silent build
	@touch $@

##@ Check it
test: setup setup-servers ## Every test, on real PostgreSQL, Kafka and Chromium; the chaos rig runs a seed of each profile meanwhile
	@log=$$(mktemp); trap 'rm -f $$log' EXIT; red=0; \
	$(MAKE) --no-print-directory -j 2 --output-sync chaos-of-embedded chaos-of-distributed > $$log 2>&1 & chaos=$$!; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests || red=1; \
	$(NODE) --in $(KIOSK) npm test --silent || red=1; \
	wait $$chaos || red=1; cat $$log; exit $$red

test-quick: setup .venv/.synced-tests ## Only what needs no server: unit, contract and architecture tests
	@$(BIN)/python -m pytest tests/unit tests/contract tests/architecture
	@echo "test-quick left out: tests on real PostgreSQL, Kafka and Chromium, and the chaos rig (make test)"

chaos: setup setup-servers ## Kill, freeze and restore while ballots come in: SEEDS=20 PROFILE=embedded|distributed
	@$(BIN)/python -m tests.chaos --seeds $(SEEDS) --profile $(PROFILE)

chaos-of-%:
	@$(BIN)/python -m tests.chaos --seeds 1 --profile $*

test-compose: setup setup-servers ## Bring the containers up, kill some, take them down; with an engine of its own where none answers
	@infra/images/test-compose.sh

bench: setup setup-servers ## Measure beside a peer in the same run: NAME=append, or all of them
	@$(BIN)/python -m benches $(NAME)

check: lint types architecture docs ## Lint, types, architecture contracts, fresh documents

lint: .venv/.synced-tests ## ruff and the kiosk's linters
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(NODE) --in $(KIOSK) npm run --silent lint

types: .venv/.synced-tests ## mypy, strict
	@$(BIN)/mypy

architecture: .venv/.synced-tests ## Who may import whom
	@$(BIN)/lint-imports

docs: .venv/.synced-tests ## Are the generated documents fresh? (make docs-write renews them)
	@$(BIN)/python -m cchc.docs --check

docs-write: .venv/.synced-tests ## Write the generated documents anew
	@$(BIN)/python -m cchc.docs --write

format: .venv/.synced-tests ## Format Python and TypeScript
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(NODE) --in $(KIOSK) npm run --silent format

clean: ## Take away what was built (data in var/ stays)
	@rm -rf build .venv services/survey/kiosk/{dist,node_modules} services/gateway/portal/{static/vendor,node_modules} infra/kafka/target

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run demo down secrets images compose-up compose-down test-compose setup setup-servers test test-quick chaos bench check lint types architecture docs docs-write format clean help

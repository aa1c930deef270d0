.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:

FUNCTIONS := invite confirm list mailer mail-events npi-verifier events webhooks provision users session temporary-access
PYTHON := python3
STACK ?= autoscribe-access
# Every build names the workspace, so that dependencies have the same features each time and are built once.
BUILD := cargo build --locked --workspace
TARGET := $(or $(CARGO_TARGET_DIR),target)
RECEIVER := examples/webhook-receiver/typescript

help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

pages: dashboard/dist ## Builds the dashboard

dashboard/node_modules: dashboard/package.json dashboard/package-lock.json
	npm --prefix dashboard ci --no-progress
	touch $@
dashboard/dist: dashboard/node_modules shared/mail/abilities.json $(shell find dashboard -name node_modules -prune -o -name dist -prune -o -type f -print)
	npm --prefix dashboard run build
	touch $@

$(RECEIVER)/node_modules: $(RECEIVER)/package.json $(RECEIVER)/package-lock.json
	npm --prefix $(RECEIVER) ci --no-progress
	touch $@
$(RECEIVER)/dist: $(RECEIVER)/node_modules $(RECEIVER)/receiver.ts $(RECEIVER)/tsconfig.json
	npm --prefix $(RECEIVER) run build
	touch $@

dev: dashboard/dist ## Runs the whole service on this machine. RESET=1 deletes its data first
	@echo "Building. The first build takes about four minutes on two cores, later builds take seconds."
	$(BUILD) --bin dev
	exec $(TARGET)/debug/dev

lambda: .venv/lambda dashboard/dist ## Runs the functions under cargo lambda watch, with the same database and inbox
	@echo "Building. The first build takes about four minutes on two cores, later builds take seconds."
	$(BUILD) --bin dev
	PATH="$$PWD/.venv/lambda/bin:$$PATH" infra/dev/lambda.sh

test: .venv/contract .venv/deploy dashboard/dist $(RECEIVER)/dist ## Runs every test
	$(BUILD) --tests $(FUNCTIONS:%=--bin %) --bin dev --bin verify-audit
	cargo test --locked --workspace
	.venv/contract/bin/python -m pytest -q tests/contract
	.venv/deploy/bin/python -m pytest -q tests/deploy
	npm --prefix dashboard test
	npm --prefix dashboard run e2e

screenshots: dashboard/dist ## Writes the pictures of docs/DASHBOARD.md into docs/images/dashboard
	$(BUILD) --bin dev
	npm --prefix dashboard run screenshots

check: .venv/infra dashboard/node_modules ## Checks format, lints, generated files, the template, links in docs and the English
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	# Each alone, because the workspace turns on features that a function does not have.
	for name in $(FUNCTIONS); do cargo check --locked --package $$name; done
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items
	$(BUILD) --bin openapi
	$(TARGET)/debug/openapi | diff docs/openapi.json -
	npm --prefix dashboard run --silent types | diff dashboard/src/api/schema.d.ts -
	npm --prefix dashboard run check
	npm --prefix dashboard run check:example
	.venv/infra/bin/python infra/checks/routes.py --check
	.venv/infra/bin/python infra/checks/template.py infra/template.yaml infra/waf.yaml
	.venv/infra/bin/python -m pytest -q infra/checks tests/test_prose.py tests/test_docs.py
	$(PYTHON) tests/prose.py

soak: .venv/contract dashboard/dist ## Kills the service again and again under load for 20 minutes, or MINUTES=, and compares
	$(BUILD) --bin dev
	.venv/contract/bin/python tests/soak/soak.py

mutants: .venv/deploy .venv/infra dashboard/dist ## Breaks the template in many ways, and says which tests and checks notice
	$(BUILD) $(FUNCTIONS:%=--bin %)
	.venv/deploy/bin/python tests/deploy/mutants.py

fuzz: ## Looks for inputs that break READER=person or another target of tests/fuzz, for SECONDS=600
	# Without LTO, which removes what the fuzzer counts. Our code has no unsafe, so it needs no sanitizer.
	cargo +nightly fuzz run --dev --sanitizer none --fuzz-dir tests/fuzz --target-dir target/fuzz --features libfuzzer $(READER) -- -max_total_time=$(or $(SECONDS),600)

openapi: dashboard/node_modules ## Writes docs/openapi.json, and from it the types of the dashboard
	$(BUILD) --bin openapi
	$(TARGET)/debug/openapi > docs/openapi.json
	npm --prefix dashboard run --silent types > dashboard/src/api/schema.d.ts

routes: .venv/infra ## Writes cargo-lambda's routes into Cargo.toml, from the template
	.venv/infra/bin/python infra/checks/routes.py --write

# The release binaries that a part of the bench measures. The other parts measure the service in one process.
BENCH_functions := $(FUNCTIONS)
BENCH_cold := invite floor
BENCH_warm := invite floor
BENCH_sessions := session
BENCH := $(if $(PART),$(BENCH_$(PART)),$(FUNCTIONS) floor)

bench: ## Measures everything, or PART=functions|cold|warm|sessions|capacity|requests|access|lists|people|review|webhooks
	export CARGO_TARGET_DIR=target/bench
	for name in $(filter-out floor,$(BENCH)); do
		cargo build --locked --release --package $$name --bin $$name
	done
	$(if $(filter floor,$(BENCH)),cargo build --locked --release --package bench --no-default-features --bin floor)
	cargo run --locked --profile bench-driver --package bench --bin bench -- $(PART)

build: .venv/lambda ## Builds the release binaries for Lambda on arm64, each with only its own features
	for name in $(FUNCTIONS); do
		PATH="$$PWD/.venv/lambda/bin:$$PATH" cargo lambda build --locked --release --arm64 --package $$name --bin $$name
	done

verify-audit: ## Verifies the sealed audit: BUCKET= TABLE= KEY= or KEYS=, and CLINIC=, FROM=, TO=, YEARS= (docs/SECURITY.md)
	@$(BUILD) --quiet --bin verify-audit
	$(TARGET)/debug/verify-audit --bucket "$(BUCKET)" --table "$(TABLE)" $(if $(KEYS),--keys "$(KEYS)") $(if $(KEY),--key "$(KEY)") \
		$(if $(CLINIC),--clinic "$(CLINIC)") $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") $(if $(YEARS),--years "$(YEARS)")

region:
	@: "$${AWS_REGION:?set AWS_REGION to the region to deploy to}"

deploy: export AWS_REGION := $(or $(AWS_REGION),$(AWS_DEFAULT_REGION))
deploy: region build .venv/infra dashboard/dist ## Deploys the stack STACK=autoscribe-access and its pages, and asks for the parameters
	sed "s/: unreleased/: v$$(printf %x $$(date +%s))/" infra/template.yaml > infra/released.yaml
	.venv/infra/bin/sam deploy --guided --stack-name $(STACK) --region "$$AWS_REGION" --template-file infra/released.yaml --capabilities CAPABILITY_IAM
	.venv/infra/bin/python infra/publish.py --stack $(STACK) --region "$$AWS_REGION"

.venv/contract: tests/contract/requirements.txt examples/resource-server/requirements.txt examples/webhook-receiver/python/requirements.txt
.venv/infra: infra/checks/requirements.txt
.venv/deploy: tests/deploy/requirements.txt
.venv/lambda: infra/dev/requirements.txt
.venv/%:
	rm -rf $@
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: help pages dev lambda test screenshots check soak mutants fuzz openapi routes bench build verify-audit region deploy

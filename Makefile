# Everything a person or CI does here. `make help` lists the targets from their comments.
MAKEFLAGS += --no-print-directory

# Node.js 22 or newer: the machine's own, or 24 from the user's cache (toolchain/node.sh brings it before the packages).
NODE_BIN := $(shell sh toolchain/node.sh path)
ifneq ($(NODE_BIN),)
export PATH := $(NODE_BIN):$(PATH)
endif
NODE := node -r ts-node/register/transpile-only
BUNDLE := dist/sync_secrets.cjs

.DEFAULT_GOAL := help
.PHONY: help demo test test-quick test-long check types format bundle loaders sandbox sandbox-env sandbox-run sandbox-fill sandbox-approve sandbox-stop sandbox-reset bench reference recordings clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

demo: node_modules ## Watch the whole pipeline run on this machine, from an empty organization to a rotated secret
	@$(NODE) demo/main.ts

test: node_modules ## Set up everything and run every test; ends with "N passed, N failed"
	@npx --no-install mocha --parallel --jobs 2 --ignore "test/long/**" "test/**/*.test.ts"

test-quick: node_modules ## Run the tests that take two minutes: everything except services, engine and commands
	@npx --no-install mocha --parallel --jobs 2 "test/{access,bench,catalog,ledger,program,policies,values,workflows}/**/*.test.ts" "test/*.test.ts"

test-long: node_modules ## Run the engine tests that take minutes: access, rotation, approvals, trust, recovery, many carriers, and more
	@npx --no-install mocha --parallel --jobs 2 "test/long/*.test.ts"

check: node_modules ## Format, lint, types, no secret in any file, then the tests
	@npx --no-install biome check .
	@npx --no-install secretlint --secretlintignore .gitignore "**/*"
	@npx --no-install tsc -p tsconfig.check.json
	@npx --no-install mocha --parallel --jobs 2 --ignore "test/long/**" "test/**/*.test.ts"

types: node_modules ## Check the types alone
	@npx --no-install tsc -p tsconfig.check.json

format: node_modules ## Put every file into the project's format
	@npx --no-install biome check --write .

bench: node_modules ## Measure the pipeline, and scan with 1 GiB, as ratios of two things in one run
	@npm run --silent bundle
	@$(NODE) bench/main.ts
	@$(NODE) bench/main.ts scan

reference: node_modules ## Write docs/reference from the commands and the error codes
	@$(NODE) test/reference/write.ts

bundle: node_modules ## Build the script that the carriers get: dist/sync_secrets.cjs
	@npm run --silent bundle

loaders: node_modules ## Build the loaders as packages, a wheel and an npm tarball, into build/loaders/
	@npm run --silent loaders

sandbox: node_modules ## Start GitHub, Pulumi Cloud and a registry in the background; says what to do next
	@$(NODE) sandbox/main.ts start

sandbox-env: ## Print export lines for a shell: eval "$(make -s sandbox-env)"; WHO=developer: as another person
	@$(NODE) sandbox/main.ts env

sandbox-run: ## Start the sync workflow in the sandbox, as a person would in GitHub, and wait for its end
	@$(NODE) sandbox/main.ts run

sandbox-fill: ## Set a sample value for every secret in the sandbox, so that the next run of the workflow is green
	@$(NODE) demo/fill.ts

sandbox-approve: ## Approve and apply what waits in the sandbox's Pulumi Cloud, as people would there
	@$(NODE) sandbox/main.ts approve

sandbox-stop: ## End the sandbox; its state is kept
	@$(NODE) sandbox/main.ts stop

sandbox-reset: ## Take the sandbox back to its seed
	@$(NODE) sandbox/main.ts reset

recordings: node_modules ## Record the demo, then status and report in the running sandbox, as docs/pictures/*.svg
	@$(NODE) demo/record.ts demo 'make demo'
	@eval "$$($(MAKE) -s sandbox-env)" && $(NODE) demo/record.ts --terminal status './sophia-secrets status' './sophia-secrets report 2>/dev/null'

clean: ## Remove what was installed and what the sandbox keeps (not the CLI in your cache folder)
	@rm -rf node_modules .sandbox

# npm writes this file last, so an interrupted install is begun again.
node_modules: node_modules/.package-lock.json
node_modules/.package-lock.json: package.json package-lock.json
	@sh toolchain/node.sh fetch
	@echo "Installing packages (npm ci)"
	@npm ci --loglevel=error
	@touch $@

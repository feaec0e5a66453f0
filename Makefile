# Two commands do everything on a fresh machine with Linux, Node (20 or newer), npm and Go:
#   make repro-tls-storm    the main job        make test    the tests
SHELL := /bin/sh
BIN := .build/bin
SCENARIOS := $(basename $(notdir $(wildcard lab/scenarios/*.ts)))
RUNNER ?= native
COMPOSE_VERSION = $(shell go -C tools/compose list -m -f '{{.Version}}' github.com/docker/compose/v2)
go_sources = $(shell find $(1) -name '*.go' -o -name '*.o' -o -name 'go.mod' -o -name 'go.sum')
export CGO_ENABLED := 0

.PHONY: help setup test test-matrix format doctor clean compose corpus corpus-docs bench bench-overhead repro-all claims $(addprefix repro-,$(SCENARIOS))

help: ## this text
	@echo 'spinlab: busy spins of network servers on demand'; echo
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /  make \1|/' | column -t -s '|'
	@echo; for s in $(SCENARIOS); do echo "  make repro-$$s"; done

setup: .build/ready ## everything that the lab needs (done by every other target; cached)

.build/ready: node_modules/.package-lock.json $(BIN)/target $(BIN)/probe
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BIN)/target: $(call go_sources,servers)
	@mkdir -p $(BIN)
	go -C servers build -trimpath -o ../$(BIN)/ ./cmd/...
	@touch $@

$(BIN)/probe: $(call go_sources,probe)
	@mkdir -p $(BIN)
	go -C probe build -trimpath -o ../$(BIN)/probe .
	@touch $@

$(addprefix repro-,$(SCENARIOS)): repro-%: setup
	@bin/spinlab repro $* --runner $(RUNNER)

repro-all: setup ## every scenario, one after the other (ARGS="--only a,b --skip c --all-variants --junit FILE")
	@bin/spinlab repro --all --runner $(RUNNER) $(ARGS)

compose: $(BIN)/docker-compose ## the pinned docker compose, for a machine without its plugin (3 minutes, once)

$(BIN)/docker-compose: tools/compose/go.mod tools/compose/go.sum
	@mkdir -p $(BIN)
	go -C tools/compose build -mod=readonly -trimpath -ldflags '-s -w -X github.com/docker/compose/v2/internal.Version=$(COMPOSE_VERSION)' \
	  -o ../../$@ github.com/docker/compose/v2/cmd
	@touch $@

doctor: setup ## what this machine permits
	@bin/spinlab doctor

claims: setup ## what is true of each sentence of the article; writes docs/claims.md (10 minutes)
	@bin/spinlab claims --write docs/claims.md

test: setup ## types, lint and all tests; what this machine lacks is a counted skip
	@node_modules/.bin/node test/all.ts

corpus: setup ## diagnose on released bugs of real projects and their fixes (REPEAT=5: five times in a row)
	@node_modules/.bin/node test/corpus/run.ts --repeat $(or $(REPEAT),1) $(ARGS)

corpus-docs: setup ## the same, five times in a row; writes docs/corpus.md
	@node_modules/.bin/node test/corpus/run.ts --repeat 5 --docs

test-matrix: setup ## other Gos, patches and versions: each regression is caught, each bisection right (5 minutes)
	@node_modules/.bin/node test/matrix-proofs/run.ts

.PHONY: dist
dist: setup ## what npm pack packs: JavaScript and types, the static programs, the target's sources
	rm -rf dist
	node_modules/.bin/tsc -p tsconfig.pack.json
	mkdir -p dist/bin dist/.build/bin
	cp bin/spinlab dist/bin/
	cp $(addprefix $(BIN)/,probe sandbox-init vanish) dist/.build/bin/
	tar -cf - --exclude='*_test.go' servers | tar -C dist -xf -

.PHONY: test-pack
test-pack: setup ## packs the tool, installs it in an empty project, and uses it there
	@node_modules/.bin/node test/pack/run.ts

.PHONY: test-guard
test-guard: setup ## guards servers in five languages, healthy and sick (4 minutes; needs Python, Java and Rust)
	@node_modules/.bin/node test/guard/judge.ts

.PHONY: test-compose
test-compose: setup ## the tests that need a Docker engine (SCENARIOS="tls-storm half-close": these only)
	@node_modules/.bin/node test/compose/all.ts $(if $(filter command line environment,$(origin SCENARIOS)),$(SCENARIOS))

bench: bench-overhead ## all benchmarks

bench-overhead: setup ## what each observer costs a healthy server; writes docs/overhead.md (8 minutes)
	@node_modules/.bin/node bench/overhead.ts

format: setup ## format the sources
	@node_modules/.bin/biome check --write
	@gofmt -w servers probe test/patches test/bisect

clean: ## remove what was built; recorded runs stay
	rm -rf .build node_modules

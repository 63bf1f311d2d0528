# streamhost: see README.md. `make run` and `make test` are all that a fresh machine needs.

# What tells a release build from a debug one besides -O: accesses to memory that the compiler couldn't prove exclusive are checked in
# debug builds, which run the tests, and not here: the checks cost a fifth of a call.
RELEASE := -c release -Xswiftc -enforce-exclusivity=unchecked
PRODUCTS := streamhost streamctl streamhost-conformance stock file chat bench interop conformance
PREFIX ?= /usr/local
DIST := dist
BIN := .build/release
VENV := .build-venv

.PHONY: run dist install test unit-test client-test fuzz fuzz-whole test-tsan test-asan bench soak format lint clean deps test-deps build

run: dist
	$(DIST)/bin/streamhost --config $(DIST)/hostconfig.json

deps:
	@scripts/install-deps.sh build

test-deps:
	@scripts/install-deps.sh test

build: deps
	@for product in $(PRODUCTS); do echo "building $$product"; swift build $(RELEASE) --product $$product || exit 1; done
	$(MAKE) -s -C Plugins/Examples/echo-c OUT=$(CURDIR)/$(BIN)/libecho-c.so

dist: build
	scripts/layout.sh $(BIN) $(DIST) $(DIST)/plugins
	cp hostconfig.json hostconfig.schema.json $(DIST)/

install: dist
	scripts/layout.sh $(BIN) $(DESTDIR)$(PREFIX) $(DESTDIR)$(PREFIX)/lib/streamhost/plugins
	install -D -m 644 hostconfig.json $(DESTDIR)$(PREFIX)/share/streamhost/hostconfig.json
	install -D -m 644 hostconfig.schema.json $(DESTDIR)$(PREFIX)/share/streamhost/hostconfig.schema.json

test: test-deps unit-test client-test

# The debug build: exclusivity and thread tags are checked.
unit-test:
	swift test --scratch-path .build-debug

# Real clients that are not ours, against the release build.
client-test: dist $(VENV)/ready
	$(VENV)/bin/pytest -q Tests/Clients

$(VENV)/ready: Tests/Clients/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

# What reads strangers' bytes, FUZZ_SECONDS each.
fuzz: deps
	scripts/fuzz.sh

# What reads everything else of theirs. The first time all libraries are built once more, which takes as long as the tests.
fuzz-whole: deps
	scripts/fuzz.sh --whole

# The unit tests, with data races and with misused memory told.
test-tsan: test-deps
	scripts/sanitize.sh thread

test-asan: test-deps
	scripts/sanitize.sh address

bench: dist
	Benchmarks/run.sh

# A mixed load for SOAK_SECONDS: does anything fail, grow or stay behind?
soak: dist $(VENV)/ready
	$(VENV)/bin/python Benchmarks/soak.py --seconds $(or $(SOAK_SECONDS),300)

format:
	swift format -i -r --parallel Package.swift $$(git ls-files --cached --others --exclude-standard '*.swift' | grep -vE '\.pb\.swift$$|Descriptors\.swift$$')

lint:
	swift format lint -r --strict --parallel Package.swift $$(git ls-files --cached --others --exclude-standard '*.swift' | grep -vE '\.pb\.swift$$|Descriptors\.swift$$')

clean:
	rm -rf .build .build-debug .build-bench .build-fuzz .build-tsan .build-asan $(VENV) $(DIST)

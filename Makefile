# Two commands are all it takes: `make run` and `make test`. `make help` lists the rest.

# rustup's folder is not always on the PATH; cargo finds its own tools from there.
CARGO := $(shell command -v cargo || echo "$${CARGO_HOME:-$$HOME/.cargo}/bin/cargo")
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run test test-pooler screenshots crash-test load-login fill-database measure-admin-lists enumeration-report fuzz fmt lint doc book

help:
	@echo 'make run     build in release mode and start on http://localhost:8000, data in ./data'
	@echo '             make run ARGS="--help" passes arguments on to authly-server'
	@echo 'make test    run every test; make test ARGS=tokens runs those with tokens in their names'
	@echo 'make test-pooler  run the tests of services and endpoints through PgBouncer; a part of make test'
	@echo 'make crash-test   kill servers again and again: ROUNDS=100 (SEED=… repeats a run)'
	@echo 'make enumeration-report'
	@echo '             measure whether the time of a refusal tells which accounts there are'
	@echo 'make fuzz    look for requests, tokens and files that break something, 30 seconds for each'
	@echo '             parser; make fuzz SECONDS=600 TARGETS="http jwt" for longer, and for these'
	@echo 'make load-login   let 500 people log in at once to a release build; report the peak of memory'
	@echo 'make fill-database DATABASE_URL=…'
	@echo '             put USERS=1000000 users and CLIENTS=100000 clients into a migrated database, with'
	@echo '             sessions, consents, grants and tokens: for measuring, never where people log in'
	@echo 'make measure-admin-lists'
	@echo '             fill a database of its own, and measure lists of the admin API over HTTP'
	@echo 'make screenshots'
	@echo '             take pictures of every page: 320 pixels wide, wide, and dark, in each language'
	@echo 'make fmt     format the code'
	@echo 'make lint    check formatting and lints as the gate does'
	@echo 'make doc     build the API documentation'
	@echo 'make book    render docs/ into target/book (cargo install --locked mdbook)'
	@echo
	@echo '.ci/run is the gate: formatting, lints and documentation, then make test.'

run:
	@.ci/setup run
	@test -x "$(TARGET_DIR)/release/authly-server" \
		|| echo 'The first build takes some minutes; later ones only what has changed.'
	@"$(CARGO)" build --release --locked -p authly-server -p authly-cli
	@exec "$(TARGET_DIR)/release/authly-server" --embedded $(ARGS)

test:
	@.ci/setup test
	"$(CARGO)" test --workspace --locked $(ARGS)
	@$(if $(strip $(ARGS)),:,$(MAKE) --no-print-directory test-pooler)

# The same tests once more, with PgBouncer in transaction mode before the database.
test-pooler:
	@.ci/setup test
	TEST_POOLER=pgbouncer "$(CARGO)" test --locked -p authly-services -p authly-http --test it $(ARGS)

ROUNDS ?= 100

crash-test:
	@.ci/setup test
	"$(CARGO)" build --locked -p authly-server
	CRASH_ROUNDS=$(ROUNDS) $(if $(SEED),CRASH_SEED=$(SEED)) "$(CARGO)" test --locked -p authly-e2e \
		--test resilience -- --nocapture kills

enumeration-report:
	@.ci/setup test
	"$(CARGO)" run --release --locked -p authly-http --example enumeration_report -- $(ARGS)

fuzz:
	@.ci/setup fuzz
	@tests/fuzz/run $(or $(SECONDS),30) $(TARGETS)

load-login:
	@.ci/setup run
	"$(CARGO)" build --release --locked -p authly-server --bin authly-server --example load_login
	"$(TARGET_DIR)/release/examples/load_login" "$(TARGET_DIR)/release/authly-server" $(ARGS)

USERS ?= 1000000
CLIENTS ?= 100000

fill-database:
	@test -n "$(DATABASE_URL)" || { echo 'Say which: make fill-database DATABASE_URL=postgres://…' >&2; exit 1; }
	psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v users=$(USERS) -v clients=$(CLIENTS) "$(DATABASE_URL)" \
		-f crates/testing/src/database/fill.sql -c 'VACUUM ANALYZE'

measure-admin-lists:
	@.ci/setup test
	"$(CARGO)" run --release --locked -p authly-http --example measure_admin_lists -- $(USERS) $(CLIENTS)

screenshots:
	@.ci/setup test
	"$(CARGO)" build --locked -p authly-server
	"$(CARGO)" test --locked -p authly-e2e --test e2e looks
	@echo 'The pictures are in $(TARGET_DIR)/screenshots.'

fmt:
	"$(CARGO)" fmt --all

lint:
	"$(CARGO)" fmt --all --check
	"$(CARGO)" clippy --workspace --all-targets --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" "$(CARGO)" doc --workspace --no-deps --locked

# What pages link to outside of docs/ lies beside it, as in the repository.
book:
	@command -v mdbook >/dev/null || { echo 'mdbook is missing: cargo install --locked mdbook' >&2; exit 1; }
	mdbook build docs --dest-dir "$(abspath $(TARGET_DIR))/book/docs"
	@cp -R deploy examples "$(TARGET_DIR)/book/"
	@echo 'Open $(TARGET_DIR)/book/docs/index.html.'

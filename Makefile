# SPDX-License-Identifier: EUPL-1.2

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: help run test check bench soak generate build system tools

export CGO_ENABLED ?= 0
export GOTOOLCHAIN := local

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# Packages that take longest begin first. e2e is alone: its plays compare what happens when, and others would take their time.
LONG := $(wildcard internal/web internal/fetch internal/media internal/work internal/desk)
# Half of the time they wait for what they started: one package more than there are processors.
ATONCE := $$(($$(nproc) + 1))

# Packages where goroutines share something, the longest first; the race detector needs a C compiler and builds everything anew.
RACE := $(wildcard $(addprefix internal/,work db sim bank capture fetch recognise deliver blob probe peer))

# What SQLite does with its own memory, which is not of Go's heap, the race detector cannot see anyhow; watched, its every step takes ten times as long.
UNWATCHED := modernc.org/sqlite/lib=-race=false

# How long soak fuzzes each target.
FUZZ ?= 2m

# Not run again by the race detector: long, and one goroutine each.
ALONE := BrowserSurvives|UpgradedEqualsFresh|PDQ512EqualsTheTool|PDFBounds|ReadPlainBombs|LumaHashesAsPDQ|ReferencesAreLinear|PDQStripsEqualThePlainMethod|PDQLumaEqualsTheConversion|DecodeImage|Film|DesksAnnexII|DesksAnnexIII|MarksAreNeighbours

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## the demonstration: a whole unit and a little internet on this machine (ARGS=... for its options)
	@$(MAKE) --no-print-directory build
	@exec bin/iolaus demo $(ARGS)

test: system ## everything that must hold; installs what it needs, needs no service
	go vet ./...
	@scripts/unchanged $(MAKE) --no-print-directory generate
	go test -vet=off -timeout 30m ./e2e
	go test -vet=off -timeout 30m -p $(ATONCE) $(LONG:%=./%) $$(go list ./... | grep -v '/e2e$$')
	CGO_ENABLED=1 go test -vet=off -race -gcflags=$(UNWATCHED) -p $$(nproc) -skip '^Test($(ALONE))$$' $(RACE:%=./%)

check: tools ## style: gofmt, vet, linters, scripts, generated files
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); if [[ -n $$files ]]; then echo "gofmt -w these:"; echo "$$files"; exit 1; fi
	go vet ./...
	bin/golangci-lint run
	shellcheck scripts/* .ci/run
	@scripts/unchanged $(MAKE) --no-print-directory generate

bench: system ## the figures of docs/performance.md, measured here
	@scripts/need wget:wget "a crawl is measured beside it"
	go test -run '^$$' -bench . -benchmem $$(go list ./... | grep -v '/e2e$$')
	go test -timeout 60m -run '^$$' -bench . -benchtime 1x ./e2e -performance ../docs/performance.md

# TestSoak... are behind the build tag soak; IOLAUS_WALK is how long the desk is walked.
soak: system ## slow proofs: hours of random walks, crashes, load and fuzzing (IOLAUS_WALK=20m FUZZ=2m)
	go test -tags soak -run '^TestSoak' -timeout 6h -v ./...
	scripts/fuzz $(FUZZ)

generate: ## make again what is generated and committed
	@cd internal/web && go tool templ generate -log-level warn
	@go generate ./...

build:
	@go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/iolaus ./cmd/iolaus

# What the tests talk to for real. No service is started; each test starts its own.
system: bin/versitygw
	@scripts/need '/usr/lib/postgresql/*/bin/postgres:postgresql' "every storage test runs on SQLite and on PostgreSQL"
	@scripts/need chromium:chromium "the workbench is tested in a real browser"
	@scripts/need exim4:exim4-daemon-light dovecot:dovecot-imapd "mail goes through a real server and is read from a real mailbox"
	@scripts/need gpg:gnupg "sealed mail is opened by a program that did not write it"
	@scripts/need nginx:nginx-light "a hostile web of the range is served by a real web server"
	@scripts/need dnsmasq:dnsmasq-base /usr/share/doc/diffutils/index.html:diffutils-doc "one case is walked on real pages under real names"
	@scripts/need dnstwist:dnstwist /usr/lib/python3/dist-packages/idna:python3-idna "names that look alike are compared with what a public tool finds"
	@scripts/need /usr/lib/python3/dist-packages/networkx/__init__.py:python3-networkx "the map of an outlet is read by a public tool"
	@scripts/need unzip:unzip jq:jq xxd:xxd "a bundle is checked by hand, as its document says"
	@scripts/need ffmpeg:ffmpeg ffprobe:ffmpeg fpcalc:libchromaprint-tools "films and sounds are made, coded anew and recognised"
	@scripts/need openssl:openssl /etc/ssl/certs/ca-certificates.crt:ca-certificates "certificates and time stamps are checked with a public tool"
	@scripts/need pdftotext:poppler-utils pdfsig:poppler-utils pdfdetach:poppler-utils pdfinfo:poppler-utils "documents are read and their signatures checked with a public tool"
	@scripts/need clasp:clasp glpsol:glpk-utils "plans are compared with what public solvers find"
	@scripts/need gcc:gcc /usr/include/stdlib.h:libc6-dev "the race detector needs a C compiler"

# A real S3 server, pinned by a module of its own.
bin/versitygw: tools/s3/go.mod tools/s3/go.sum
	@echo "building versitygw: evidence is stored in a real bucket, too"
	@cd tools/s3 && go build -o ../../bin/versitygw github.com/versity/versitygw/cmd/versitygw
	@touch $@

# The linter is built from source at the version that tools/go.mod pins, apart from the program's own modules.
tools:
	@scripts/need shellcheck:shellcheck "scripts are checked too"
	@cd tools && go build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

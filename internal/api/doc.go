// SPDX-License-Identifier: EUPL-1.2

// Package api serves the programming interface under /v1: what an officer reads and decides, over HTTP and JSON, with its OpenAPI
// 3.1 document made from the types; and under /hma the one that clients of Hasher-Matcher-Actioner know (docs/format/hma.md). It knows
// resources, tokens, problems, idempotency keys and pages of lists. It must not know rules or SQL: every decision is a verb of package
// desk, every read goes through package db with the officer's scope, and how a provider's event is parsed, a picture read, a foreign
// server asked or a near fingerprint found is the business of whoever hands in Options.
package api

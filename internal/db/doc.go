// SPDX-License-Identifier: EUPL-1.2

// Package db holds all SQL of the program. It knows how each noun is stored, one file a noun, and how a decision, its event and
// its next job become one transaction. One handwritten SQL text serves SQLite and PostgreSQL: $1 binds, times as integer
// microseconds since 1970 UTC, ASCII identifiers, no LIKE, column type JSON for structures and BOOLEAN for truth values. Only
// sqlite.go and postgres.go know which engine runs.
//
// Both engines give the same guarantees: a transaction of [DB.Tx] is serialisable and may run its function again, one of
// [DB.View] sees one instant; after a failed statement a transaction can only be rolled back; a text must be UTF-8 without NUL.
// Rows must be closed before the next statement of the same transaction, and a transaction must not be opened inside another.
//
// It must not know why anything is stored: no rule of a noun, no network, no page, no job's work.
package db

// SPDX-License-Identifier: EUPL-1.2

// Package dbtest gives tests fresh stores on both engines: SQLite in a file of the test, and PostgreSQL as Debian ships it, in a
// private cluster of the test process that listens on a Unix socket only. Nothing is mocked and nothing is skipped: without
// PostgreSQL the test fails and says what to install. It must not know any noun.
package dbtest

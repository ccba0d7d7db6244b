// SPDX-License-Identifier: EUPL-1.2

// Package bankfile reads and writes the files by which known content travels: rows of a signal type and a signal, the CSV of the exchange
// tools, the hash-list feed of Tech Against Terrorism, and our own lines of JSON (docs/format/bank.md). It reads a row at a time, of any
// quality: a wrong row is told by its line, with what to do, and the rest goes on. It must not know where a file lies nor what becomes of it.
package bankfile

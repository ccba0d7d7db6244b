// SPDX-License-Identifier: EUPL-1.2

// Package bank keeps the fingerprints of one medium on disk as an index that answers at once: which known hashes lie within so many
// bits of this one? The store is the truth and this is made from it: whatever is damaged here is set aside and read again from there.
//
// A folder has
//
//	manifest    which files count, in JSON, with a checksum; replaced as a whole
//	N.ring      immutable segments of package ring, each for a range of numbers, memory-mapped
//	N.tail      what came and went since, a record each, appended and durable; every search compares it all
//	N.dead      the numbers removed from segments, until a merge leaves them out
//	lock        held by the one process that writes
//	clean       made at an orderly end: the next start need not read everything
//	*.damaged   what was set aside
//
// A file's number is never used again, and a file counts only once the manifest names it, so that a process may be killed at any point:
// what it was making is an orphan, which the next writer deletes. Searches run on an immutable view and wait for nobody; a segment is
// unmapped when the last view that has it ends.
package bank

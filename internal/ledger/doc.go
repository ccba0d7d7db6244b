// SPDX-License-Identifier: EUPL-1.2

// Package ledger is the mathematics and the formats of the transparency log: what an event puts into it, which hashes follow
// from that, what a checkpoint and a proof look like, how a stored log is held against its events, and how it is written as a
// public folder. docs/format/ledger.md describes every format and how to check it with public tools.
//
// It knows Merkle trees (RFC 6962), signed notes, the c2sp.org formats tlog-checkpoint, tlog-proof and tlog-tiles, and RFC 3161
// time stamps over checkpoints. It must not know how events, hashes and checkpoints are stored, where the key is kept, what an
// event says, or what time it is: a leaf holds a salted commitment, never the event.
//
// The sequencer calls Extend and Sign; whoever shows one event calls Prove; the verifier calls Verify or VerifyDir; the
// exporter calls Export. Storage is given as a tlog.HashReader (for appending and proving) or a Source (for one pass in order).
package ledger

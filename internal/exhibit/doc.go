// SPDX-License-Identifier: EUPL-1.2

// Package exhibit holds the formats of evidence: WARC records of what went over the wire, the manifest that binds the files of one
// capture together, the chain of custody that says who did what with it, and the bundle that a court gets, which can be checked
// without anything else. Bytes in, bytes out: whoever opens a file hands it over, and record identifiers, times, signatures and the
// judgement of time stamps are given by the caller.
//
// It must not know how files are stored, what a capture means, what anybody decided, nor the present time. The mathematics of the log
// is package ledger's.
package exhibit

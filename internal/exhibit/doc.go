// SPDX-License-Identifier: EUPL-1.2

// Package exhibit holds the formats of evidence: WARC records of what went over the wire, the manifest that binds the files of one
// capture together, and the custody entry that says who did what with it. Bytes in, bytes out: whoever opens a file hands it over,
// and record identifiers and times are given by the caller.
//
// It must not know how files are stored, what a capture means, what anybody decided, nor the present time.
package exhibit

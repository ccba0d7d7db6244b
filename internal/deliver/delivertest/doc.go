// SPDX-License-Identifier: EUPL-1.2

// Package delivertest is the conformance suite of deliver.Channel: what every way out of the building must do when the other side
// is well, busy, unwilling, silent or mad. It knows the interface and a World that a test supplies with a real server in it; it
// must not know which protocol is spoken.
package delivertest

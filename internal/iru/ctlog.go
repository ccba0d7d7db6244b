// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// What may be wrong with a certificate log.
const (
	CTForked  = "forked"  // it showed two histories: it is believed no more, whatever it shows later
	CTStalled = "stalled" // its newest head is old: what was issued since is not seen
)

// A CTLog is what is believed of a certificate log.
type CTLog struct {
	ID      int64
	Log     string // its address
	Size    int64  // of the newest tree that continues all before it
	Root    string // of that tree, base64; "" where the log gives none
	Head    string // as received, its signature included: proof, should it fork
	At      time.Time
	Seen    time.Time // when it last answered
	Trouble string    // "" none
	Why     string
	Since   time.Time // of the trouble
}

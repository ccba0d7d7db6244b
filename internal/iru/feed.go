// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Feed is a private address under which an officer's own program reads when clocks end. Whoever has the address reads it, so it says
// references, addressees and times only, and can be revoked.
type Feed struct {
	ID      int64
	Officer OfficerID
	Unit    UnitID
	Digest  string // SHA-256 of the secret in the address
	Created time.Time
	Read    time.Time // last; zero: never
	Revoked time.Time // zero: it works
}

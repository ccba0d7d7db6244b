// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// StampID numbers a time stamp.
type StampID int64

// A Stamp is a time-stamp authority's token (RFC 3161) over a checkpoint of the ledger: everything that the checkpoint covers was
// there at that time. It is never changed. Its receipt is an event of its own, so that a newer stamp proves that this one existed
// while its signing certificate was good.
type Stamp struct {
	ID         StampID
	Authority  string // what the unit calls the authority
	Size       int64  // entries that the checkpoint covers
	Checkpoint string // signed, exactly the bytes that were stamped
	Token      []byte // TimeStampToken in DER
	At         time.Time
	Until      time.Time // when the signing certificate expires
	Received   time.Time // by our clock
	Event      EventID   // of the receipt; 0 before it is written
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Witness is a checkpoint that two installations know of: one of a partner's ledger that was seen here, or one of ours that a partner was
// sent. Each side keeps the other from changing what was logged.
type Witness struct {
	ID        int64
	Unit      UnitID
	Partner   PartnerID
	Ours      bool   // of our ledger, with what the partner says to it
	Size      int64  // events in it
	Key       string // the log's public key (theirs), or the cosigner's (ours), as text
	Signed    string // the checkpoint, of ours with the cosignature; "": the partner did not sign
	Objection string // why it was not signed
	At        time.Time
}

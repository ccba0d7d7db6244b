// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// DutyID numbers an entry of a duty log.
type DutyID int64

// MaxDuty is how long an entry of a duty log may be, in bytes: what is longer is a document.
const MaxDuty = 4000

// A Duty is what somebody said on an operation's day: to all who take part or, with a task, to who carries that out and who leads. It is
// written once and never changed; the log holds the digest of it.
type Duty struct {
	ID          DutyID
	Unit        UnitID // whose officer said it
	Operation   OperationID
	Task        TaskID        // that it is about; 0: the day as a whole
	Participant ParticipantID // whom it is for besides who leads; 0: all who take part
	To          UnitID        // that participant's unit of this installation; 0: none, or all
	By          OfficerID
	At          time.Time
	Text        string
	Handling    Handling
}

// Check refuses an entry that says nothing or too much, or whose codes do not exist (Invalid), and one for another participant whose codes
// keep it within its own unit (Forbidden).
func (d Duty) Check() error {
	switch {
	case strings.TrimSpace(d.Text) == "":
		return Refuse(Invalid, "nothing is said", "write it down")
	case len(d.Text) > MaxDuty || !utf8.ValidString(d.Text):
		return Refuse(Invalid, fmt.Sprintf("more than %d bytes, or not text", MaxDuty), "say the rest in a second entry")
	}
	if err := d.Handling.Check(); err != nil {
		return err
	}
	if d.Participant != 0 && d.To != d.Unit {
		return d.Handling.Release(ForPartner, true)
	}
	return nil
}

// Shown reports whether a unit may read it: its author's always; any other only where the codes allow it to leave that unit, and one that is
// for one participant only that and who leads.
func (d Duty) Shown(to, lead UnitID) bool {
	switch {
	case to == d.Unit:
		return true
	case d.Handling.Release(ForPartner, true) != nil:
		return false
	}
	return d.Participant == 0 || to == d.To || to == lead
}

// Digest is the SHA-256 of the entry, as the log holds it, in hex.
func (d Duty) Digest() string {
	b, err := json.Marshal([]any{d.Operation, d.Task, d.Participant, d.Unit, d.By, d.At.UnixMicro(), d.Text, d.Handling})
	if err != nil {
		panic("marshal numbers and texts: " + err.Error()) // cannot happen
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"

	"iolaus/internal/legal"
)

// A Receipt is evidence that the addressee has an act: a record of its own, never edited. A correction is a further one, with a reason;
// the newest counts, and all stay visible.
type Receipt struct {
	ID       int64
	Unit     UnitID
	Notice   NoticeID
	At       time.Time // when the addressee had it
	Zone     string    // of the clock that showed it; "" is UTC
	Channel  string    // how it is known: "smtp", "api", "portal", "phone", "letter"
	Proof    string    // the other side's words, or who said so
	Recorded time.Time
	By       OfficerID // 0: the program saw it
	Of       int64     // the receipt that it corrects; 0: it is the first
	Reason   string    // why it was corrected
}

// Check refuses a receipt that cannot be: before the sending, in the future, in no known zone, a correction without a reason.
func (r Receipt) Check(sent time.Time) error {
	if _, err := legal.Moment("2026-01-01T00:00", r.Zone); err != nil {
		return Refuse(Invalid, err.Error(), "name one such as Europe/Vienna, or none for UTC")
	}
	switch {
	case sent.IsZero():
		return Refuse(Conflict, "nothing was sent, so nothing can have been received", "record the sending first")
	case r.At.Before(sent):
		return Refuse(Invalid, "the receipt would be before the sending at "+sent.UTC().Format("2006-01-02 15:04:05")+" UTC", "check the day, the time and the zone")
	case r.At.After(r.Recorded):
		return Refuse(Invalid, "the receipt would lie in the future", "check the day, the time and the zone")
	case strings.TrimSpace(r.Proof) == "":
		return Refuse(Invalid, "it is not said how the receipt is known", "say who told you and how")
	case r.Of != 0 && strings.TrimSpace(r.Reason) == "":
		return Refuse(Invalid, "a correction needs a reason", "say what was wrong with the receipt as recorded")
	}
	return nil
}

// InForce gives the receipt that counts: the newest.
func InForce(rs []Receipt) (Receipt, bool) {
	var out Receipt
	for _, r := range rs {
		if r.ID > out.ID {
			out = r
		}
	}
	return out, out.ID != 0
}

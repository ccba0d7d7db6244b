// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// A Verdict is what somebody says of known content.
type Verdict string

// The verdicts.
const (
	VerdictConfirmed Verdict = "confirmed" // it is what the bank says
	VerdictDisputed  Verdict = "disputed"  // it is not
	VerdictWithdrawn Verdict = "withdrawn" // an earlier opinion is taken back
)

// Verdicts lists the verdicts.
var Verdicts = []Verdict{VerdictConfirmed, VerdictDisputed, VerdictWithdrawn}

// An Opinion is what a unit here, or a partner by name, says of known content. None is ever deleted: a later one of the same voice
// replaces it.
type Opinion struct {
	ID      int64
	Known   int64
	Unit    UnitID // whose opinion; 0 with Partner
	Partner string // a partner's name; "" with Unit
	By      OfficerID
	Verdict Verdict
	Note    string
	At      time.Time
}

// Check refuses an opinion of nobody, of two, or without a verdict. Its error is Invalid.
func (o Opinion) Check() error {
	switch {
	case (o.Unit == 0) == (strings.TrimSpace(o.Partner) == ""):
		return Refuse(Invalid, "it is not said whose opinion it is", "it is a unit's or a partner's")
	case o.Verdict != VerdictConfirmed && o.Verdict != VerdictDisputed && o.Verdict != VerdictWithdrawn:
		return Refuse(Invalid, "there is no such opinion", "choose confirmed, disputed or withdrawn")
	}
	return nil
}

// Standing gives of all opinions on one content, oldest first, those that stand: the last one of each voice, unless it was taken back.
func Standing(all []Opinion) []Opinion {
	type voice struct {
		unit    UnitID
		partner string
	}
	last := map[voice]int{}
	for i, o := range all {
		last[voice{o.Unit, o.Partner}] = i
	}
	var out []Opinion
	for i, o := range all {
		if last[voice{o.Unit, o.Partner}] == i && o.Verdict != VerdictWithdrawn {
			out = append(out, o)
		}
	}
	return out
}

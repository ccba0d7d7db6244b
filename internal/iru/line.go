// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"strings"
	"time"
)

// MaxSkew is how far a partner's clock may differ from ours before a release waits for a person who accepts it. A release's acts are to
// start within one second of each other, on all machines.
const MaxSkew = 2 * time.Second

// A Mark is the place of a message in what one side sends to the other: its epoch, its number from 1, and the SHA-256 of its sealed bytes,
// hex. Seq is 0 before the first one of its epoch.
type Mark struct {
	Epoch, Seq int64
	Digest     string
}

// A Line is where the traffic with a partner stands, in both directions.
type Line struct {
	ID      int64
	Partner PartnerID

	Out     Mark      // the last message that was sealed
	Durable Mark      // the last one that the partner says it has
	Sent    time.Time // when it last took something
	In      Mark      // the last message of the partner that is durable here; a later epoch of it waits for a person
	Heard   time.Time // when something of it last came, or it answered

	Trouble string        // what stops the sending until a person acts; "": nothing
	Alarm   string        // what came and was not taken, until a person has looked; "": nothing
	Failed  string        // why the partner could not be reached; "": it was
	Tries   int           // in a row
	Next    time.Time     // no try before this
	Skew    time.Duration // its clock minus ours, by the last answer that told
	SkewAt  time.Time
	Cleared time.Duration // the skew that a person accepted

	Set       int64  // number of the set that the partner may ask about, hit or no hit; 0: none was sent
	SetBefore int64  // and of the one before, about which a question may be on its way
	SetDigest string // of what is in it; "": it is to be made anew, and nothing is answered about the one that was sent
	SetAt     time.Time

	Own  string // id of the keys of ours that the partner knows: what it is told is signed with these; "": not known
	Told string // the change of our keys that it was told last
	Card string // SHA-256, hex, of the card of ours that it has or was told last; "": not noted yet
}

// Rekeyed gives the line after either side's keys changed: a set is under the keys of both, and has to be made anew.
func (l Line) Rekeyed() Line {
	l.SetBefore, l.SetDigest, l.SetAt = 0, "", time.Time{}
	return l
}

// Asks says whether the partner may ask about that set now.
func (l Line) Asks(set int64) bool {
	return set != 0 && l.SetDigest != "" && (set == l.Set || set == l.SetBefore)
}

// Patience gives when a partner that could not be reached is tried again: a quarter of a second at first, doubling to half a minute,
// so that a partner that was cut off before T0 is back in time.
func Patience(tries int) time.Duration {
	return min(250*time.Millisecond<<min(max(tries-1, 0), 10), 30*time.Second)
}

// Skewed refuses to trust the partner's clock when it differs by more than MaxSkew from ours and from what a person accepted.
func (l Line) Skewed() error {
	if l.Skew.Abs() <= MaxSkew || l.Cleared != 0 && (l.Skew-l.Cleared).Abs() <= MaxSkew {
		return nil
	}
	return Refuse(Conflict, fmt.Sprintf("the partner's clock differs from ours by %s", l.Skew.Round(time.Millisecond)),
		"have both clocks set, or accept the difference: T0 is an instant, not a time of day")
}

// Begin starts a new epoch of what is sent to the partner: after this store or the partner's was put back to an older one, numbers that
// were used must not be used again. It is a person's act, with a reason.
func (l Line) Begin(p Partner, by OfficerID, why string, at time.Time) (Line, Event, error) {
	if err := byPerson(by, "begin_epoch", "begin_epoch"); err != nil {
		return l, Event{}, err
	}
	if strings.TrimSpace(why) == "" {
		return l, Event{}, Refuse(Invalid, "the reason is missing", "say why what was sent before cannot be gone on with")
	}
	l.Out = Mark{Epoch: max(l.Out.Epoch, l.Durable.Epoch) + 1}
	l.Durable = Mark{}
	l.Trouble, l.Failed, l.Tries, l.Next = "", "", 0, time.Time{}
	return l, p.event("begin_epoch", by, at, why).With("epoch", l.Out.Epoch), nil
}

// Admit listens to a later epoch of the partner: its person told ours why, by telephone.
func (l Line) Admit(p Partner, by OfficerID, epoch int64, why string, at time.Time) (Line, Event, error) {
	if err := byPerson(by, "admit_epoch", "admit_epoch"); err != nil {
		return l, Event{}, err
	}
	switch {
	case strings.TrimSpace(why) == "":
		return l, Event{}, Refuse(Invalid, "the reason is missing", "say what the partner's person told you, and who that was")
	case epoch <= l.In.Epoch || epoch > l.In.Epoch+1000:
		return l, Event{}, Refuse(Conflict, fmt.Sprintf("epoch %d does not follow %d", epoch, l.In.Epoch), "ask the partner's person for the number of the epoch")
	}
	l.In, l.Alarm = Mark{Epoch: epoch}, ""
	return l, p.event("admit_epoch", by, at, why).With("epoch", epoch), nil
}

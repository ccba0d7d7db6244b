// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// BatchID numbers a letter that carries several acts.
type BatchID int64

// BatchState is where such a letter stands.
type BatchState string

// The states of a grouped letter.
const (
	BatchGathering  BatchState = "gathering"  // takes referrals in until its time
	BatchDispatched BatchState = "dispatched" // on its way; sent again with the same key until it is accepted
	BatchSent       BatchState = "sent"
	BatchBounced    BatchState = "bounced"
	BatchDissolved  BatchState = "dissolved" // nothing was left to send
)

// BatchTable is the state table of a grouped letter.
var BatchTable = Table[BatchState]{
	{BatchGathering, "dispatch", BatchDispatched},
	{BatchGathering, "dissolve", BatchDissolved},
	{BatchDispatched, "send", BatchSent},
	{BatchDispatched, "bounce", BatchBounced},
}

// A Batch is several referrals to one addressee in one letter. Each stays an act of its own, with its own state.
type Batch struct {
	ID       BatchID
	Unit     UnitID
	Ref      string // "GR-2026-0003"
	Provider ProviderID
	Lang     string
	Key      string // idempotency key, given when it began, never changed
	Created  time.Time
	Due      time.Time // when it may leave, by the addressee's calendar
	Lead     NoticeID  // the act in whose thread answers arrive
	Subject  string    // as it left
	Text     string
	SentAt   time.Time
	Proof    string
	State    BatchState
}

// Step moves the letter by a verb of its table.
func (b Batch) Step(verb string, at time.Time, note string) (Batch, Event, error) {
	to, err := BatchTable.Next(b.State, verb)
	if err != nil {
		return b, Event{}, err
	}
	e := change("batch", int64(b.ID), verb, b.State, to, 0, b.Unit, at, note)
	b.State = to
	return b, e, nil
}

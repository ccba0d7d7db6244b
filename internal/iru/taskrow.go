// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/legal"
)

// A TaskRow is an operation's act as a board of thousands shows it: without its words.
type TaskRow struct {
	ID         NoticeID
	Unit       UnitID
	Ref        string
	Instrument legal.Instrument
	Asset      AssetID
	Locator    string
	Provider   ProviderID
	Layer      legal.Layer
	State      NoticeState
	Stage      Stage
	Drill      bool
	Created    time.Time
	SentAt     time.Time
	ReceivedAt time.Time
	OutcomeAt  time.Time
	PlayedAt   time.Time
}

// Left is when it left or, in a drill, would have.
func (r TaskRow) Left() time.Time {
	if r.Drill {
		return r.PlayedAt
	}
	return r.SentAt
}

// Heard is when something of it was last written down.
func (r TaskRow) Heard() time.Time {
	at := r.Created
	for _, x := range []time.Time{r.SentAt, r.ReceivedAt, r.OutcomeAt, r.PlayedAt} {
		if x.After(at) {
			at = x
		}
	}
	return at
}

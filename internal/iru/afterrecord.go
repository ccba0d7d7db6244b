// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"
	"time"

	"iolaus/internal/effect"
	"iolaus/internal/legal"
)

// An AfterRecord is all from which an after-action report is computed: what does not change about the operation and what it names, and the events
// of the ledger up to a size.
type AfterRecord struct {
	Operation Operation
	Wave      Wave
	Drill     bool
	Units     map[UnitID]Unit
	Officers  map[OfficerID]string
	Providers map[ProviderID]string
	Outlets   []Outlet
	Assets    []Asset         // of the outlets, and those that its tasks are about
	Tasks     []Notice        // only what never changes is read of them
	Work      []Task          // of the operation, with an act or without
	Questions []Deconfliction // those that two persons overrode for a threat to life; of them only the address is read
	Members   map[ParticipantID]string
	Events    []Event // of all that, with their places in the ledger, in the order of the ledger
	Musters   []Muster
	Effect    OperationEffect // of it the window, the count and the verdict; the rest is computed from the events
	AsOf      time.Time
	From, To  time.Time // what is looked at; T0 lies between, or both are zero
}

// A mark is an event with its time and its place.
type afterMark struct {
	at    time.Time
	index int64
	event Event
}

func (m afterMark) is() bool { return !m.at.IsZero() }

// An afterCourse is what became of one task, by the events of the ledger.
type afterCourse struct {
	n                                                                                            Notice
	drafted, left, received, claimed, removed, back, refused, bounced, ended, withdrawn, overdue afterMark
	receivedAt                                                                                   time.Time // as last corrected
	correction                                                                                   int64     // its entry; -1: none
	state                                                                                        NoticeState
	last                                                                                         int64 // the entry that brought it into its state
}

// courses follow each task through the events.
func (r AfterRecord) courses() []afterCourse {
	at := map[NoticeID]int{}
	out := make([]afterCourse, len(r.Tasks))
	for i, n := range r.Tasks {
		at[n.ID] = i
		out[i] = afterCourse{n: n, correction: -1, last: -1}
	}
	for _, e := range r.Events {
		about := NoticeID(e.Subject.ID)
		if e.Subject.Noun == "clock" {
			if e.Verb != "due" {
				continue
			}
			about = NoticeID(wholeFact(e, "notice"))
		} else if e.Subject.Noun != "notice" {
			continue
		}
		i, ok := at[about]
		if !ok {
			continue
		}
		out[i].take(e)
	}
	return out
}

// take moves the course on by one event.
func (c *afterCourse) take(e Event) {
	first := func(m *afterMark) {
		if !m.is() {
			*m = afterMark{e.At, e.Index, e}
		}
	}
	if e.Subject.Noun == "clock" {
		first(&c.overdue)
		return
	}
	if e.To != "" {
		c.state, c.last = NoticeState(e.To), e.Index
	}
	if e.From == string(NoticeDispatched) && (e.Verb == "send" || e.Verb == "receive" || e.Verb == "bounce") {
		first(&c.left)
	}
	switch e.Verb {
	case "draft":
		first(&c.drafted)
	case "receive":
		if first(&c.received); c.receivedAt.IsZero() {
			c.receivedAt = e.At
		}
	case "correct_receipt":
		if text, ok := e.Facts["at"].(string); ok {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				c.receivedAt, c.correction = at, e.Index
			}
		}
	case "claim":
		first(&c.claimed)
	case "verify":
		first(&c.removed)
	case "breach":
		first(&c.back)
	case "refuse":
		first(&c.refused)
	case "bounce":
		first(&c.bounced)
	case "withdraw", "annul", "revoke":
		first(&c.withdrawn)
		first(&c.ended)
	case "escalate":
		first(&c.ended)
	}
}

// asks reports whether a verified removal is what the task asks for.
func (c afterCourse) asks() bool { return c.n.EndsWithRemoval() }

// sources are the entries that a row about the task rests on.
func (c afterCourse) sources(extra ...afterMark) []int64 {
	var out []int64
	for _, m := range append([]afterMark{c.drafted, c.left, c.received, c.removed, c.back, c.refused, c.bounced, c.withdrawn, c.overdue}, extra...) {
		if m.is() {
			out = append(out, m.index)
		}
	}
	if c.correction >= 0 {
		out = append(out, c.correction)
	}
	if c.last >= 0 {
		out = append(out, c.last)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// counted is the task as a thing that a figure counts, proved by one event.
func (r AfterRecord) counted(c afterCourse, by afterMark) Counted {
	return Counted{Index: by.index, Event: by.event.ID, At: by.at, Subject: by.event.Subject, Verb: by.event.Verb, Notice: c.n.ID, Ref: c.n.Ref,
		Group: map[string]string{"provider": r.Providers[c.n.Provider], "instrument": string(c.n.Instrument), "unit": r.unitName(c.n.Unit), "stage": string(r.stage(c.n))}}
}

// timed is counted with the time from receipt to verified removal.
func (r AfterRecord) timed(c afterCourse) Counted {
	x := r.counted(c, c.received)
	x.Begun, x.Until = c.receivedAt, r.AsOf
	switch {
	case c.removed.is():
		x.Ended = c.removed.at
	case c.ended.is(): // nobody waits for this one any more
		x.Until = c.ended.at
	}
	return x
}

func (r AfterRecord) unitName(id UnitID) string { return r.Units[id].Name }

// stage is when an act is due: as its task says, else as is usual for what it asks of whom.
func (r AfterRecord) stage(n Notice) Stage {
	if n.Stage != "" {
		return n.Stage
	}
	for _, k := range r.Work {
		if k.Notice == n.ID {
			return k.Stage
		}
	}
	if n.Request == legal.Preserve {
		return StagePreservation
	}
	return UsualStage(RoleOrderRemoval, n.Layer)
}

// heads are the assets as ways to an audience, by the presence events of the ledger, and the entry of each mark.
func (r AfterRecord) heads() (heads []effect.Head, entries [][]int64, begun []int64) {
	at := make(map[AssetID]int, len(r.Assets))
	heads, entries, begun = make([]effect.Head, len(r.Assets)), make([][]int64, len(r.Assets)), make([]int64, len(r.Assets))
	for i, a := range r.Assets {
		at[a.ID] = i
		heads[i], begun[i] = effect.Head{Name: a.Locator, Begun: a.Created, Follows: -1}, -1
	}
	for i, a := range r.Assets {
		if to, ok := at[a.Lineage.To]; ok && a.Lineage.To != 0 && a.Lineage.Judged != 0 && to != i {
			heads[i].Follows = to
		}
	}
	type placed struct {
		afterMark
		asset int
	}
	var marks []placed
	for _, e := range r.Events {
		i, ok := at[AssetID(e.Subject.ID)]
		if e.Subject.Noun != "asset" || !ok {
			continue
		}
		switch e.Verb {
		case "find":
			begun[i] = e.Index
		case "seen", "missed", "agreed":
			marks = append(marks, placed{afterMark{e.At, e.Index, e}, i})
		}
	}
	slices.SortStableFunc(marks, func(a, b placed) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.index, b.index)) })
	for _, m := range marks {
		heads[m.asset].Marks = append(heads[m.asset].Marks, effect.Mark{At: m.at, State: PresenceState(m.event.To).Told()})
		entries[m.asset] = append(entries[m.asset], m.index)
	}
	return heads, entries, begun
}

func wholeFact(e Event, key string) int64 {
	switch n := e.Facts[key].(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	case int:
		return int64(n)
	}
	return 0
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"maps"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Day is what an operation's board is made of, as it stood at one instant. It is never changed: Next gives the next one, in which only what the
// log tells of was read anew, so that a board of thousands of acts costs what changes and not what stands.
type Day struct {
	Operation iru.OperationID
	Acts      []iru.Notice
	Polls     []iru.Poll
	Who       []iru.Participant
	Clocks    map[iru.NoticeID][]iru.Clock // of its first acts
	Providers map[iru.ProviderID]iru.Provider

	tasks     []iru.Task // as they were stored
	questions []iru.Deconfliction
	kept      map[string]bool
	digests   map[iru.NoticeID]string
	whole     time.Time // when all of it was read
	marks     []dayMark
}

// A dayMark is the newest event that was there at a time.
type dayMark struct {
	at   time.Time
	last iru.EventID
}

const (
	// DayClocks is of how many acts the clocks are read.
	DayClocks = 500
	// dayWhole is after what time all is read again, whatever the log tells: nothing that it does not tell of is older than that.
	dayWhole = 30 * time.Second
	// dayBack is how long a transaction may last: events get their numbers before it ends, so what was numbered within that time is looked for again.
	dayBack = 5 * time.Second
	// dayNews is how many things may have changed; of more, all is read again.
	dayNews = 4000
)

// stillDay are the nouns whose events change nothing that a day is made of: presence is no part of it.
var stillDay = []string{"asset", "item", "capture", "match", "assessment", "known", "bank", "clock", "duty", "muster", "followup", "checkpoint", "stamp", "spot"}

// ReadDay reads all that an operation's board is made of. Reading the operation checks the scope.
func ReadDay(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) (*Day, error) {
	return (*Day)(nil).Next(ctx, t, o, now)
}

// Next is the day as it stands now; of none, or of another operation, all is read.
func (y *Day) Next(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) (*Day, error) {
	last, err := t.LastEvent(ctx)
	if err != nil {
		return nil, err
	}
	next := &Day{Operation: o.ID, marks: []dayMark{{now, last}}, whole: now}
	if y == nil || y.Operation != o.ID || now.Sub(y.whole) >= dayWhole || now.Before(y.whole) {
		return next, next.readAll(ctx, t, o)
	}
	from := y.marks[0].last
	for _, m := range y.marks {
		if now.Sub(m.at) >= dayBack {
			from = m.last
		}
	}
	news, err := t.ChangedSince(ctx, from, dayNews+1)
	if err != nil {
		return nil, err
	}
	var acts []iru.NoticeID
	kept := false
	all := len(news) > dayNews
	for _, n := range news {
		switch {
		case n.Noun == "notice":
			acts = append(acts, iru.NoticeID(n.ID))
		case n.Noun == "exhibit":
			kept = true
		default:
			all = all || !slices.Contains(stillDay, n.Noun)
		}
	}
	if all {
		return next, next.readAll(ctx, t, o)
	}
	marks := slices.DeleteFunc(slices.Clone(y.marks), func(m dayMark) bool { return m.last < from })
	*next = *y
	next.marks = append(marks, dayMark{now, last})
	if err := next.refresh(ctx, t, acts); err != nil {
		return nil, err
	}
	if kept {
		if next.kept, err = t.KeptSince(ctx, o.ID, o.Created); err != nil {
			return nil, err
		}
	}
	next.Clocks, err = clocksIn(ctx, t, o.ID)
	return next, err
}

func clocksIn(ctx context.Context, t *db.Tx, id iru.OperationID) (map[iru.NoticeID][]iru.Clock, error) {
	cs, err := t.ClocksIn(ctx, iru.Program(), id, DayClocks)
	out := map[iru.NoticeID][]iru.Clock{}
	for _, c := range cs {
		out[c.Notice] = append(out[c.Notice], c)
	}
	return out, err
}

func (y *Day) readAll(ctx context.Context, t *db.Tx, o iru.Operation) (err error) {
	if y.Polls, err = t.Polls(ctx, o.ID); err != nil {
		return err
	}
	if y.Who, err = t.Participants(ctx, o.ID); err != nil {
		return err
	}
	if y.Acts, err = t.Tasks(ctx, iru.Program(), o.ID); err != nil {
		return err
	}
	if y.tasks, err = t.OperationTasks(ctx, iru.Program(), o.ID); err != nil {
		return err
	}
	if y.questions, err = t.Deconflictions(ctx, iru.Program(), o.ID); err != nil {
		return err
	}
	if y.kept, err = t.KeptSince(ctx, o.ID, o.Created); err != nil {
		return err
	}
	if y.Clocks, err = clocksIn(ctx, t, o.ID); err != nil {
		return err
	}
	y.Providers, y.digests = map[iru.ProviderID]iru.Provider{}, make(map[iru.NoticeID]string, len(y.Acts))
	return y.complete(ctx, t, y.Acts)
}

// refresh reads acts again.
func (y *Day) refresh(ctx context.Context, t *db.Tx, ids []iru.NoticeID) error {
	changed, err := t.TasksAmong(ctx, y.Operation, ids)
	if err != nil || len(changed) == 0 {
		return err
	}
	at := make(map[iru.NoticeID]int, len(y.Acts))
	for n, a := range y.Acts {
		at[a.ID] = n
	}
	y.Acts, y.digests, y.Providers = slices.Clone(y.Acts), maps.Clone(y.digests), maps.Clone(y.Providers)
	for _, n := range changed {
		if i, known := at[n.ID]; known {
			y.Acts[i] = n
		} else {
			y.Acts = append(y.Acts, n)
		}
	}
	slices.SortFunc(y.Acts, func(a, b iru.Notice) int { return int(a.ID - b.ID) })
	return y.complete(ctx, t, changed)
}

// complete finds what belongs to acts: their digest and their addressee.
func (y *Day) complete(ctx context.Context, t *db.Tx, acts []iru.Notice) (err error) {
	for _, n := range acts {
		if y.digests[n.ID], err = ActDigest(n); err != nil {
			return err
		}
		if _, known := y.Providers[n.Provider]; known {
			continue
		}
		if y.Providers[n.Provider], err = t.Provider(ctx, iru.Program(), n.Provider); err != nil { // named in a task of the operation
			return err
		}
	}
	return nil
}

// Ballots are its polls with what they are about.
func (y *Day) Ballots() []Ballot {
	bs := Ballots(y.Polls, y.Who, y.Acts, y.tasks)
	for n := range bs {
		bs[n].digests = y.digests
	}
	return bs
}

// standing are its acts by number, and all its tasks as they stand.
func (y *Day) standing() (map[iru.NoticeID]iru.Notice, []iru.Task) {
	acts := make(map[iru.NoticeID]iru.Notice, len(y.Acts))
	for _, n := range y.Acts {
		acts[n.ID] = n
	}
	tasks := make([]iru.Task, len(y.tasks))
	for n, k := range y.tasks {
		tasks[n] = iru.TaskOf(k, acts[k.Notice])
	}
	return acts, tasks
}

// agreed is what a release of it rests on.
func (y *Day) agreed() (iru.Agreed, error) {
	_, tasks := y.standing()
	a := iru.Agreed{Polls: y.Polls, Digests: map[int64]string{}, Idle: map[int64]bool{}, Acts: y.Acts, Tasks: tasks, Questions: asked(y.Operation, y.questions, tasks, y.Who)}
	for _, b := range y.Ballots() {
		dig, err := b.Digest()
		if err != nil {
			return a, err
		}
		a.Digests[b.ID], a.Idle[b.ID] = dig, b.Idle()
	}
	return a, nil
}

// Readiness is what its tasks miss at a T0; a unit that does not lead sees its own.
func (y *Day) Readiness(s iru.Scope, o iru.Operation, t0, now time.Time) []Readiness {
	acts, all := y.standing()
	reach := iru.UnitID(s.Reach())
	mine := map[iru.ParticipantID]bool{}
	for _, p := range y.Who {
		mine[p.ID] = reach == 0 || o.Unit == reach || p.Unit == reach
	}
	seen := slices.DeleteFunc(slices.Clone(all), func(k iru.Task) bool { return !mine[k.Participant] })
	return readiness(seen, acts, y.Providers, asked(y.Operation, y.questions, all, y.Who), y.kept, t0, now)
}

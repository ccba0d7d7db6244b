// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"maps"
	"slices"
	"sync"
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
	heard     map[iru.EventID]bool // the events after the oldest mark that it knows
	sum       *daySum
	tiles     *dayTiles
}

// A daySum is what follows from a day's acts, tasks, polls and questions: computed when somebody asks, and kept until one of them changes.
type daySum struct {
	once    sync.Once
	acts    map[iru.NoticeID]iru.Notice
	tasks   []iru.Task // as they stand
	asked   []iru.Deconfliction
	ballots []Ballot
	err     error
}

// dayTiles are the assets of a day as who reaches so far sees them, each with when it was read.
type dayTiles struct {
	mu    sync.Mutex
	reach map[int64]readTiles
}

type readTiles struct {
	at     time.Time
	assets []iru.Asset
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
	// dayNews is how many events may have happened; of more, all is read again.
	dayNews = 4000
	// daySeen is how old it may be when an asset was seen: no event tells of that.
	daySeen = time.Second
)

// stillDay are the nouns whose events change nothing that a day is made of.
var stillDay = []string{"item", "capture", "match", "assessment", "known", "bank", "clock", "duty", "muster", "followup", "checkpoint", "stamp", "spot"}

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
	next := &Day{Operation: o.ID, marks: []dayMark{{now, last}}, whole: now, sum: &daySum{}, tiles: &dayTiles{reach: map[int64]readTiles{}}}
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
	acts, assets, heard := map[iru.NoticeID]bool{}, map[iru.AssetID]bool{}, make(map[iru.EventID]bool, len(news))
	kept := false
	all := len(news) > dayNews
	for _, n := range news {
		heard[n.Event] = true
		switch {
		case y.heard[n.Event]:
		case n.Noun == "notice":
			acts[iru.NoticeID(n.ID)] = true
		case n.Noun == "asset":
			assets[iru.AssetID(n.ID)] = true
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
	next.marks, next.heard = append(marks, dayMark{now, last}), heard
	if err := next.refresh(ctx, t, slices.Collect(maps.Keys(acts))); err != nil {
		return nil, err
	}
	if next.tiles, err = next.tiles.next(ctx, t, assets, now, len(next.Acts) != len(y.Acts)); err != nil {
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
	y.Acts, y.digests, y.Providers, y.sum = slices.Clone(y.Acts), maps.Clone(y.digests), maps.Clone(y.Providers), &daySum{}
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

// next reads assets again of which something was told, and lets go of what is too old.
func (y *dayTiles) next(ctx context.Context, t *db.Tx, changed map[iru.AssetID]bool, now time.Time, others bool) (*dayTiles, error) {
	out := &dayTiles{reach: map[int64]readTiles{}}
	if others {
		return out, nil
	}
	y.mu.Lock()
	maps.Copy(out.reach, y.reach)
	y.mu.Unlock()
	maps.DeleteFunc(out.reach, func(_ int64, r readTiles) bool { return now.Sub(r.at) >= daySeen || now.Before(r.at) })
	if len(out.reach) == 0 || len(changed) == 0 {
		return out, nil
	}
	fresh := map[iru.AssetID]iru.Asset{}
	for some := range slices.Chunk(slices.Collect(maps.Keys(changed)), 500) {
		as, err := t.AssetsByID(ctx, some)
		if err != nil {
			return nil, err
		}
		maps.Copy(fresh, as)
	}
	for reach, r := range out.reach {
		r.assets = slices.Clone(r.assets)
		for n, a := range r.assets {
			if f, ok := fresh[a.ID]; ok {
				r.assets[n] = iru.Asset{ID: f.ID, Unit: f.Unit, Locator: f.Locator, Presence: f.Presence, Seen: f.Seen}
			}
		}
		out.reach[reach] = r
	}
	return out, nil
}

// Tiles are the assets that its tasks are about, with what a live grid shows ([db.Tx.TilesIn]). What no event tells of, when one was seen, is at most
// a second older than the day. They are not to be changed.
func (y *Day) Tiles(ctx context.Context, t *db.Tx, s iru.Scope, now time.Time) ([]iru.Asset, error) {
	y.tiles.mu.Lock()
	defer y.tiles.mu.Unlock()
	r, ok := y.tiles.reach[s.Reach()]
	if !ok {
		var err error
		if r.assets, err = t.TilesIn(ctx, s, y.Operation); err != nil {
			return nil, err
		}
		r.at = now
		y.tiles.reach[s.Reach()] = r
	}
	return r.assets, nil
}

// summed is what follows from it.
func (y *Day) summed() *daySum {
	y.sum.once.Do(func() {
		x := y.sum
		x.acts = make(map[iru.NoticeID]iru.Notice, len(y.Acts))
		for _, n := range y.Acts {
			x.acts[n.ID] = n
		}
		x.tasks = make([]iru.Task, len(y.tasks))
		for n, k := range y.tasks {
			x.tasks[n] = iru.TaskOf(k, x.acts[k.Notice])
		}
		x.asked = asked(y.Operation, y.questions, x.tasks, y.Who)
		x.ballots = Ballots(y.Polls, y.Who, y.Acts, y.tasks)
		for n := range x.ballots {
			b := &x.ballots[n]
			b.digests = y.digests
			if b.whole, x.err = b.Digest(); x.err != nil {
				return
			}
		}
	})
	return y.sum
}

// Ballots are its polls with what they are about.
func (y *Day) Ballots() []Ballot { return slices.Clone(y.summed().ballots) }

// agreed is what a release of it rests on.
func (y *Day) agreed() (iru.Agreed, error) {
	x := y.summed()
	a := iru.Agreed{Polls: y.Polls, Digests: map[int64]string{}, Idle: map[int64]bool{}, Acts: y.Acts, Tasks: x.tasks, Questions: x.asked}
	for _, b := range x.ballots {
		a.Digests[b.ID], a.Idle[b.ID] = b.whole, b.Idle()
	}
	return a, x.err
}

// Readiness is what its tasks miss at a T0; a unit that does not lead sees its own.
func (y *Day) Readiness(s iru.Scope, o iru.Operation, t0, now time.Time) []Readiness {
	x := y.summed()
	reach := iru.UnitID(s.Reach())
	mine := map[iru.ParticipantID]bool{}
	for _, p := range y.Who {
		mine[p.ID] = reach == 0 || o.Unit == reach || p.Unit == reach
	}
	seen := slices.DeleteFunc(slices.Clone(x.tasks), func(k iru.Task) bool { return !mine[k.Participant] })
	return readiness(seen, x.acts, y.Providers, x.asked, y.kept, t0, now)
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Line is what is held after T0: what was swept, what is up and who can act next, what fell and is watched, what waits for a person.
type Line struct {
	Operation iru.Operation
	Wave      iru.Wave
	Next      []iru.Operation // that go on from it
	Musters   []iru.Muster
	Looks     map[iru.AssetID][]iru.MusterLook // of the last sweep: what each vantage point saw last
	Standing  []Standing                       // not known to be down, first what is up
	Fallen    []Fallen
	Prepared  []iru.FollowUp
	Until     time.Time // of the watch over what fell
	More      int       // further addresses that are not known to be down
}

// Watched is how long what fell is watched for its return, on an operation's own page: ninety days. The rechecks themselves go on.
const Watched = 90 * 24 * time.Hour

// A Standing is an address that is not known to be down, with the acts about it and the next rungs of the ladder.
type Standing struct {
	Asset iru.Asset
	Acts  []iru.Notice // of the operation, that are not withdrawn
	Rungs []Rung
}

// A Rung is one step that somebody could take next: the law allows it, and nobody has taken it. It is prepared for a person; nothing is drafted.
type Rung struct {
	Option     Option
	Instrument legal.Instrument
}

// A Fallen is an address whose removal was verified, and what became of it.
type Fallen struct {
	Asset iru.Asset
	Back  bool
}

// mostStanding is how many addresses get their ladder worked out at once.
const mostStanding = 60

// LineIn reads how the line is held.
func (d *Desk) LineIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (Line, error) {
	var l Line
	var err error
	if l.Operation, err = t.Operation(ctx, s, id); err != nil {
		return l, err
	}
	if l.Wave, err = t.Wave(ctx, id); err != nil {
		return l, err
	}
	ws, err := t.Waves(ctx, s, id)
	if err != nil {
		return l, err
	}
	for _, w := range ws {
		o, err := t.Operation(ctx, s, w.Operation)
		if err != nil {
			return l, err
		}
		l.Next = append(l.Next, o)
	}
	if l.Musters, err = t.Musters(ctx, s, id); err != nil {
		return l, err
	}
	if l.Operation.T0.IsZero() {
		return l, nil
	}
	l.Until = l.Operation.T0.Add(Watched)
	if l.Prepared, err = t.FollowUpsIn(ctx, s, id); err != nil {
		return l, err
	}
	if l.Looks, err = lastMusterLooks(l.Musters); err != nil {
		return l, err
	}
	return l, d.fillLine(ctx, t, s, &l)
}

// lastMusterLooks are what each vantage point saw last, by the last sweep that ended.
func lastMusterLooks(ms []iru.Muster) (map[iru.AssetID][]iru.MusterLook, error) {
	out := map[iru.AssetID][]iru.MusterLook{}
	for _, m := range slices.Backward(ms) {
		if m.State != iru.MusterClosed {
			continue
		}
		b, err := m.Read()
		if err != nil {
			return nil, err
		}
		for _, a := range b.Assets {
			out[a.Asset] = a.Looks
		}
		return out, nil
	}
	return out, nil
}

func (d *Desk) fillLine(ctx context.Context, t *db.Tx, s iru.Scope, l *Line) error {
	ts, err := t.Tasks(ctx, s, l.Operation.ID)
	if err != nil {
		return err
	}
	acts := map[iru.AssetID][]iru.Notice{}
	for _, n := range ts {
		if n.State != iru.NoticeWithdrawn {
			acts[n.Asset] = append(acts[n.Asset], n)
		}
	}
	as, err := t.AssetsIn(ctx, s, l.Operation.ID)
	if err != nil {
		return err
	}
	var up []iru.Asset
	for _, a := range as {
		switch {
		case a.State == iru.AssetDown:
			l.Fallen = append(l.Fallen, Fallen{Asset: a})
		case a.State == iru.AssetReturned || a.Presence.State == iru.PresenceBack:
			l.Fallen = append(l.Fallen, Fallen{Asset: a, Back: true})
			up = append(up, a)
		default:
			up = append(up, a)
		}
	}
	slices.SortStableFunc(up, func(a, b iru.Asset) int { return standingRank(a) - standingRank(b) })
	u, err := t.Unit(ctx, iru.UnitID(s.Reach()))
	if err != nil {
		return err
	}
	now := d.now()
	l.More = max(0, len(up)-mostStanding)
	for _, a := range up[:min(len(up), mostStanding)] {
		x := Standing{Asset: a, Acts: acts[a.ID]}
		options, err := d.optionsIn(ctx, t, s, a.ID, u.Kind, now)
		if err != nil {
			return err
		}
		all, err := t.NoticesOf(ctx, s, a.ID)
		if err != nil {
			return err
		}
		x.Rungs = rungs(options, all)
		l.Standing = append(l.Standing, x)
	}
	return nil
}

func standingRank(a iru.Asset) int {
	switch a.Presence.State {
	case iru.PresenceBack:
		return 0
	case iru.PresenceUp:
		return 1
	case iru.PresenceDoubtful:
		return 2
	}
	return 3
}

// rungs are what the law allows and nobody has tried: first what binds, nearest to the content first.
func rungs(options []Option, acts []iru.Notice) (out []Rung) {
	for _, o := range options {
		for _, r := range o.Rulings {
			tried := slices.ContainsFunc(acts, func(n iru.Notice) bool {
				return n.Provider == o.Provider.ID && n.Layer == o.Carrier.Layer && n.Instrument == r.Instrument && n.State != iru.NoticeWithdrawn
			})
			if r.Allowed && !tried {
				out = append(out, Rung{o, r.Instrument})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Rung) int {
		if x, y := a.Instrument.Binding(), b.Instrument.Binding(); x != y {
			if x {
				return -1
			}
			return 1
		}
		return rank(a.Option) - rank(b.Option)
	})
	return out
}

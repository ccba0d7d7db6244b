// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Muster is one verification sweep of an operation: it begins it, waits for its mark, and ends it.
type Muster struct {
	Operation iru.OperationID `json:"operation" river:"unique"`
	T0        int64           `json:"t0" river:"unique"` // microseconds: a release after a hold has musters of its own
	Mark      iru.MusterMark  `json:"mark" river:"unique"`
}

// MusterLook looks at one asset, once from every vantage point, for a muster.
type MusterLook struct {
	Muster iru.MusterID `json:"muster" river:"unique"`
	Asset  iru.AssetID  `json:"asset" river:"unique"`
}

// Kind names the job.
func (Muster) Kind() string { return "muster" }

// Kind names the job.
func (MusterLook) Kind() string { return "muster_look" }

// musterGrace is how long a sweep has for its looks if it begins after its mark, as after a restart.
const musterGrace = 2 * time.Minute

// musters has the sweeps of a release begin, each before its mark.
func musters(ctx context.Context, t *db.Tx, o iru.Operation) error {
	if o.Drill { // nothing of it leaves, and nothing is to be seen
		return nil
	}
	for _, m := range iru.MusterMarks {
		at := soon
		if m != iru.MarkBefore {
			at = o.T0.Add(m.After() - m.Lead())
		}
		if _, err := t.Enqueue(ctx, Muster{Operation: o.ID, T0: o.T0.UnixMicro(), Mark: m}, look(at)); err != nil {
			return err
		}
	}
	return nil
}

// SweepMusters finds the sweeps again whose job was lost: of operations whose T0 came within two days, or is to come.
func (d *Desk) SweepMusters(ctx context.Context) (int, error) {
	var jobs []river.InsertManyParams
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) error {
		jobs = nil
		os, err := t.Operations(ctx, iru.Program())
		if err != nil {
			return err
		}
		for _, o := range os {
			if o.Drill || !o.Leaves() || o.T0.IsZero() || o.T0.Before(now.Add(-48*time.Hour)) {
				continue
			}
			have, err := t.Musters(ctx, iru.Program(), o.ID)
			if err != nil {
				return err
			}
			for _, m := range iru.MusterMarks[1:] {
				if !slices.ContainsFunc(have, func(x iru.Muster) bool { return x.Mark == m && x.State == iru.MusterClosed }) {
					jobs = append(jobs, river.InsertManyParams{Args: Muster{Operation: o.ID, T0: o.T0.UnixMicro(), Mark: m}, InsertOpts: look(o.T0.Add(m.After() - m.Lead()))})
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return d.again(ctx, jobs)
}

// CallMuster begins a sweep by hand: every address of the operation is looked at now, from every vantage point. Conflict if one is under way.
func (d *Desk) CallMuster(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Muster, error) {
	var m iru.Muster
	if err := s.May(iru.ToWatch); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if o.Drill || o.T0.IsZero() || now.Before(o.T0) || !o.Leaves() {
			return iru.Refuse(iru.Conflict, "there is nothing to verify: T0 has not come, the operation was aborted, or it is a drill", "the addresses are looked at by their monitors")
		}
		if m, err = d.beginMuster(ctx, t, o, iru.MarkHand, now.Add(musterGrace), s.Officer, now); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Muster{Operation: o.ID, T0: o.T0.UnixMicro(), Mark: iru.MarkHand}, look(m.Due))
		return err
	})
	if errors.Is(err, iru.Conflict) && m.ID == 0 && m.Operation != 0 {
		return m, iru.Refuse(iru.Conflict, "a sweep is under way", "wait for its end")
	}
	return m, err
}

// BeginMuster begins the sweep of a mark, unless it has begun already; its looks are enqueued then. Without an id there is nothing to sweep: the
// operation was held, aborted or released anew, or the sweep of that mark has ended.
func (d *Desk) BeginMuster(ctx context.Context, id iru.OperationID, t0 time.Time, mark iru.MusterMark) (iru.Muster, error) {
	var m iru.Muster
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		m = iru.Muster{}
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		have, err := t.Musters(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		stale := o.Drill || !o.Leaves() || !o.T0.Equal(t0)
		for _, x := range have {
			switch {
			case x.Mark != mark:
			case x.State == iru.MusterOpen && stale:
				_, err := d.endMuster(ctx, t, x, "drop", now, "the operation is "+string(o.State))
				return err
			case x.State == iru.MusterOpen:
				m = x
				return nil
			case x.State == iru.MusterClosed && mark != iru.MarkHand && mark != iru.MarkBefore:
				return nil
			}
		}
		if stale || mark == iru.MarkHand { // what a person asked for has begun by that
			return nil
		}
		due := now
		if mark != iru.MarkBefore {
			if due = o.T0.Add(mark.After()); due.Before(now.Add(musterGrace / 2)) {
				due = now.Add(musterGrace)
			}
		}
		m, err = d.beginMuster(ctx, t, o, mark, due, 0, now)
		return err
	})
	return m, err
}

func (d *Desk) beginMuster(ctx context.Context, t *db.Tx, o iru.Operation, mark iru.MusterMark, due time.Time, by iru.OfficerID, now time.Time) (iru.Muster, error) {
	m := iru.Muster{Unit: o.Unit, Operation: o.ID, Mark: mark, State: iru.MusterOpen, By: by, Begun: now, Due: due}
	if err := t.AddMuster(ctx, &m); err != nil {
		return iru.Muster{Operation: o.ID}, err
	}
	as, err := musterAssets(ctx, t, o)
	if err != nil {
		return m, err
	}
	e := happened("muster", int64(m.ID), "begin", by, m.Unit, now, "").With("operation", int64(o.ID)).With("mark", string(mark)).With("assets", len(as))
	e.To = string(m.State)
	if _, err := t.Record(ctx, e); err != nil || mark == iru.MarkBefore {
		return m, err
	}
	jobs := make([]river.InsertManyParams, 0, len(as))
	for _, a := range as {
		jobs = append(jobs, river.InsertManyParams{Args: MusterLook{Muster: m.ID, Asset: a.ID}, InsertOpts: in(QueueLooks, soon, 1)})
	}
	for some := range slices.Chunk(jobs, 500) {
		if _, err := t.EnqueueMany(ctx, some); err != nil {
			return m, err
		}
	}
	return m, nil
}

// musterAssets are the assets of an operation: those that its tasks are about, and every further one of its outlets.
func musterAssets(ctx context.Context, t *db.Tx, o iru.Operation) ([]iru.Asset, error) {
	as, err := t.AssetsIn(ctx, iru.Program(), o.ID)
	if err != nil {
		return nil, err
	}
	seen := map[iru.AssetID]bool{}
	for _, a := range as {
		seen[a.ID] = true
	}
	for _, x := range o.Outlets {
		more, err := t.AssetsOf(ctx, iru.Program(), x)
		if err != nil {
			return nil, err
		}
		for _, a := range more {
			if !seen[a.ID] && a.State != iru.AssetRejected {
				seen[a.ID], as = true, append(as, a)
			}
		}
	}
	slices.SortFunc(as, func(a, b iru.Asset) int { return int(a.ID - b.ID) })
	return as, nil
}

// MusterOpen reports whether a muster still wants looks.
func (d *Desk) MusterOpen(ctx context.Context, id iru.MusterID) (bool, error) {
	var m iru.Muster
	err := d.DB.View(ctx, func(t *db.Tx) (err error) { m, err = t.Muster(ctx, iru.Program(), id); return err })
	return m.State == iru.MusterOpen, err
}

// EndMuster ends a sweep: what is believed of each address now, and what each vantage point saw of it last, is stored, and its digest recorded.
func (d *Desk) EndMuster(ctx context.Context, id iru.MusterID) (iru.Muster, error) {
	var m iru.Muster
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if m, err = t.Muster(ctx, iru.Program(), id); err != nil || m.State != iru.MusterOpen {
			return err
		}
		o, err := t.Operation(ctx, iru.Program(), m.Operation)
		if err != nil {
			return err
		}
		if !o.Leaves() {
			m, err = d.endMuster(ctx, t, m, "drop", now, "the operation is "+string(o.State))
			return err
		}
		b, err := d.musterBody(ctx, t, o, m, now)
		if err != nil {
			return err
		}
		if m, err = m.Seal(b); err != nil {
			return err
		}
		m, err = d.endMuster(ctx, t, m, "close", now, "")
		return err
	})
	return m, err
}

func (d *Desk) endMuster(ctx context.Context, t *db.Tx, m iru.Muster, verb string, now time.Time, note string) (iru.Muster, error) {
	next, e, err := m.Step(verb, now, note)
	if err != nil {
		return m, err
	}
	if err := t.UpdateMuster(ctx, next, m.State); err != nil {
		return m, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

// musterBody is what a sweep saw.
func (d *Desk) musterBody(ctx context.Context, t *db.Tx, o iru.Operation, m iru.Muster, now time.Time) (iru.MusterBody, error) {
	b := iru.MusterBody{At: now, Assets: []iru.MusterAsset{}, Ties: []iru.MusterTie{}, Audience: []iru.MusterHeard{}}
	as, err := musterAssets(ctx, t, o)
	if err != nil {
		return b, err
	}
	ids := make([]iru.AssetID, len(as))
	for i, a := range as {
		ids[i] = a.ID
	}
	since := m.Begun
	if m.Mark == iru.MarkBefore {
		since = o.T0.Add(-iru.LookedAt)
	}
	looks, err := t.LastLooks(ctx, ids, db.At(since))
	if err != nil {
		return b, err
	}
	byAsset := map[iru.AssetID][]iru.MusterLook{}
	for _, l := range looks {
		byAsset[l.Asset] = append(byAsset[l.Asset], iru.MusterLook{Vantage: l.Vantage, At: l.At, Outcome: l.Outcome})
	}
	for _, a := range as {
		x := iru.MusterAsset{Asset: a.ID, Presence: a.Presence.State, Since: a.Presence.Since, Looks: byAsset[a.ID]}
		x.Looks = append(x.Looks, toldLast(a, x.Looks)...)
		slices.SortFunc(x.Looks, func(p, q iru.MusterLook) int { return compareText(p.Vantage, q.Vantage) })
		b.Assets = append(b.Assets, x)
	}
	if b.Audience, err = d.audiences(ctx, t, as); err != nil {
		return b, err
	}
	at := now
	if m.Mark == iru.MarkBefore {
		at = o.T0.Add(-time.Microsecond)
	}
	for _, x := range o.Outlets {
		mp, err := d.mapIn(ctx, t, iru.Program(), x, at, now)
		if err != nil {
			return b, err
		}
		for _, c := range mp.Concentration {
			b.Ties = append(b.Ties, iru.TiesOf(x, c)...)
		}
	}
	return b, nil
}

// toldLast are the vantage points of which nothing newer is known than what they told last.
func toldLast(a iru.Asset, have []iru.MusterLook) (out []iru.MusterLook) {
	for v, r := range a.Presence.Runs {
		if !slices.ContainsFunc(have, func(l iru.MusterLook) bool { return l.Vantage == v }) && r.Found != "" {
			out = append(out, iru.MusterLook{Vantage: v, At: r.Last, Outcome: r.Found})
		}
	}
	return out
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// audiences are what streams say of their listeners, as they were seen last.
func (d *Desk) audiences(ctx context.Context, t *db.Tx, as []iru.Asset) ([]iru.MusterHeard, error) {
	out := []iru.MusterHeard{}
	for _, a := range as {
		if a.Kind != iru.Stream {
			continue
		}
		ss, err := t.Sightings(ctx, iru.Program(), a.ID, 20)
		if err != nil {
			return nil, err
		}
		for _, s := range ss { // the newest first
			if s.Monitor == iru.StreamMonitor && s.Seen.Stream != nil && s.Seen.Stream.Listeners > 0 {
				out = append(out, iru.MusterHeard{Asset: a.ID, At: s.Last, Count: s.Seen.Stream.Listeners})
				break
			}
		}
	}
	return out, nil
}

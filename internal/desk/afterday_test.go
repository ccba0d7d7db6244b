// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// An afterDay writes the rows and events of an operation by chance, as the verbs would leave them: what became of its acts, and how addresses fared.
type afterDay struct {
	*unit
	dice      *rand.Rand
	op        iru.Operation
	outlet    iru.OutletID
	units     []iru.Unit
	providers []iru.Provider
	t0        time.Time
}

// day makes one, with so many addresses; its T0 lies days before now.
func (u *unit) day(seed uint64, addresses int) *afterDay {
	u.t.Helper()
	ctx := u.t.Context()
	if _, ok := u.people["bea"]; !ok {
		u.watched(ctx)
		u.second()
	}
	d := &afterDay{unit: u, dice: rand.New(rand.NewPCG(seed, 1)), t0: u.now.Add(24 * time.Hour)}
	must(u.t, u.DB.Tx(ctx, func(x *db.Tx) (err error) {
		own := u.people["admin"].Unit
		if d.units, err = x.Units(ctx); err != nil {
			return err
		}
		host, err := x.ProviderByName(ctx, own, "Birchrack", legal.Host)
		if err != nil {
			return err
		}
		second, err := x.ProviderByName(ctx, own, "Alder Names", legal.Registrar)
		if err != nil {
			return err
		}
		d.providers = []iru.Provider{host, second}
		o := iru.Outlet{Unit: own, Name: fmt.Sprint("Halcyon ", seed), Handling: iru.DefaultHandling, Grade: "X4", State: iru.OutletWatched, Created: u.now}
		err = x.AddOutlet(ctx, &o)
		d.outlet = o.ID
		return err
	}))
	var err error
	d.op, err = u.PlanOperation(ctx, u.scope("dora"), fmt.Sprint("Snowfall ", seed), []iru.OutletID{d.outlet}, []iru.UnitID{d.units[1].ID}, 0, "")
	must(u.t, err)
	for k := range addresses {
		d.address(ctx, int(seed)*100_000+k)
	}
	must(u.t, u.DB.Tx(ctx, func(x *db.Tx) error {
		d.op.T0, d.op.State, d.op.FirstSent = d.t0, iru.OperationReleased, d.t0
		if err := x.UpdateOperation(ctx, d.op, iru.OperationDraft); err != nil {
			return err
		}
		e := d.event("operation", int64(d.op.ID), "release", d.t0.Add(-time.Hour), "polling", "released", u.people["dora"].ID, d.units[0].ID)
		if _, err := x.Record(ctx, e.With("t0", d.t0.Format(time.RFC3339Nano))); err != nil {
			return err
		}
		_, err := x.Record(ctx, d.event("operation", int64(d.op.ID), "fire", d.t0, "", "", 0, d.units[0].ID))
		return err
	}))
	u.later(40 * 24 * time.Hour)
	u.sealAll()
	return d
}

func (d *afterDay) event(noun string, id int64, verb string, at time.Time, from, to string, by iru.OfficerID, unit iru.UnitID) iru.Event {
	return iru.Event{At: at.Truncate(time.Microsecond), Unit: unit, By: by, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, From: from, To: to, Index: -1}
}

// address adds one with its presence by chance, and at times an act or two about it, or one that takes its place.
func (d *afterDay) address(ctx context.Context, k int) {
	d.t.Helper()
	must(d.t, d.DB.Tx(ctx, func(x *db.Tx) error {
		created := d.t0.Add(-time.Duration(1+d.dice.IntN(90*24)) * time.Hour)
		a, err := d.head(ctx, x, fmt.Sprintf("https://halcyon-%d.test/", k), created, 0)
		if err != nil {
			return err
		}
		for range d.dice.IntN(3) {
			if err := d.act(ctx, x, a, k); err != nil {
				return err
			}
		}
		if d.dice.IntN(5) == 0 {
			_, err = d.head(ctx, x, fmt.Sprintf("https://halcyon-again-%d.test/", k), d.t0.Add(time.Duration(d.dice.IntN(20*24*60))*time.Minute), a.ID)
		}
		return err
	}))
}

func (d *afterDay) head(ctx context.Context, x *db.Tx, locator string, created time.Time, follows iru.AssetID) (iru.Asset, error) {
	a := iru.Asset{Unit: d.units[0].ID, Outlet: d.outlet, Kind: iru.Site, Locator: locator, Site: locator, State: iru.AssetLive, Created: created.Truncate(time.Microsecond), Presence: iru.Presence{State: iru.PresenceUnknown}}
	if follows != 0 {
		a.Lineage = iru.Lineage{To: follows, Score: 9, Judged: d.people["ada"].ID}
	}
	if err := x.AddAsset(ctx, &a); err != nil {
		return a, err
	}
	if _, err := x.Record(ctx, d.event("asset", int64(a.ID), "find", created, "", "candidate", 0, a.Unit)); err != nil {
		return a, err
	}
	e := d.event("asset", int64(a.ID), "attribute", created.Add(time.Minute), "candidate", "live", d.people["ada"].ID, a.Unit).With("outlet", int64(d.outlet))
	if follows != 0 {
		e = e.With("succeeds", int64(follows))
	}
	if _, err := x.Record(ctx, e); err != nil {
		return a, err
	}
	state, at := iru.PresenceUnknown, created
	for range d.dice.IntN(7) {
		at = at.Add(time.Duration(1+d.dice.IntN(20*24*60)) * time.Minute)
		verb := []string{"seen", "missed", "agreed"}[d.dice.IntN(3)]
		to, err := iru.PresenceTable.Next(state, verb)
		if err != nil {
			continue
		}
		if _, err := x.Record(ctx, d.event("asset", int64(a.ID), verb, at, string(state), string(to), 0, a.Unit)); err != nil {
			return a, err
		}
		state = to
	}
	return a, nil
}

// act adds an act about an address, and lets its state table run by chance.
func (d *afterDay) act(ctx context.Context, x *db.Tx, a iru.Asset, k int) error {
	u, p := d.units[d.dice.IntN(2)], d.dice.IntN(2)
	layer := []legal.Layer{legal.Host, legal.Registrar}[p]
	n := iru.Notice{Unit: u.ID, Ref: fmt.Sprintf("X-%d-%d", k, d.dice.IntN(1<<30)), Instrument: []legal.Instrument{legal.RemovalOrder, legal.Referral, legal.Notice}[d.dice.IntN(3)],
		Request: []legal.Request{legal.RemoveContent, legal.RemoveContent, legal.Preserve}[d.dice.IntN(3)], Asset: a.ID, Locator: a.Locator, Provider: d.providers[p].ID, Layer: layer, Operation: d.op.ID,
		Drafted: d.people["ada"].ID, Approvals: []iru.Approval{}, State: iru.NoticeDraft, Key: fmt.Sprint("key", k, d.dice.Uint64()), Created: d.t0.Add(-time.Hour)}
	n.Stage = iru.StageAct
	if layer == legal.Registrar {
		n.Stage = iru.StageRegistrar
	}
	if n.Request == legal.Preserve {
		n.Stage = iru.StagePreservation
	}
	if err := x.AddNotice(ctx, &n); err != nil {
		return err
	}
	e := d.event("notice", int64(n.ID), "draft", d.t0.Add(-2*time.Hour), "", "draft", d.people["ada"].ID, u.ID)
	e.Note = n.Ref
	if _, err := x.Record(ctx, e.With("instrument", string(n.Instrument)).With("provider", int64(n.Provider)).With("asset", int64(n.Asset)).With("layer", string(n.Layer)).With("request", string(n.Request)).With("operation", int64(d.op.ID))); err != nil {
		return err
	}
	state, at := iru.NoticeDraft, d.t0
	if d.dice.IntN(4) > 0 {
		state = iru.NoticeDispatched
	}
	for range d.dice.IntN(12) {
		verbs := iru.NoticeTable.Verbs(state)
		if len(verbs) == 0 {
			break
		}
		verb := verbs[d.dice.IntN(len(verbs))]
		for _, likely := range []string{"receive", "verify"} {
			if d.dice.IntN(2) == 0 && iru.NoticeTable.Can(state, likely) {
				verb = likely
			}
		}
		to, _ := iru.NoticeTable.Next(state, verb) // it is of its own table
		at = at.Add(time.Duration(d.dice.IntN(40_000_000_000)) * time.Microsecond)
		if _, err := x.Record(ctx, d.event("notice", int64(n.ID), verb, at, string(state), string(to), 0, u.ID)); err != nil {
			return err
		}
		if verb == "receive" && d.dice.IntN(3) == 0 {
			c := iru.Clock{Unit: u.ID, About: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Notice: n.ID, Ref: n.Ref, Rule: "tco-1h", Started: at, Due: at.Add(time.Hour), State: iru.ClockRunning}
			if err := x.AddClock(ctx, &c); err != nil {
				return err
			}
			if _, err := x.Record(ctx, d.event("clock", int64(c.ID), "due", c.Due, "", "", 0, u.ID).With("notice", int64(n.ID))); err != nil {
				return err
			}
		}
		if verb == "receive" && d.dice.IntN(4) == 0 {
			e := d.event("notice", int64(n.ID), "correct_receipt", at.Add(time.Minute), "", "", d.people["ada"].ID, u.ID)
			if _, err := x.Record(ctx, e.With("at", at.Add(-30*time.Second).Format(time.RFC3339Nano))); err != nil {
				return err
			}
		}
		state = to
	}
	return nil
}

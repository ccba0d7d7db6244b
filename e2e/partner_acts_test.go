// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// A service is what the members of a day serve at its stages, at one desk that writes down what comes.
type service struct {
	sink  *sim.Sink
	lead  time.Duration // from the lead's release to T0
	acts  int           // of each member at T0, and one before it and one after it
	offer map[*station]offer
}

// An offer is what a member can act on.
type offer struct {
	office    *office
	asset     iru.AssetID
	item      iru.ItemID
	providers []iru.Provider // the last one is a registrar, the one before it preserves
}

// offered enters at a member what its acts are about.
func (v *service) offered(t testing.TB, s *station) offer {
	t.Helper()
	ctx := t.Context()
	people := map[string]iru.Officer{}
	ok(t, s.DB.View(ctx, func(x *db.Tx) error {
		for login, by := range map[string]iru.Scope{"ada": s.ann, "lio": s.ann, "dora": s.ben, "lena": s.cid, "sig": s.dan} {
			o, err := x.Officer(ctx, by.Officer)
			if err != nil {
				return err
			}
			people[login] = o
		}
		return nil
	}))
	o := offer{office: &office{Reader: desktest.Reader{Desk: s.Desk}, t: t, unit: s.unit, people: people}}
	a, err := s.Watch(ctx, s.ann, desk.WatchRequest{Address: "https://halcyon-" + s.name + ".test/", Name: "Halcyon Weather Wire", Reason: "exercise"})
	ok(t, err)
	var i iru.Item
	o.office.read(func(ctx context.Context, x *db.Tx) error {
		i, err = x.ItemByLocator(ctx, a.Unit, a.Locator)
		return err
	})
	_, err = s.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "here", At: time.Now().UTC(), Outcome: iru.Up, Status: 200, Final: a.Locator,
		Manifest: strings.Repeat("ab", 32), Title: "Weather", Lang: "en", Dir: "ltr", Text: "snow line falls tonight", Content: strings.Repeat("cd", 32)})
	ok(t, err)
	_, err = s.Assess(ctx, s.ann, refer(i))
	ok(t, err)
	o.asset, o.item = a.ID, i.ID
	for _, p := range []iru.Provider{
		{Name: "Sink by mail", Site: "sink.test", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@sink.test", Source: "exercise"},
		{Name: "Sink by interface", Site: "sink-api.test", Layer: legal.Platform, Channel: iru.ByAPI, Address: v.sink.Base(), Token: v.sink.Token(), Source: "exercise"},
		{Name: "Sink that preserves", Site: "sink-keeps.test", Layer: legal.Host, Channel: iru.ByMail, Address: "keeps@sink.test", Source: "exercise"},
		{Name: "Sink of names", Site: "sink-names.test", Layer: legal.Registrar, Channel: iru.ByMail, Address: "names@sink.test", Source: "exercise"},
	} {
		p, err := s.EnterProvider(ctx, s.ann, p)
		ok(t, err)
		_, err = o.office.Confirm(ctx, s.ann, p.ID, "exercise")
		ok(t, err)
		_, err = s.Carry(ctx, s.ann, a.ID, p.ID, "exercise")
		ok(t, err)
		o.providers = append(o.providers, p)
	}
	return o
}

// until is how long T0 is ahead.
func (v *service) until() time.Duration { return v.lead }

// draw has a member draft and approve acts for each stage of its operation.
func (v *service) draw(d *day, m *station, op iru.OperationID) {
	d.t.Helper()
	ctx := d.t.Context()
	o, have := v.offer[m]
	if !have {
		o = v.offered(d.t, m)
		v.offer[m] = o
	}
	var who []iru.Participant
	o.office.read(func(ctx context.Context, x *db.Tx) (err error) { who, err = x.Participants(ctx, op); return err })
	for _, p := range who {
		if p.Unit == m.unit {
			_, err := m.ProposeTask(ctx, m.ben, desk.TaskRequest{Operation: op, Participant: p.ID, Asset: o.asset, Provider: o.providers[2].ID, Layer: legal.Host, Role: iru.RoleSeizeServers, Instrument: legal.Referral, Stage: iru.StagePreservation})
			ok(d.t, err)
		}
	}
	draft := func(p iru.Provider, instrument legal.Instrument) {
		d.t.Helper()
		n, err := m.Draft(ctx, m.ben, desk.DraftRequest{Asset: o.asset, Item: o.item, Provider: p.ID, Layer: p.Layer, Instrument: instrument, Operation: op})
		ok(d.t, err)
		_, err = o.office.approve(n)
		ok(d.t, err)
	}
	draft(o.providers[2], legal.Referral)
	for n := range v.acts {
		draft(o.providers[n%2], legal.Referral)
	}
	draft(o.providers[3], legal.RegistrarReport)
}

// wait lets the mishaps of the day fall between the first instant and the last, and waits until everything has left.
func (v *service) wait(d *day) {
	d.t.Helper()
	ctx := d.t.Context()
	end := d.now(d.members[0]).RegistrarAt.Add(2 * time.Second)
	if end.Before(time.Now()) {
		d.t.Fatalf("no stage is ahead: %s", end)
	}
	for pause := time.Until(end) / time.Duration(len(d.blows)+1); len(d.blows) > 0; d.blow() {
		time.Sleep(time.Duration(d.random.Int64N(int64(2 * pause))))
	}
	for _, m := range d.members {
		when(m, "every act has left", func(x *db.Tx) ([]iru.Notice, error) { return x.Tasks(ctx, m.ann, d.own[m].ID) }, func(ns []iru.Notice) bool {
			for _, n := range ns {
				if n.SentAt.IsZero() {
					return false
				}
			}
			return len(ns) == v.acts+2
		})
	}
}

// compare holds what arrived against what was released: each act, not before the instant of its stage, and no other one. Whoever was killed between a letter and
// the note that it left sends it again under the same key, once for a kill at most.
func (v *service) compare(d *day) {
	t, ctx := d.t, d.t.Context()
	t.Helper()
	at := map[string][]time.Time{}
	for _, a := range v.sink.Arrivals() {
		at[a.Key] = append(at[a.Key], a.At)
	}
	acts, again := 0, 0
	stages := map[iru.Stage]int{}
	for _, s := range d.all {
		ok(t, s.DB.View(ctx, func(x *db.Tx) error {
			os, err := x.Operations(ctx, s.ann)
			if err != nil {
				return err
			}
			for _, o := range os {
				ns, err := x.Tasks(ctx, s.ann, o.ID)
				if err != nil {
					return err
				}
				es, err := x.EventsOf(ctx, iru.Subject{Noun: "operation", ID: int64(o.ID)})
				if err != nil {
					return err
				}
				released := false
				for _, e := range es {
					released = released || e.Verb == "release" && e.By == o.Director
				}
				if len(ns) > 0 && !released {
					t.Errorf("%s: acts of %s left without its director's release", s.name, o.Name)
				}
				for _, n := range ns {
					var times []time.Time
					for key, all := range at {
						if strings.Contains(key, n.Key) {
							times = append(times, all...)
							delete(at, key)
						}
					}
					if len(times) == 0 {
						t.Errorf("%s: %s never arrived", s.name, n.Ref)
						continue
					}
					acts, again = acts+1, again+len(times)-1
					stages[n.Stage]++
					for _, a := range times {
						if a.Before(o.Instant(n.Stage)) {
							t.Errorf("%s: %s of stage %s arrived %s before its instant", s.name, n.Ref, n.Stage, o.Instant(n.Stage).Sub(a))
						}
					}
				}
			}
			return nil
		}))
	}
	for key, all := range at {
		t.Errorf("%d letters with %s came of no act", len(all), key)
	}
	t.Logf("%d acts arrived, by stage %v; %d further copies under the same key", acts, stages, again)
	if again > d.kills {
		t.Errorf("%d further copies after %d kills", again, d.kills)
	}
}

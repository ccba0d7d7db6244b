// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// Nothing is sent to who no longer carries the asset; who answered a poll on it answers again.
func TestCarrierMoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, _ := u.joint()
		a := u.asset(ours.Asset)
		carriers := func() []iru.Carrier {
			return view(u, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a.ID) })
		}
		host := func(name string) {
			t.Helper()
			must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: name, Layer: legal.Host, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "RDAP"}}))
		}
		before := len(carriers())
		host("Birchrack")
		if len(carriers()) != before || u.polls(o.ID)[ours.Unit] != iru.PollGo {
			t.Errorf("the same host changed something: %+v, %v", carriers(), u.polls(o.ID))
		}
		must(t, u.RecordCarriers(ctx, a.ID, nil))
		if len(carriers()) != before {
			t.Error("a probe that found nothing took everything away")
		}
		must(t, u.AddCarriers(ctx, a.ID, []desk.Carriage{{Name: "Elder Cloud", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@elder.test", Source: "RDAP"}}))
		if len(carriers()) != before+1 || u.polls(o.ID)[ours.Unit] != iru.PollGo {
			t.Errorf("what could be found out of some took the others away: %+v", carriers())
		}
		host("Cedar Cloud")
		for _, c := range carriers() {
			if c.Provider == ours.Provider && c.Layer == legal.Host {
				t.Error("the old host still carries it")
			}
		}
		if p := u.polls(o.ID); p[ours.Unit] != iru.PollOpen {
			t.Errorf("the host moved, and the answers stand: %v", p)
		}
		for _, who := range []string{"ben", "brit"} {
			_, err := u.Poll(ctx, u.scope(who), o.ID, iru.PollGo, "")
			must(t, err)
		}
		_, err := u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		refused(t, "released to the old host", err, iru.Conflict, "Birchrack no longer carries")
		// An officer's word is not taken back by a probe.
		_, err = u.Carry(ctx, u.scope("ben"), a.ID, ours.Provider, "their own answer on the telephone")
		must(t, err)
		host("Cedar Cloud")
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		must(t, err)
		u.whole()
	})
}

// What is known of the carriers of a watched asset is found out anew after a week.
func TestReprobe(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, i, _ := u.watched(ctx)
	for _, c := range []struct {
		later time.Duration
		want  int
	}{{24 * time.Hour, 0}, {7 * 24 * time.Hour, 1}} {
		u.drop()
		u.later(c.later)
		_, err := u.RecordCapture(ctx, captured(u.item(i.ID), u.now, "snow"))
		must(t, err)
		if u.jobs("probe") != c.want {
			t.Errorf("after %s: %d probes", c.later, u.jobs("probe"))
		}
	}
}

// A file host carries what lies under its own name, as a store does; its own front page is its own. What was gone for a moment and is up again may have
// moved: who carries it is found out at once.
func TestWhoCarriesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.Rules.Platforms = map[string]iru.AssetKind{"hollow.test": iru.Mirror}
		for _, site := range []string{"hollow.test", "dune.test"} {
			_, err := u.EnterProvider(ctx, u.scope("ben"), iru.Provider{Name: "Host of " + site, Site: site, Layer: legal.Host, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@" + site, Source: "x"})
			must(t, err)
		}
		for address, want := range map[string]int{"https://files.hollow.test/f/month": 1, "https://dune.test/": 0} {
			a, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: address, Name: "Halcyon Weather Wire"})
			must(t, err)
			must(t, u.RecordCarriers(ctx, a.ID, nil))
			if got := view(u, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a.ID) }); len(got) != want || want == 1 && got[0].Layer != legal.Host {
				t.Errorf("%s is carried by %+v", address, got)
			}
			u.drop()
			u.look(a.ID, iru.Up, iru.Up)
			u.look(a.ID, iru.Gone, iru.Up)
			if n := u.jobs("probe"); n != 0 {
				t.Errorf("%s is probed %d times while it is gone for a moment", address, n)
			}
			u.look(a.ID, iru.Up, iru.Up)
			u.look(a.ID, iru.Gone, iru.Gone)
			u.look(a.ID, iru.Up, iru.Up)
			if n := u.jobs("probe"); n != 1 {
				t.Errorf("%s was gone for a moment, and who carries it is asked %d times", address, n)
			}
		}
	})
}

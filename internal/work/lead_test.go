// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/sim"
)

// On the range, the jobs find a name that looks like an outlet's and exists, take no company's name for a neighbour, and find that a name which was gone is
// back, which has the address looked at at once.
func TestNamesOnTheRange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, err := sim.Scenario("s2")
		must(t, err)
		first := w.Assets[0] // halcyon-weather.test
		twin, other := first, w.Assets[len(w.Assets)-1]
		twin.ID, twin.Locator, twin.Key = "hw-twin", "https://halcyon-twin.test/", ""
		other.ID, other.Kind, other.Locator, other.Host, other.Addr, other.Key = "in-alike", sim.Site, "https://halcyon-wether.test/", first.Host, first.Addr, ""
		w.Assets = append(w.Assets, twin, other)
		for _, n := range []string{"halcyon-twin.test", "halcyon-wether.test"} {
			w.Domains = append(w.Domains, sim.Domain{Name: n, Registrar: "alder", DNS: "alder"})
		}
		w.Reactions = append(w.Reactions, sim.Reaction{Does: sim.Hold, Asset: first.ID, After: sim.Delay{Median: time.Hour}}, sim.Reaction{Does: sim.Release, Asset: first.ID, After: sim.Delay{Median: 3 * time.Hour}})
		r, err := sim.Start(t.Context(), sim.Options{Seed: 1, World: &w, Virtual: true})
		must(t, err)
		t.Cleanup(r.Close)
		s, ctx := newScene(t, d), t.Context()
		s.asking = time.Microsecond
		n := fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: r.Ports(), Roots: r.Roots(), Local: netip.MustParseAddr("127.80.0.7"), Resolver: r.Resolver()}
		s.Vantages = []*fetch.Client{fetch.New(n, fetch.Limits{}, nil, "iolaus-test")}
		s.Desk.Rules.Permute, s.Desk.Rules.Registration = time.Hour, time.Hour
		s.Desk.Rules.Agreement = iru.Agreement{Points: 1, Rounds: 1}
		a, _ := s.watch(first.Locator)
		b, _ := s.watch(twin.Locator)
		found := func(address string) (by string) {
			s.ok(d.View(ctx, func(x *db.Tx) error {
				ls, err := x.LeadsAfter(ctx, s.scope, 0, 0, 200)
				for _, l := range ls {
					if l.Address == address {
						by = fmt.Sprintf("%s from %d", l.Source, l.Path.From)
					}
				}
				return err
			}))
			return by
		}
		if err := (&permuter{Crew: s.Crew}).Work(ctx, &river.Job[desk.Permute]{JobRow: &rivertype.JobRow{}, Args: desk.Permute{Asset: a.ID}}); err == nil {
			t.Error("it does not ask again")
		}
		if by := found(other.Locator); by != fmt.Sprintf("permutation from %d", a.ID) {
			t.Errorf("the name that looks alike is found by %q", by)
		}
		for _, x := range []iru.Asset{a, b} { // name servers, registrars and addresses of the range serve everybody: none of them is an outlet's
			if ls, err := s.neighbours(ctx, x, located(t, x.Locator)); err != nil || len(ls) != 0 {
				t.Errorf("beside %s: %+v, %v", x.Locator, ls, err)
			}
		}
		again := func() (iru.Asset, error) {
			err := (&registrant{Crew: s.Crew}).Work(ctx, &river.Job[desk.Registration]{JobRow: &rivertype.JobRow{}, Args: desk.Registration{Asset: a.ID}})
			return s.now(a.ID), err
		}
		r.Advance(2 * time.Hour) // held
		_, err = s.round(ctx, s.now(a.ID))
		s.ok(err)
		if x, err := again(); x.State != iru.AssetDown || err == nil {
			t.Errorf("held: %s, asked again: %v", x.State, err)
		}
		r.Advance(2 * time.Hour) // released
		if x, err := again(); x.State != iru.AssetReturned || err != nil {
			t.Errorf("its name is back: %s, %v", x.State, err)
		}
	})
}

func located(t *testing.T, address string) locator.Locator {
	t.Helper()
	l, err := locator.Parse(address)
	must(t, err)
	return l
}

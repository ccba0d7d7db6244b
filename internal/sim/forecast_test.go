// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/rehearse"
)

// A trial is a scenario served in one way, with questions about it: each a set of assets and lengths of darkness.
type trial struct {
	scenario string
	services []Service
	again    *time.Duration
	horizon  time.Duration
	roots    []darkRoot
}

type darkRoot struct {
	name    string
	assets  []string
	lengths []time.Duration
}

// answerAfter is how long the unit of a trial takes to answer a desk.
const answerAfter = time.Hour

func hours(n ...float64) (out []time.Duration) {
	for _, x := range n {
		out = append(out, time.Duration(x*float64(hour)))
	}
	return out
}

// assetsOf lists an outlet's assets, also those that are still to come.
func assetsOf(w World, outlet string, kinds ...Kind) (ids []string) {
	for _, a := range w.Assets {
		if a.Outlet == outlet && (len(kinds) == 0 || slices.Contains(kinds, a.Kind)) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// served gives each asset an act of a kind that its provider takes; hosts that refuse are passed over for the registrar.
func served(w World, outlet string, early map[string]time.Duration) (out []Service) {
	for _, a := range w.Assets {
		if a.Outlet != outlet {
			continue
		}
		p, _ := w.provider(a.Host)
		s := Service{Asset: a.ID, Provider: p.ID, Instrument: RemovalOrder, After: early[p.ID]}
		if p.Kind == CDN {
			s.Instrument = OrderToAct
		}
		if p.Desk.Habit.Manner == Refuses {
			d, _ := w.domain(registered(a.hostname()))
			s.Provider, s.Instrument = d.Registrar, RegistrarReport
		}
		out = append(out, s)
	}
	return out
}

// trials are those of S2, S3 and S7: at once, with slow desks served before; a hydra that is followed; a wave over a week.
func trials(t testing.TB) []trial {
	t.Helper()
	world := func(name string) World {
		w, err := Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	s2, s3, s7 := world("s2"), world("s3"), world("s7")
	long, short := 12*hour, 4*hour
	early := map[string]time.Duration{"linkshelf": -38 * hour}
	t2 := trial{scenario: "s2", services: append(served(s2, "halcyon", early), served(s2, "northline", nil)...), again: &long, horizon: 48 * hour, roots: []darkRoot{
		{"halcyon", assetsOf(s2, "halcyon"), hours(1, 6, 10, 12, 13, 14, 15, 16, 18, 24)},
		{"northline", assetsOf(s2, "northline"), hours(1, 24, 41, 41.5, 42, 43)},
	}}
	t3 := trial{scenario: "s3", services: served(s3, "tideway", map[string]time.Duration{"linkshelf": -38 * hour}), again: &short, horizon: 72 * hour, roots: []darkRoot{
		{"tideway", assetsOf(s3, "tideway"), hours(1, 6, 8, 9, 10, 12, 14, 16, 18, 20, 24, 30, 36)},
	}}
	t7 := trial{scenario: "s7", horizon: 14 * 24 * hour}
	for _, s := range s7.Wave {
		t7.services = append(t7.services, Service{Asset: s.Asset, After: s.After.Median})
	}
	t7.roots = []darkRoot{{"halcyon", assetsOf(s7, "halcyon"), hours(1, 6, 24)}, {"northline", assetsOf(s7, "northline"), hours(1, 6, 24)},
		{"Halcyon Météo", []string{"hw-fr"}, hours(1, 6, 8, 10, 12, 16, 24)},
		{"Northline Trains", []string{"nl-en", "nl-en-spare-2"}, hours(6, 8, 10, 12, 16, 24)},
		{"Halcyon in Arabic", []string{"hw-ar"}, hours(6, 8, 10, 12, 16, 24)}}
	return []trial{t2, t3, t7}
}

// out plays the trial once on the range and gives the longest time for which each root was dark, from T0 on, out of the truth ledger.
func (x trial) out(t testing.TB, seed int64) []time.Duration {
	t.Helper()
	r := start(t, Options{Seed: seed, Scenario: x.scenario, Virtual: true, Wave: x.scenario == "s7"})
	defer r.Close()
	first := time.Duration(0)
	for _, s := range x.services {
		first = min(first, s.After)
	}
	u := trialUnit{r: r, x: x, begin: -first, seen: map[string]bool{}}
	if x.scenario != "s7" {
		for _, s := range x.services {
			a, _ := r.world.asset(s.Asset)
			if !a.Latent {
				r.agenda.after(s.After-first, func() { u.serve(s) })
			}
		}
		r.agenda.after(0, u.look)
	}
	r.Advance(x.horizon - first)
	truth := r.Truth()
	var out []time.Duration
	for _, root := range x.roots {
		var up [][2]time.Duration
		for _, a := range truth.Assets {
			if !slices.Contains(root.assets, a.ID) {
				continue
			}
			for _, s := range a.Spans {
				if s.Effect != None && s.Partial == "" {
					continue
				}
				until := x.horizon
				if !s.Until.IsZero() {
					until = s.Until.Sub(Epoch) - u.begin
				}
				up = append(up, [2]time.Duration{s.From.Sub(Epoch) - u.begin, until})
			}
		}
		slices.SortFunc(up, func(a, b [2]time.Duration) int { return int(a[0] - b[0]) })
		at, long := time.Duration(0), time.Duration(0)
		for _, s := range up {
			long = max(long, min(s[0], x.horizon)-at)
			at = max(at, s[1])
		}
		out = append(out, max(long, x.horizon-at))
	}
	return out
}

// A trialUnit serves, answers desks that ask, and serves again on what has come up.
type trialUnit struct {
	r     *Range
	x     trial
	begin time.Duration // T0 in story time
	seen  map[string]bool
}

func (u *trialUnit) serve(s Service) {
	a, _ := u.r.world.asset(s.Asset)
	d := u.r.desks[s.Provider]
	_, err := d.receive(incoming{via: "api", key: s.Provider + s.Asset, reference: s.Asset, instrument: string(s.Instrument), targets: []string{a.Locator}})
	if err != nil {
		u.r.fail("serve", err)
	}
}

// look comes by each half hour; what it finds is answered at its time, not at the look's.
func (u *trialUnit) look() {
	now := u.r.agenda.story()
	for _, d := range u.r.desks {
		for _, n := range d.truth().Notices {
			if n.State != "clarification" || u.seen[n.Key] {
				continue
			}
			u.seen[n.Key] = true
			asked := n.Answers[len(n.Answers)-1].At.Sub(Epoch)
			u.r.agenda.after(asked+answerAfter-now, func() {
				if _, err := d.receive(incoming{via: "api", key: n.Key + " answer", reference: n.Reference}); err != nil {
					u.r.fail("answer", err)
				}
			})
		}
	}
	for _, s := range u.x.services {
		a, _ := u.r.world.asset(s.Asset)
		if !a.Latent || u.seen[a.ID] || !u.r.estate.live(a.ID) || u.x.again == nil {
			continue
		}
		u.seen[a.ID] = true
		u.r.estate.mu.RLock()
		raised := u.r.estate.byID[a.ID].spans[0].From.Sub(Epoch)
		u.r.estate.mu.RUnlock()
		u.r.agenda.after(raised+*u.x.again-now, func() { u.serve(s) })
	}
	u.r.agenda.after(hour/2, u.look)
}

// forecast predicts the trial from the world's habits alone.
func (x trial) forecast(t testing.TB, root darkRoot, runs int) *rehearse.Result {
	t.Helper()
	w, err := Scenario(x.scenario)
	if err != nil {
		t.Fatal(err)
	}
	tree, plan, a, err := w.Forecast(root.assets, x.services, x.again, answerAfter)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rehearse.New(tree, plan, a, Epoch)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Play(rehearse.Play{Runs: runs, Seed: 1, Horizon: x.horizon, Ask: root.lengths}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &out
}

// compare plays each trial for many seeds beside its forecast and gives the largest difference of a chance.
func (x trial) compare(t testing.TB, seeds, runs int) (worst float64, questions int, table string) {
	t.Helper()
	longest := make([][]time.Duration, len(x.roots))
	for seed := range seeds {
		for n, d := range x.out(t, int64(seed+1)) {
			longest[n] = append(longest[n], d)
		}
	}
	var b strings.Builder
	for n, root := range x.roots {
		f := x.forecast(t, root, runs)
		for i, length := range root.lengths {
			k := 0
			for _, d := range longest[n] {
				if d >= length {
					k++
				}
			}
			truth := float64(k) / float64(seeds)
			fmt.Fprintf(&b, "%s %-20s at least %5.1f h dark: predicted %.3f, played %.3f\n", x.scenario, root.name, length.Hours(), f.Asked[i].Share, truth)
			worst = max(worst, math.Abs(f.Asked[i].Share-truth))
			questions++
		}
	}
	return worst, questions, b.String()
}

// What is predicted comes about: forty seeds are few, so the bound is that of their chance (three deviations of a share of a half).
func TestForecast(t *testing.T) {
	for _, x := range trials(t) {
		worst, _, table := x.compare(t, 40, 2000)
		if worst > 3*.5/math.Sqrt(40) {
			t.Errorf("%s: prediction and range differ by %.3f:\n%s", x.scenario, worst, table)
		}
	}
}

// BenchmarkForecast is the predicted chance of dark against the truth ledger, over 1,000 seeds of the range on its virtual clock. The bound
// asked for is .05.
func BenchmarkForecast(b *testing.B) {
	for b.Loop() {
		worst, questions := 0., 0
		for _, x := range trials(b) {
			w, n, table := x.compare(b, 1000, 20_000)
			b.Log("\n" + table)
			b.ReportMetric(w, x.scenario+"_difference")
			worst, questions = max(worst, w), questions+n
		}
		b.ReportMetric(worst, "worst_difference")
		b.ReportMetric(float64(questions), "chances")
		b.ReportMetric(1000, "seeds")
	}
}

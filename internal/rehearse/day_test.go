// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/plan"
)

// desks is an outlet of three sites, each at a desk of its own way.
func desks() (plan.Tree, Assumptions) {
	tree := plan.Tree{Root: "outlet", Nodes: []plan.Node{{ID: "outlet", Any: []string{"name:a", "host:b", "account:c"}}, {ID: "name:a"}, {ID: "host:b"}, {ID: "account:c"}},
		Measures: []plan.Measure{{ID: "hold a", Fells: []string{"name:a"}, Cost: 1}, {ID: "remove b", Fells: []string{"host:b"}, Cost: 1}, {ID: "report c", Fells: []string{"account:c"}, Cost: 1},
			{ID: "order c", Fells: []string{"account:c"}, Cost: 2}}}
	a := Defaults()
	fixed := func(d time.Duration) Delay { return Delay{Median: d, Source: Assumed} }
	acts := Habit{Manner: Acts, Ack: fixed(30 * time.Minute), Act: fixed(2 * time.Hour), Source: Assumed}
	a.Addressees = map[string]Addressee{
		"vienna":   {State: "AT", Habits: map[string]Habit{"*": acts}},
		"helsinki": {State: "FI", Languages: []string{"fi"}, Habits: map[string]Habit{"*": acts}},
		"pond":     {Zone: "America/New_York", Always: true, Habits: map[string]Habit{"referral": {Manner: Order, Source: "its record"}, "order_to_act": {Manner: Acts, Act: fixed(20 * time.Minute), Source: "its record"}}},
	}
	a.Measures = map[string]Measure{"hold a": {Addressee: "vienna"}, "remove b": {Addressee: "helsinki", Language: "en", Translated: true}, "report c": {Addressee: "pond", Instrument: "referral"},
		"order c": {Addressee: "pond", Instrument: "order_to_act"}}
	return tree, a
}

var three = []string{"hold a", "remove b", "report c"}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 MST", s+" UTC")
	if err != nil {
		panic(err)
	}
	return t
}

func TestTheDay(t *testing.T) {
	tree, _ := desks()
	for _, c := range []struct {
		name, t0 string
		change   func(a *Assumptions)
		measure  string
		stand    Stand
		acted    string // of the measure
	}{
		// Vienna is at UTC+1 until 29 March 2026 and at UTC+2 from there; its desk works from 09:00 to 17:00.
		{"at work", "2026-03-02 09:00", nil, "hold a", Working, "2026-03-02 11:30"},
		{"in summer", "2026-03-30 05:00", nil, "hold a", Closed, "2026-03-30 09:30"},
		{"late on Friday", "2026-03-06 15:30", nil, "hold a", Closed, "2026-03-09 10:00"}, // half an hour of work on Friday, the rest on Monday
		{"over Easter", "2026-04-03 16:00", nil, "hold a", Closed, "2026-04-07 09:30"},    // Easter Monday is free, Good Friday is not
		{"over the change of clocks", "2026-03-27 16:30", nil, "hold a", Closed, "2026-03-30 09:30"},
		{"a day of its own", "2026-03-02 09:00", func(a *Assumptions) { edit(a, "vienna", func(d *Addressee) { d.Holidays = []string{"2026-03-02"} }) }, "hold a", Closed, "2026-03-03 10:30"},
		{"works on a holiday", "2026-04-06 09:00", func(a *Assumptions) { edit(a, "vienna", func(d *Addressee) { d.Works = []string{"2026-04-06"} }) }, "hold a", Working, "2026-04-06 11:30"},
		{"needs an order", "2026-03-02 09:00", nil, "report c", NeedsOrder, ""},
		{"not translated", "2026-03-02 09:00", func(a *Assumptions) { a.Measures["remove b"] = Measure{Addressee: "helsinki", Language: "en"} }, "remove b", Translating, "2026-03-03 11:30"},
		{"reads it", "2026-03-02 09:00", func(a *Assumptions) { a.Measures["remove b"] = Measure{Addressee: "helsinki", Language: "fi"} }, "remove b", Working, "2026-03-02 11:30"},
		{"served before", "2026-03-02 12:00", func(a *Assumptions) { a.Measures["hold a"] = Measure{Addressee: "vienna", Stage: -135 * time.Minute} }, "hold a", Cached, "2026-03-02 12:15"},
		{"well before", "2026-03-02 12:00", func(a *Assumptions) { a.Measures["hold a"] = Measure{Addressee: "vienna", Stage: -4 * time.Hour} }, "hold a", Felt, "2026-03-02 10:30"},
		{"served later", "2026-03-02 09:00", func(a *Assumptions) { a.Measures["hold a"] = Measure{Addressee: "vienna", Stage: 90 * time.Minute} }, "hold a", Unserved, "2026-03-02 13:00"},
		{"not valid yet", "2026-03-02 09:00", func(a *Assumptions) {
			a.Measures["hold a"] = Measure{Addressee: "vienna", From: at("2026-03-02 11:00")}
		}, "hold a", Early, "2026-03-02 13:30"},
		{"lapsed", "2026-03-02 09:00", func(a *Assumptions) {
			a.Measures["hold a"] = Measure{Addressee: "vienna", Until: at("2026-03-02 11:00")}
		}, "hold a", Lapsed, ""},
		{"lapsed when served", "2026-03-02 09:00", func(a *Assumptions) {
			a.Measures["hold a"] = Measure{Addressee: "vienna", Until: at("2026-03-01 11:00")}
		}, "hold a", Lapsed, ""},
		{"refused", "2026-03-02 09:00", manner(Refuses), "hold a", Refused, ""},
		{"silent", "2026-03-02 09:00", manner(Silent), "hold a", Unanswered, ""},
		{"bounced", "2026-03-02 09:00", manner(Bounces), "hold a", Undelivered, ""},
		{"asks", "2026-03-02 08:00", manner(Clarifies), "hold a", Asking, "2026-03-02 12:00"}, // half an hour twice, the unit's hour, two hours
		{"rather not", "2026-03-02 09:00", func(a *Assumptions) {
			a.Measures["hold a"] = Measure{Addressee: "vienna", Chance: Chance{.2, "its record"}}
		}, "hold a", Unlikely, "2026-03-02 11:30"},
	} {
		_, a := desks()
		if c.change != nil {
			c.change(&a)
		}
		r, err := New(tree, three, a, at(c.t0))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		p := r.At(time.Hour)
		s := p.Steps[slices.Index(three, c.measure)]
		acted := ""
		if !s.Acted.IsZero() {
			acted = s.Acted.UTC().Format("2006-01-02 15:04")
		}
		if s.Stand != c.stand || acted != c.acted {
			t.Errorf("%s: %s, acted %s; want %s, %s", c.name, s.Stand, acted, c.stand, c.acted)
		}
		if len(p.Ways) == 0 || p.Dark {
			t.Errorf("%s: it is up and no way is told", c.name)
		}
	}
}

func edit(a *Assumptions, id string, f func(d *Addressee)) {
	d := a.Addressees[id]
	f(&d)
	a.Addressees[id] = d
}

func manner(m Manner) func(a *Assumptions) {
	return func(a *Assumptions) {
		edit(a, "vienna", func(d *Addressee) {
			h := d.Habits["*"]
			h.Manner = m
			d.Habits = map[string]Habit{"*": h}
		})
	}
}

// Each advice is followed, and then it is as was said.
func TestAdviceHelps(t *testing.T) {
	tree, a := desks()
	a.Measures["remove b"] = Measure{Addressee: "helsinki", Language: "en", Stage: -4 * time.Hour}
	r, err := New(tree, three, a, at("2026-03-07 12:00")) // a Saturday
	if err != nil {
		t.Fatal(err)
	}
	p := r.At(time.Hour)
	if p.Felt != 0 || p.Dark {
		t.Fatalf("on a Saturday %d of 3 are felt", p.Felt)
	}
	plan, did := slices.Clone(three), map[Do]int{}
	for _, x := range p.Advice {
		did[x.Do]++
		m := a.Measures[x.Measure]
		switch x.Do {
		case Earlier:
			m.Stage = x.At.Sub(r.T0())
		case Translate:
			m.Translated, m.Stage = true, x.At.Sub(r.T0())
		case OtherWay:
			plan[slices.Index(plan, x.Measure)] = x.Instead
			continue
		}
		a.Measures[x.Measure] = m
	}
	if did[Earlier] != 1 || did[Translate] != 1 || did[OtherWay] != 1 {
		t.Fatalf("advice: %+v", p.Advice)
	}
	if r, err = New(tree, plan, a, at("2026-03-07 12:00")); err != nil {
		t.Fatal(err)
	}
	if p = r.At(time.Hour); p.Felt != 3 || !p.Dark || len(p.Ways) != 0 || len(p.Advice) != 0 {
		t.Errorf("after the advice %d of 3 are felt; %+v", p.Felt, p.Advice)
	}
}

// On a weekday the desks are at work: the week's best hour is one, and it is advised.
func TestOtherTimeIsAdvised(t *testing.T) {
	tree, a := desks()
	r, err := New(tree, []string{"hold a", "remove b", "order c"}, a, at("2026-03-07 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	p := r.At(4 * time.Hour)
	if n := len(p.Advice); n == 0 || p.Advice[n-1].Do != OtherTime {
		t.Fatalf("advice: %+v", p.Advice)
	}
	if r, err = New(tree, []string{"hold a", "remove b", "order c"}, a, p.Advice[len(p.Advice)-1].At); err != nil {
		t.Fatal(err)
	}
	if p = r.At(4 * time.Hour); !p.Dark || p.Felt != 3 {
		t.Errorf("at the advised T0 %d of 3 are felt", p.Felt)
	}
	hours := r.Hours(4 * time.Hour)
	if best := hours[Best(hours)]; len(hours) != 168 || best.T0.Weekday() == time.Saturday || best.T0.Weekday() == time.Sunday {
		t.Errorf("the best of %d hours is %s", len(hours), best.T0.Format(time.RFC1123))
	}
}

// The best hour is the best of a count by hand: the only desk works on Tuesdays from 10:00 to 12:00 in Tokyo and needs 90 minutes.
func TestBestHour(t *testing.T) {
	tree := plan.Tree{Root: "x", Nodes: []plan.Node{{ID: "x"}}, Measures: []plan.Measure{{ID: "m", Fells: []string{"x"}}}}
	a := Defaults()
	a.Addressees = map[string]Addressee{"d": {Zone: "Asia/Tokyo", Hours: []Window{{[]int{2}, "10:00", "12:00"}}, Habits: map[string]Habit{"*": {Manner: Acts, Act: Delay{Median: 90 * time.Minute, Source: Assumed}, Source: Assumed}}}}
	a.Measures = map[string]Measure{"m": {Addressee: "d"}}
	r, err := New(tree, []string{"m"}, a, at("2026-03-02 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]string{90 * time.Minute: "2026-03-03 01:00", 4 * time.Hour: "2026-03-03 01:00"} {
		hours := r.Hours(after)
		if got := hours[Best(hours)]; got.T0.Format("2006-01-02 15:04") != want || !got.Dark || got.Till != 90*time.Minute {
			t.Errorf("best for T+%s: %+v, want %s", after, got, want)
		}
	}
}

func TestHolidays(t *testing.T) {
	for _, c := range []struct {
		state, day string
		want       bool
	}{{"AT", "2026-10-26", true}, {"AT", "2026-04-03", false}, {"DE", "2026-04-03", true}, {"GR", "2026-04-13", true}, {"GR", "2026-04-06", false}, {"RO", "2027-05-03", true}, {"IE", "2026-10-26", true}, {"IE", "2026-10-19", false},
		{"GB", "2026-08-31", true}, {"GB", "2026-08-24", false}, {"FI", "2026-06-20", true}, {"FI", "2026-06-27", false}, {"SE", "2027-06-26", true}, {"IS", "2026-04-23", true}, {"FR", "2026-07-14", true}, {"XA", "2026-12-25", false}, {"", "2026-12-25", false}} {
		d, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := Holiday(c.state, d); got != c.want {
			t.Errorf("%s in %s: holiday %t", c.day, c.state, got)
		}
	}
	for state, rules := range holidays {
		n := 0
		for d := at("2026-01-01 00:00"); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
			if Holiday(state, d) {
				n++
			}
		}
		if want := len(strings.Fields(rules)); n < want-1 || n > want { // two rules may meet on one day
			t.Errorf("%s has %d days in 2026 and %d rules", state, n, want)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"iolaus/internal/plan"
)

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{``, "ends before"},
		{`{`, "ends before"},
		{"{\n\"kinds\": 5}", "line 2"},
		{`{} {}`, "after the end"},
		{`{"complianse": {"value": 1, "source": "x"}}`, `unknown field "complianse"`},
		{`{"compliance": {"value": 1.2, "source": "x"}}`, "from 0 to 1"},
		{`{"compliance": {"value": -0.1, "source": "x"}}`, "from 0 to 1"},
		{`{"compliance": {"value": 0.5}}`, "no source"},
		{`{"kinds": {"name": {"back": {"median": "-24h", "source": "x"}}}}`, "not negative"},
		{`{"kinds": {"name": {"back": {"median": "24", "source": "x"}}}}`, "is no time"},
		{`{"kinds": {"name": {"back": {"source": "x"}}}}`, "no median"},
		{`{"kinds": {"name": {"back": {"median": "24h"}}}}`, "no source"},
		{`{"kinds": {"name": {"back": {"median": "24h", "law": "weibull", "source": "x"}}}}`, "fixed, log-normal or exponential"},
		{`{"kinds": {"name": {"back": {"median": "24h", "sigma": 9, "source": "x"}}}}`, "sigma"},
		{`{"kinds": {"name": {"back": {"median": "24h", "sigma": 1, "law": "exponential", "source": "x"}}}}`, "only log-normal"},
		{`{"kinds": {"name": {"back": {"median": "24h", "never": true, "source": "x"}}}}`, "leave out one"},
		{`{"kinds": {"name": {"back": {"median": "99999d", "source": "x"}}}}`, "is no time"},
		{`{"addressees": {"d": {"zone": "Europe/Atlantis"}}}`, `no time zone "Europe/Atlantis"`},
		{`{"addressees": {"d": {"zone": "Local"}}}`, "no time zone"},
		{`{"addressees": {"d": {"state": "Austria"}}}`, "two capital letters"},
		{`{"addressees": {"d": {"hours": [{"days": [1], "from": "17:00", "to": "09:00"}]}}}`, "window"},
		{`{"addressees": {"d": {"hours": [{"days": [7], "from": "09:00", "to": "17:00"}]}}}`, "window"},
		{`{"addressees": {"d": {"holidays": ["2026-02-30"]}}}`, "no day"},
		{`{"addressees": {"d": {"habits": {"*": {"manner": "shrugs", "source": "x"}}}}}`, "manner"},
		{`{"addressees": {"d": {"habits": {"*": {"manner": "acts"}}}}}`, "no source"},
		{`{"addressees": {"d": {"habits": {"*": {"manner": "acts", "source": "x", "ack": {"median": "1h"}}}}}}`, "no source"},
		{`{"addressees": {"d": {"habits": {"*": {"manner": "acts", "source": "x", "chance": {"value": 7, "source": "x"}}}}}}`, "from 0 to 1"},
		{`{"measures": {"m": {"addressee": "nobody"}}}`, "addressees do not have"},
		{`{"measures": {"m": {"stage": "soon"}}}`, "is no time"},
		{`{"measures": {"m": {"stage": "400d"}}}`, "a year"},
		{`{"measures": {"m": {"from": "2026-03-02T10:00:00Z", "until": "2026-03-02T09:00:00Z"}}}`, "the end comes first"},
		{`{"measures": {"m": {"from": "Monday"}}}`, "parsing time"},
		{`{"parts": {"p": {"kind": "cloud"}}}`, "kinds do not have"},
		{`{"again": {"median": "-1h", "source": "x"}}`, "not negative"},
		{`{"successions": [{"on": "a", "raises": "b", "after": {"median": "1h"}}]}`, "no source"},
		{strings.Repeat("[", 20_000), "max depth"},
	} {
		_, err := Read(strings.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.90s: %v; want %q", c.file, err, c.want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		a := Defaults()
		a.Compliance.Value = v
		if err := a.Check(); err == nil {
			t.Errorf("a compliance of %v passes", v)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	tree, a := desks()
	for _, c := range []struct {
		name     string
		measures []string
		change   func(a *Assumptions)
		t0       time.Time
		want     string
	}{
		{"no plan", nil, nil, monday, "no measure"},
		{"unknown measure", []string{"hold z"}, nil, monday, `"hold z" of the plan`},
		{"twice", []string{"hold a", "hold a"}, nil, monday, "twice"},
		{"no T0", three, nil, time.Time{}, "T0 lies in the year 1"},
		{"unknown measure in the assumptions", three, func(a *Assumptions) { a.Measures["hold z"] = Measure{} }, monday, `"hold z" of the assumptions`},
		{"unknown part", three, func(a *Assumptions) { a.Parts = map[string]Part{"z": {}} }, monday, `part "z"`},
		{"a latent gate", three, func(a *Assumptions) { a.Parts = map[string]Part{"outlet": {Latent: true}} }, monday, "only a leaf"},
		{"succession into nowhere", three, func(a *Assumptions) { a.Successions = []Succession{{"name:a", "z", Delay{Source: "x"}}} }, monday, "must be nodes"},
		{"succession of what is there", three, func(a *Assumptions) { a.Successions = []Succession{{"name:a", "host:b", Delay{Source: "x"}}} }, monday, "latent"},
	} {
		if _, a = desks(); c.change != nil {
			c.change(&a)
		}
		if _, err := New(tree, c.measures, a, c.t0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
	r, err := New(tree, three, Defaults(), monday)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Play{{Runs: -1}, {Runs: MaxRuns + 1}, {Horizon: time.Minute}, {Dark: 99 * Week}, {Spread: -1}, {Spread: 99 * Week}} {
		if _, err := r.Play(p, nil); err == nil {
			t.Errorf("%+v was played", p)
		}
	}
	if _, err := r.Play(Play{}, func() bool { return true }); err == nil || !strings.Contains(err.Error(), "stopped after 0 of 2000") {
		t.Errorf("a play that was stopped: %v", err)
	}
}

func TestAssumptionsAreWrittenAsRead(t *testing.T) {
	_, a := desks()
	a.Again = &Delay{Median: 90 * time.Minute, Sigma: .5, Max: 48 * time.Hour, Source: "officer N. N., 2 March 2026"}
	a.Measures["hold a"] = Measure{Addressee: "vienna", Stage: -26 * time.Hour, From: monday, Chance: Chance{.9, "provider's record"}}
	a.Parts = map[string]Part{"name:a": {Kind: "name", Back: Delay{Never: true, Source: "x"}}}
	a.Successions = []Succession{{"name:a", "host:b", Delay{Median: time.Hour, Law: Exponential, Source: "x"}}}
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		t.Fatal(err)
	}
	back, err := Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if !reflect.DeepEqual(a, back) {
		t.Errorf("read back:\n%+v\nwritten:\n%+v", back, a)
	}
}

// The example of the documentation is read, and its figures are those compiled in where it says so.
func TestDocumentedExample(t *testing.T) {
	doc, err := os.ReadFile("../../docs/format/rehearsal.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```json\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("no example")
	}
	a, err := Read(strings.NewReader(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Measures) == 0 || len(a.Addressees) == 0 || a.Again == nil {
		t.Errorf("the example shows too little: %+v", a)
	}
	for id, k := range Defaults().Kinds {
		if want := fmt.Sprintf("| %s | %s | %s |", id, short(k.Back.Median), short(k.Cache.Median)); !strings.Contains(string(doc), want) {
			t.Errorf("the documentation does not have the row %q", want)
		}
	}
}

// FuzzRead: whatever is read is refused with words or can be rehearsed, and is written as it was read.
func FuzzRead(f *testing.F) {
	_, a := desks()
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"kinds": {"name": {"back": {"median": "1d12h", "sigma": 0.5, "max": "9d", "source": "x"}}}, "again": {"never": true, "source": "x"}}`))
	f.Add([]byte(`{"addressees": {"vienna": {"zone": "Pacific/Apia", "hours": [{"days": [0, 6], "from": "23:30", "to": "24:00"}], "source": "x"}}}`))
	tree := plan.Tree{Root: "name:a", Nodes: []plan.Node{{ID: "name:a"}}, Measures: []plan.Measure{{ID: "hold a", Fells: []string{"name:a"}}}}
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := Read(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, a); err != nil {
			t.Fatal(err)
		}
		if again, err := Read(bytes.NewReader(out.Bytes())); err != nil {
			t.Fatalf("%v: %s", err, out.Bytes())
		} else if !reflect.DeepEqual(a.Kinds, again.Kinds) || !reflect.DeepEqual(a.Addressees, again.Addressees) {
			t.Fatalf("read %+v, then %+v", a, again)
		}
		for id := range a.Measures {
			if id != "hold a" {
				delete(a.Measures, id)
			}
		}
		a.Parts, a.Successions = nil, nil
		r, err := New(tree, []string{"hold a"}, a, monday)
		if err != nil {
			t.Fatal(err)
		}
		p := r.At(time.Hour)
		res, err := r.Play(Play{Runs: 20, Horizon: 48 * time.Hour}, nil)
		if err != nil || !(res.Chance >= 0 && res.Chance <= 1) || p.Felt > 1 {
			t.Fatalf("%+v, %v", res, err)
		}
	})
}

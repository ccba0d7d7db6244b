// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

var (
	byReferral = []iru.Means{{Instrument: legal.Referral, Request: legal.RemoveContent}}
	byOrder    = []iru.Means{{Instrument: legal.Referral, Request: legal.RemoveContent}, {Instrument: legal.RemovalOrder, Request: legal.RemoveContent}}
	byHold     = []iru.Means{{Instrument: legal.RegistrarReport, Request: legal.HoldName}}
)

func carrier(id iru.ProviderID, name string, l legal.Layer, means ...iru.Means) iru.EstateCarrier {
	return iru.EstateCarrier{Provider: iru.Provider{ID: id, Name: name, Site: strings.ToLower(strings.Fields(name)[0]) + ".test"}, Layer: l, Unit: 1, Means: means}
}

func estateAsset(id iru.AssetID, registered string, cs ...iru.EstateCarrier) iru.EstateAsset {
	return iru.EstateAsset{Asset: iru.Asset{ID: id, Unit: 1, Outlet: 1, State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}, Label: registered, Host: registered, Registered: registered, Carriers: cs,
		Assessed: true, Looked: true, Mail: "no"}
}

// An estate of two sites at one registrar and two hosts, a subdomain of the first, an app in a store, and a copy on a file host.
func northline() iru.Estate {
	one := carrier(7, "One Registrar", legal.Registrar, byHold...)
	e := iru.Estate{Outlet: iru.Outlet{ID: 1, Unit: 1, Name: "Northline Trains"}, Servers: map[string][]string{}}
	a := estateAsset(1, "northline.test", one, carrier(8, "Birch Hosting", legal.Host, byOrder...))
	b := estateAsset(2, "northline-copy.test", one, carrier(9, "Elder Hosting", legal.Host, byOrder...))
	c := estateAsset(3, "northline.test", one, carrier(9, "Elder Hosting", legal.Host, byOrder...))
	c.Host, c.Label = "live.northline.test", "live"
	d := estateAsset(4, "", carrier(10, "App Corner", legal.AppStore, iru.Means{Instrument: legal.StoreReport, Request: legal.Delist}))
	f := estateAsset(5, "", carrier(11, "Filepile", legal.Platform, byReferral...))
	e.Assets = []iru.EstateAsset{a, b, c, d, f}
	e.Servers["northline.test"] = []string{"ns1.northline-copy.test", "ns2.dial.test"}
	e.Servers["northline-copy.test"] = []string{"ns1.northline.test", "ns1.northline-copy.test"}
	return e
}

func node(t *testing.T, ns []plan.Node, id string) plan.Node {
	t.Helper()
	i := slices.IndexFunc(ns, func(n plan.Node) bool { return n.ID == id })
	if i < 0 {
		t.Fatalf("there is no node %s", id)
	}
	return ns[i]
}

func measureOf(t *testing.T, ms []iru.PlanMeasure, id string) iru.PlanMeasure {
	t.Helper()
	i := slices.IndexFunc(ms, func(m iru.PlanMeasure) bool { return m.ID == id })
	if i < 0 {
		t.Fatalf("there is no measure %s", id)
	}
	return ms[i]
}

// TestPlanTree: what an address needs is a node each, what several need is one, and every node that is named is there, once.
func TestPlanTree(t *testing.T) {
	root, ns := northline().PlanTree()
	if root != iru.PlanRoot || !slices.Equal(node(t, ns, root).Any, []string{"asset/1", "asset/2", "asset/3", "asset/4", "asset/5"}) {
		t.Errorf("the outlet: %+v", node(t, ns, root))
	}
	for id, all := range map[string][]string{
		"asset/1":                    {"name/northline.test", "servers/northline.test", "host/8/a1"},
		"asset/3":                    {"name/northline.test", "servers/northline.test", "host/9/a3"},
		"asset/4":                    {"app_store/10/a4"},
		"asset/5":                    {"platform/11/a5"},
		"name/northline.test":        {"registrar/7/northline.test"},
		"ns/ns1.northline.test":      {"name/northline.test", "servers/northline.test"},
		"ns/ns1.northline-copy.test": {"name/northline-copy.test", "servers/northline-copy.test"},
	} {
		if got := node(t, ns, id).All; !slices.Equal(got, all) {
			t.Errorf("%s needs %v, want %v", id, got, all)
		}
	}
	if got := node(t, ns, "servers/northline.test").Any; !slices.Equal(got, []string{"ns/ns1.northline-copy.test", "ns/ns2.dial.test"}) {
		t.Errorf("name servers: %v", got)
	}
	have := map[string]int{}
	for _, n := range ns {
		have[n.ID]++
	}
	for _, n := range ns {
		for _, x := range slices.Concat(n.All, n.Any, n.Of) {
			if have[x] != 1 {
				t.Errorf("%s leads to %s, of which there are %d", n.ID, x, have[x])
			}
		}
	}
}

// TestPlanTreeShapes: an app with its own download address, two hosts at once, a delivery network, a host that nobody knows, an operator of name servers,
// an asset that is down, an outlet with nothing.
func TestPlanTreeShapes(t *testing.T) {
	store := carrier(10, "App Corner", legal.AppStore)
	app := estateAsset(1, "getapp.test", store, carrier(8, "Birch Hosting", legal.Host))
	wide := estateAsset(2, "wide.test", carrier(8, "Birch Hosting", legal.Host), carrier(9, "Elder Hosting", legal.Host), carrier(12, "Swift Edge", legal.CDN),
		carrier(13, "Dial Names", legal.DNSOperator), carrier(14, "Registry of .test", legal.Registry), carrier(15, "Wall", legal.DDoSProtection))
	bare := estateAsset(3, "bare.test")
	bare.State = iru.AssetDown
	e := iru.Estate{Assets: []iru.EstateAsset{app, wide, bare}, Keepers: map[string]string{"bare.test": "Faraway Names"},
		Servers: map[string][]string{"wide.test": {"ns1.dial.test", "ns2.dial.test"}}}
	_, ns := e.PlanTree()
	if got := node(t, ns, "asset/1").Any; !slices.Equal(got, []string{"store/1", "download/1"}) {
		t.Errorf("the app: %v", got)
	}
	if got := node(t, ns, "asset/2").All; !slices.Equal(got, []string{"name/wide.test", "servers/wide.test", "any/host/a2", "cdn/12/a2"}) {
		t.Errorf("the site: %v", got)
	}
	if got := node(t, ns, "any/host/a2").Any; len(got) != 2 {
		t.Errorf("its hosts: %v", got)
	}
	if got := node(t, ns, "servers/wide.test").Any; !slices.Equal(got, []string{"dns_operator/13/wide.test"}) {
		t.Errorf("its name servers: %v", got)
	}
	if got := node(t, ns, "name/wide.test").All; !slices.Equal(got, []string{"registrar/0/wide.test", "registry/14/wide.test"}) {
		t.Errorf("its name: %v", got)
	}
	if n := node(t, ns, "asset/3"); !n.Down || !slices.Contains(n.All, "unknown/3") || !strings.Contains(node(t, ns, "registrar/0/bare.test").Name, "Faraway Names") {
		t.Errorf("the bare one: %+v", n)
	}
	if _, ns := (iru.Estate{}).PlanTree(); len(ns) != 1 || !ns[0].Down {
		t.Errorf("nothing: %+v", ns)
	}
}

// TestPlanMeasures: one measure for each provider and layer, however many addresses; what must not be done stands among them and says why.
func TestPlanMeasures(t *testing.T) {
	e := northline()
	ms := e.PlanMeasures(nil, nil)
	var ids []string
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	if want := []string{"platform/11", "host/8", "host/9", "app_store/10", "registrar/7"}; !slices.Equal(ids, want) {
		t.Fatalf("measures %v, want %v", ids, want)
	}
	if m := measureOf(t, ms, "registrar/7"); !slices.Equal(m.Fells, []string{"registrar/7/northline.test", "registrar/7/northline-copy.test"}) || m.Instrument != legal.RegistrarReport {
		t.Errorf("the registrar: %+v", m)
	}
	if m := measureOf(t, ms, "host/9"); len(m.Acts) != 2 || m.Instrument != legal.Referral || m.Effort.Value != 1.1 || !m.Effort.Assumed || m.Chance.Value != plan.Compliance {
		t.Errorf("the second host: %+v", m)
	}
	if m := measureOf(t, e.PlanMeasures(map[string]legal.Instrument{"host/9": legal.RemovalOrder}, nil), "host/9"); m.Instrument != legal.RemovalOrder || m.Delay.Value != 1 || m.Friction.Value != .5 {
		t.Errorf("by an order: %+v", m)
	}
	if m := measureOf(t, e.PlanMeasures(map[string]legal.Instrument{"host/9": legal.CourtOrder}, nil), "host/9"); m.Instrument == legal.CourtOrder {
		t.Error("an instrument was taken that the law does not allow")
	}
	e.Assets[2].Held = "PAP:RED"
	ms = e.PlanMeasures(nil, nil)
	if m := measureOf(t, ms, "host/9"); m.Veto != "" || len(m.Acts) != 1 {
		t.Errorf("the host's other address: %+v", m)
	}
	if m := measureOf(t, ms, "host/9/a3"); m.Veto != "PAP:RED" || !m.Plan().Vetoed {
		t.Errorf("what must not be touched: %+v", m)
	}
	held := 0
	for _, m := range ms {
		if m.Layer == legal.Registrar && m.Veto == "PAP:RED" && slices.Equal(m.Fells, []string{"registrar/7/northline.test"}) {
			held++
		}
	}
	if held != 1 {
		t.Error("a hold of the name would fell what must not be touched, and is not vetoed")
	}
	e.Assets[0].Carriers[1].Means = nil
	if m := measureOf(t, e.PlanMeasures(nil, nil), "host/8"); m.Veto == "" || m.Instrument != "" {
		t.Errorf("without an instrument: %+v", m)
	}
}

// TestPlanFigures: what was counted stands before what is assumed, each with its source; a person's own figure stands before both.
func TestPlanFigures(t *testing.T) {
	e := northline()
	e.Scores = []iru.Score{{Provider: 8, Instrument: legal.Referral, Received: 12, Open: 2, Acted: 4, Median: 6 * time.Hour, HasMedian: true},
		{Provider: 9, Instrument: legal.Referral, Received: 2, Acted: 2, Median: time.Hour, HasMedian: true}}
	e.Assets[0].Beside, e.Assets[0].Mail = []string{"weather.test", "library.test"}, "unknown"
	ms := e.PlanMeasures(nil, nil)
	if m := measureOf(t, ms, "host/8"); m.Instrument != legal.RemovalOrder && (m.Delay.Value != 6 || m.Delay.Assumed || m.Chance.Value != 5.0/12) || m.Bystanders.Value != 2 || m.Bystanders.Unknown {
		t.Errorf("with a record: %+v", m)
	}
	if m := measureOf(t, ms, "host/9"); !m.Delay.Assumed || m.Delay.Value != 48 {
		t.Errorf("with two cases: %+v", m)
	}
	if m := measureOf(t, ms, "registrar/7"); !m.Bystanders.Unknown || !strings.Contains(m.Bystanders.Source, "not known") {
		t.Errorf("mail that nobody knows of: %+v", m.Bystanders)
	}
	e.Assets[0].Looked = false
	if m := measureOf(t, e.PlanMeasures(nil, nil), "host/8"); !m.Bystanders.Unknown {
		t.Errorf("what was not looked at: %+v", m.Bystanders)
	}
	ps := []iru.Price{{Measure: "host/8", Figure: iru.FigureBystanders, Value: 40, Reason: "counted by hand", By: 3}, {Measure: "host/8", Figure: iru.FigureDelay, Value: 3, Reason: "they said so", By: 3}}
	if m := measureOf(t, e.PlanMeasures(nil, ps), "host/8"); m.Bystanders.Value != 40 || m.Bystanders.Unknown || m.Bystanders.By != 3 || m.Delay.Source != "they said so" {
		t.Errorf("re-priced: %+v", m)
	}
	e.Rates = iru.Rates{{Key: iru.EffortRate(legal.Referral), Value: 3, Reason: "our count of last year"}}
	if m := measureOf(t, e.PlanMeasures(nil, nil), "platform/11"); m.Effort.Value != 3 || m.Effort.Assumed || !strings.Contains(m.Effort.Source, "last year") {
		t.Errorf("the unit's own rate: %+v", m.Effort)
	}
	e.Returned = iru.PlanFigure{Value: 30, Source: "median of 14 falls"}
	if m := measureOf(t, e.PlanMeasures(nil, nil), "platform/11"); m.Back.Value != 30 || m.Back.Assumed || m.Plan().Back != 30*time.Hour {
		t.Errorf("the unit's own returns: %+v", m.Back)
	}
}

// TestPriced: no figure without a reason, none that it cannot be; rates are held to the same.
func TestPriced(t *testing.T) {
	m := measureOf(t, northline().PlanMeasures(nil, nil), "host/8")
	for _, p := range []iru.Price{{Figure: iru.FigureEffort, Value: 3}, {Figure: "luck", Value: 1, Reason: "x"}, {Figure: iru.FigureEffort, Value: -1, Reason: "x"},
		{Figure: iru.FigureChance, Value: 0, Reason: "x"}, {Figure: iru.FigureChance, Value: 1.1, Reason: "x"}, {Figure: iru.FigureDelay, Value: 1e12, Reason: "x"}} {
		if _, err := m.Priced(p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	for _, r := range []iru.Rate{{Key: "luck", Value: 1, Reason: "x"}, {Key: iru.RateView, Value: 1}, {Key: iru.RateView, Value: -1, Reason: "x"}, {Key: iru.RateChance, Value: 0, Reason: "x"},
		{Key: iru.RateFurther, Value: 2, Reason: "x"}} {
		if r.Check() == nil {
			t.Errorf("%+v was taken", r)
		}
	}
	for _, k := range iru.RateKeys() {
		v, ok := iru.AssumedRate(k)
		if err := (iru.Rate{Key: k, Value: v, Reason: "x"}).Check(); err != nil || !ok {
			t.Errorf("%s: %v, %v", k, v, err)
		}
	}
}

// TestPlanStep: a person chooses, another one approves, and nothing is chosen that fells nothing.
func TestPlanStep(t *testing.T) {
	at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	p := iru.Plan{ID: 4, Unit: 1, Outlet: 1, State: iru.PlanDraft}
	for name, bad := range map[string]iru.Plan{"no measures": p, "no plan": {State: iru.PlanDraft, Answer: iru.PlanAnswer{Failed: "nothing fells it"}}} {
		if _, _, err := bad.Step("propose", 2, at, ""); err == nil {
			t.Errorf("%s: it was chosen", name)
		}
	}
	p.Answer.Measures = []string{"host/8"}
	if _, _, err := p.Step("propose", 0, at, ""); err == nil {
		t.Error("a machine chose a plan")
	}
	p, e, err := p.Step("propose", 2, at, "the least harm")
	if err != nil || p.State != iru.PlanProposed || p.Proposed != 2 || e.Facts["outlet"] != int64(1) {
		t.Fatalf("%+v %+v %v", p, e, err)
	}
	if _, _, err := p.Step("approve", 2, at, ""); err == nil {
		t.Error("who chose it approved it")
	}
	if q, _, err := p.Step("return", 3, at, "count the neighbours"); err != nil || q.State != iru.PlanDraft || q.Proposed != 0 {
		t.Errorf("returned: %+v %v", q, err)
	}
	if p, _, err = p.Step("approve", 3, at, ""); err != nil || p.State != iru.PlanApproved || p.Approved != 3 {
		t.Errorf("approved: %+v %v", p, err)
	}
	for _, a := range []iru.PlanAsk{{}, {Ask: plan.Ask{Mode: "max"}}, {Ask: plan.Ask{Mode: plan.Hold}}, {Ask: plan.Ask{Mode: plan.Hold, Horizon: time.Hour, Open: 1}},
		{Ask: plan.Ask{Mode: plan.Min, Budget: -1}}, {Ask: plan.Ask{Mode: plan.Min, Include: []string{"a"}, Veto: []string{"a"}}}} {
		if a.Check() == nil {
			t.Errorf("%+v was taken", a)
		}
	}
	if err := (iru.PlanAsk{Ask: plan.Ask{Mode: plan.Hold, Horizon: iru.PlanHorizon, Open: iru.PlanOpen}}).Check(); err != nil {
		t.Error(err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// lines writes ties so that a test can say them.
func lines(m iru.Map, ts []iru.Tie) (out []string) {
	for _, t := range ts {
		out = append(out, fmt.Sprintf("%s %s %s", m.Of(t.From).Label, t.Rel, m.Of(t.To).Label))
	}
	slices.Sort(out)
	return out
}

// chart lets an outlet with two sites be found, attributed, probed and captured, as the workers do.
func (u *unit) chart() (o iru.OutletID, first, second iru.Asset) {
	u.t.Helper()
	ctx := u.t.Context()
	first, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://northline.test/", Name: "Northline Trains"})
	must(u.t, err)
	carriers := func(host string) []desk.Carriage {
		return []desk.Carriage{
			{Name: "Registrar One", Layer: legal.Registrar, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@one.test", Source: "RDAP of the registrar"},
			{Name: host, Layer: legal.Host, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@" + strings.ToLower(strings.Fields(host)[0]) + ".test", Source: "RDAP of the network"}}
	}
	must(u.t, u.RecordCarriers(ctx, first.ID, carriers("Birch Hosting")))
	capture := func(a iru.Asset, spki, cert string, links ...desk.Link) {
		var i iru.Item
		must(u.t, u.DB.View(ctx, func(t *db.Tx) (err error) { i, err = t.ItemByLocator(ctx, a.Unit, a.Locator); return err }))
		_, err := u.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "north", At: u.now, Outcome: iru.Up, Status: 200, Manifest: strings.Repeat("ab", 32), Text: "trams", Content: "c" + spki,
			Cert: cert, Links: links, Features: []iru.Feature{{Family: "tls", Kind: "spki", Value: spki}, {Family: "analytics", Kind: "analytics_id", Value: "UA-77"}, {Family: "host", Kind: "address", Value: "127.9.0.1"}}})
		must(u.t, err)
	}
	capture(first, "key-1", "cert-1", desk.Link{URL: "https://northline-copy.test/", Text: "our copy"})
	u.later(24 * time.Hour)
	must(u.t, u.DB.View(ctx, func(t *db.Tx) (err error) {
		second, err = t.AssetByLocator(ctx, first.Unit, "https://northline-copy.test/")
		return err
	}))
	second, err = u.Attribute(ctx, u.scope("ada"), second.ID, first.Outlet, "", "the same mark")
	must(u.t, err)
	must(u.t, u.RecordCarriers(ctx, second.ID, carriers("Elder Hosting")))
	capture(second, "key-1", "cert-2")
	return first.Outlet, first, second
}

// TestMap: what workers and people record is on the map as of then, what moved or was taken back is off it since, and it is told on how few the
// outlet hangs.
func TestMap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		begun := u.now
		o, first, second := u.chart()
		both := u.now
		read := func(at time.Time) iru.Map {
			t.Helper()
			m, err := u.Map(ctx, u.scope("lena"), o, at)
			must(t, err)
			return m
		}
		m := read(time.Time{})
		want := strings.Split(`Northline Trains branded Northline Trains
Northline Trains publishes hxxps://northline-copy[.]test/
Northline Trains publishes hxxps://northline[.]test/
cert-1 keyed_by key-1
cert-2 keyed_by key-1
hxxps://northline-copy[.]test/ certified_by cert-2
hxxps://northline-copy[.]test/ counted_by UA-77
hxxps://northline-copy[.]test/ keyed_by key-1
hxxps://northline-copy[.]test/ named northline-copy[.]test
hxxps://northline-copy[.]test/ served_by Elder Hosting
hxxps://northline[.]test/ announces hxxps://northline-copy[.]test/
hxxps://northline[.]test/ certified_by cert-1
hxxps://northline[.]test/ counted_by UA-77
hxxps://northline[.]test/ keyed_by key-1
hxxps://northline[.]test/ named northline[.]test
hxxps://northline[.]test/ served_by Birch Hosting
northline-copy[.]test registered_at Registrar One
northline-copy[.]test resolves_to 127.9.0.1
northline[.]test registered_at Registrar One
northline[.]test resolves_to 127.9.0.1`, "\n")
		if got := lines(m, m.Ties); !slices.Equal(want, got) {
			t.Errorf("the map:\n%s", strings.Join(got, "\n"))
		}
		if j := m.Of(iru.Node{Kind: iru.NodeHost, Name: "Elder Hosting"}).Jurisdiction; j != "XB" {
			t.Errorf("jurisdiction %q", j)
		}
		hhi := func(m iru.Map, k iru.NodeKind) iru.Concentration {
			for _, c := range m.Concentration {
				if c.Kind == k {
					return c
				}
			}
			t.Fatalf("nothing is said of %s", k)
			return iru.Concentration{}
		}
		if c := hhi(m, iru.NodeRegistrar); c.HHI != 1 || c.Known != 2 || c.Of != 2 || !slices.Equal(c.Sources, []string{"RDAP of the registrar"}) {
			t.Errorf("registrars: %+v", c)
		}
		if c := hhi(m, iru.NodeHost); math.Abs(c.HHI-.5) > 1e-9 || len(c.Shares) != 2 {
			t.Errorf("hosts: %+v", c)
		}
		if c := hhi(m, iru.NodeCDN); c.HHI != 0 || c.Known != 0 || c.Of != 2 || c.Equal() != 0 {
			t.Errorf("delivery networks: %+v", c)
		}
		// The day before, one was known to be the outlet's.
		if got := lines(m, read(begun.Add(time.Hour)).Ties); len(got) != 11 || slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "Elder") }) {
			t.Errorf("the day before:\n%s", strings.Join(got, "\n"))
		}
		if got := read(begun.Add(-time.Hour)); len(got.Ties) != 0 || len(got.Nodes) != 0 {
			t.Errorf("before it was known: %v", got.Ties)
		}
		// The first one moves to another host, shows another key, and is down; the second one turns out to be somebody else's.
		u.later(time.Hour)
		must(t, u.RecordCarriers(ctx, first.ID, []desk.Carriage{{Name: "Fir Hosting", Layer: legal.Host, Source: "RDAP of the network"}}))
		_, err := u.Reconsider(ctx, u.scope("ada"), second.ID, "a fan made it")
		must(t, err)
		now := read(time.Time{})
		got := lines(now, now.Ties)
		for line, on := range map[string]bool{"hxxps://northline[.]test/ served_by Fir Hosting": true, "hxxps://northline[.]test/ served_by Birch Hosting": false,
			"Northline Trains publishes hxxps://northline-copy[.]test/": false, "hxxps://northline-copy[.]test/ served_by Elder Hosting": false,
			"hxxps://northline[.]test/ announces hxxps://northline-copy[.]test/": true} {
			if slices.Contains(got, line) != on {
				t.Errorf("%q on the map: %v", line, !on)
			}
		}
		then := read(both)
		if again := lines(then, then.Ties); !slices.Equal(want, again) {
			t.Errorf("as it was before that:\n%s", strings.Join(again, "\n"))
		}
		if len(now.Spans) < 20 {
			t.Errorf("%d stretches of time", len(now.Spans))
		}
		u.whole()
	})
}

// TestMapOfAnOlderStore: what was recorded before there was a map is drawn once, by turns, and drawing it again changes nothing.
func TestMapOfAnOlderStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, second := u.chart()
		_, err := u.Reconsider(ctx, u.scope("ada"), second.ID, "a fan made it")
		must(t, err)
		read := func(at time.Time) []string {
			t.Helper()
			m, err := u.Map(ctx, u.scope("ada"), o, at)
			must(t, err)
			return slices.DeleteFunc(lines(m, m.Ties), func(s string) bool { return strings.Contains(s, "cert-") }) // not kept before
		}
		want, before := read(time.Time{}), read(u.now.Add(-time.Minute))
		must(t, d.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "DELETE FROM edge"); return err }))
		if len(read(time.Time{})) != 0 {
			t.Fatal("the edges are still there")
		}
		for turn, n := range []int{1, 1, 0, 0} {
			if got, err := u.ChartOld(ctx, 1); err != nil || got != n {
				t.Errorf("turn %d: drew %d, %v", turn, got, err)
			}
		}
		if got := read(time.Time{}); !slices.Equal(want, got) {
			t.Errorf("drawn afterwards:\n%s\nand as it happened:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := read(u.now.Add(-time.Minute)); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "Northline Trains publishes") }) || len(before) == 0 {
			t.Errorf("the log says who published what: %v", got)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.SetCursor(ctx, "map assets", 0) }))
		_, err = u.ChartOld(ctx, 99)
		must(t, err)
		if got := read(time.Time{}); !slices.Equal(want, got) {
			t.Errorf("drawn twice:\n%s", strings.Join(got, "\n"))
		}
	})
}

// TestMapLeaves: the files say what the map says, by a reader that is not ours, carry the handling codes, and are on record.
func TestMapLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, _ := u.chart()
		xml, m, err := u.ExportMap(ctx, u.scope("ada"), o, time.Time{}, desk.GraphML, false)
		must(t, err)
		path := filepath.Join(t.TempDir(), "map.graphml")
		must(t, os.WriteFile(path, xml, 0o600))
		out, err := exec.CommandContext(ctx, "/usr/bin/python3", "-c", `
import json, sys, networkx
g = networkx.read_graphml(sys.argv[1], force_multigraph=True)
json.dump({"nodes": dict(g.nodes(data=True)), "edges": [[a, b, d] for a, b, d in g.edges(data=True)], "graph": g.graph}, sys.stdout)`, path).Output()
		if err != nil {
			t.Fatalf("networkx cannot read it (apt-get install python3-networkx): %v\n%s", err, xml)
		}
		var read struct {
			Nodes map[string]map[string]any
			Edges [][]any
			Graph map[string]any
		}
		must(t, json.Unmarshal(out, &read))
		if len(read.Nodes) != len(m.Nodes) || len(read.Edges) != len(m.Ties) {
			t.Errorf("%d nodes and %d edges of %d and %d", len(read.Nodes), len(read.Edges), len(m.Nodes), len(m.Ties))
		}
		for _, n := range m.Nodes {
			if got := read.Nodes[n.ID]; got["kind"] != string(n.Kind) || got["label"] != n.Label || n.Jurisdiction != "" && got["jurisdiction"] != n.Jurisdiction {
				t.Errorf("%+v became %v", n, got)
			}
		}
		for _, e := range read.Edges {
			if a := e[2].(map[string]any); a["rel"] == "" || a["confidence"] != 1.0 || a["presumed"] == nil || a["first"] == "" {
				t.Errorf("an edge: %v", e)
			}
		}
		text, _, err := u.ExportMap(ctx, u.scope("ada"), o, time.Time{}, desk.MapJSON, false)
		must(t, err)
		var file struct {
			Format   string
			Handling iru.Handling
			Nodes    []any
			Edges    []any
		}
		must(t, json.Unmarshal(text, &file))
		if file.Format != iru.MapFormat || file.Handling != iru.DefaultHandling || len(file.Nodes) != len(m.Nodes) || len(file.Edges) != len(m.Ties) {
			t.Errorf("JSON: %s", text)
		}
		_, _, err = u.ExportMap(ctx, u.scope("ada"), o, time.Time{}, "png", false)
		refused(t, "a format", err, iru.Invalid, "there is no format")
		_, err = u.Classify(ctx, u.scope("lena"), o, iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H3", Note: "ask us first"}, "by leave")
		must(t, err)
		_, _, err = u.ExportMap(ctx, u.scope("ada"), o, time.Time{}, desk.GraphML, false)
		refused(t, "a condition", err, iru.Forbidden, "ask us first")
		var es []iru.Event
		must(t, d.View(ctx, func(x *db.Tx) (err error) {
			es, err = x.EventsOf(ctx, iru.Subject{Noun: "outlet", ID: int64(o)})
			return err
		}))
		n := 0
		for _, e := range es {
			if e.Verb == "chart" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d exports are on record", n)
		}
	})
}

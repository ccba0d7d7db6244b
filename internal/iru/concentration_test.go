// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"math"
	"testing"

	"iolaus/internal/iru"
)

// TestConcentrate: by hand. Three assets, two hosts: one on A, one on B, one on both; a fourth is down, a fifth hangs on nobody that is known.
func TestConcentrate(t *testing.T) {
	host := func(name string) iru.Node { return iru.Node{Kind: iru.NodeHost, Name: name} }
	tie := func(from iru.Node, rel string, to iru.Node) iru.Tie {
		return iru.Tie{From: from, Rel: rel, To: to, Sources: []string{"rdap " + to.Name}}
	}
	var ts []iru.Tie
	for a := iru.AssetID(1); a <= 5; a++ {
		ts = append(ts, tie(iru.OutletNode(7), iru.RelPublishes, iru.AssetNode(a)))
	}
	ts = append(ts, tie(iru.AssetNode(1), iru.RelServedBy, host("A")), tie(iru.AssetNode(2), iru.RelServedBy, host("B")), tie(iru.AssetNode(3), iru.RelServedBy, host("A")),
		tie(iru.AssetNode(3), iru.RelServedBy, host("B")), tie(iru.AssetNode(4), iru.RelServedBy, host("C")), tie(iru.AssetNode(5), iru.RelAnnounces, iru.AssetNode(1)))
	up := func(a iru.AssetID) bool { return a != 4 }
	c := iru.Concentrate(ts, iru.NodeHost, up)
	if c.Of != 4 || c.Known != 3 || len(c.Shares) != 2 || math.Abs(c.HHI-.5) > 1e-12 || math.Abs(c.Equal()-2) > 1e-12 {
		t.Errorf("hosts: %+v", c)
	}
	if len(c.Sources) != 2 || c.Sources[0] != "rdap A" {
		t.Errorf("sources: %v", c.Sources)
	}
	// All names at one registrar, reached over the names; a name that leads in a circle ends.
	for a := iru.AssetID(1); a <= 5; a++ {
		name := iru.Node{Kind: iru.NodeName, Name: string(rune('a'+a)) + ".test"}
		ts = append(ts, tie(iru.AssetNode(a), iru.RelNamed, name), tie(name, iru.RelRegisteredAt, iru.Node{Kind: iru.NodeRegistrar, Name: "Alder"}), tie(name, iru.RelRunBy, host("A")),
			tie(host("A"), iru.RelRunBy, name))
	}
	if c := iru.Concentrate(ts, iru.NodeRegistrar, up); c.HHI != 1 || c.Known != 4 || len(c.Shares[0].Assets) != 4 {
		t.Errorf("registrars: %+v", c)
	}
	if c := iru.Concentrate(ts, iru.NodeCDN, up); c.HHI != 0 || c.Known != 0 || c.Equal() != 0 {
		t.Errorf("delivery networks: %+v", c)
	}
	if c := iru.Concentrate(nil, iru.NodeHost, up); c.Of != 0 || c.HHI != 0 {
		t.Errorf("nothing: %+v", c)
	}
}

// TestCover: who reads a language reads all of its kinds; suspended people read nothing; what nobody reads is a gap.
func TestCover(t *testing.T) {
	outlets := []iru.Outlet{{ID: 1, Unit: 1, Languages: []string{"ar", "uk"}}, {ID: 2, Unit: 1, State: iru.OutletClosed, Languages: []string{"fi"}}, {ID: 3, Unit: 2}}
	assets := []iru.Asset{{Outlet: 1, Languages: []string{"ar", "en-GB"}}, {Outlet: 1, Languages: []string{"ar"}}, {Outlet: 1}, {Outlet: 1, State: iru.AssetRejected, Languages: []string{"fr"}}, {Outlet: 3, Languages: []string{"en"}}}
	officers := []iru.Officer{{ID: 9, Unit: 1, State: iru.OfficerActive, Languages: []string{"EN", "pt-BR"}}, {ID: 8, Unit: 1, State: iru.OfficerSuspended, Languages: []string{"ar"}}}
	c := iru.Cover(outlets, assets, officers)
	if len(c.Outlets) != 2 {
		t.Fatalf("outlets: %+v", c.Outlets)
	}
	want := []iru.LanguageCover{{Tag: "ar", Assets: 2}, {Tag: "en-GB", Assets: 1, Readers: []iru.OfficerID{9}}, {Tag: "uk"}, {Tag: "", Assets: 1}}
	for i, l := range c.Outlets[0].Languages {
		if l.Tag != want[i].Tag || l.Assets != want[i].Assets || len(l.Readers) != len(want[i].Readers) {
			t.Errorf("%d: %+v, not %+v", i, l, want[i])
		}
	}
	if len(c.Gaps) != 3 || c.Gaps[0].Tag != "ar" || c.Gaps[1].Tag != "en" {
		t.Errorf("gaps: %+v", c.Gaps)
	}
}

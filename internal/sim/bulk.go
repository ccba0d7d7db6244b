// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"net/netip"
)

// bulk10k is a world of ten thousand made sites.
func bulk10k() (World, error) {
	return build(World{Scenario: "bulk", Title: "Ten thousand sites", Bulk: Bulk{Hosts: 10_000},
		Outlets: []Outlet{choir}, Seeds: []string{"https://" + bulkName(0) + "/"}}, "registry", "alder", "beacon", "cobalt")
}

const bulkPerHost = 250

func bulkName(n int) string {
	return fmt.Sprintf("%s-%s-%d.test", bulkWords[n%len(bulkWords)], bulkWords[n/7%len(bulkWords)], n)
}

var bulkWords = []string{"willow", "saltby", "fenn", "oakhaven", "lark", "greystone", "ashford", "millbrook", "quay", "tallow", "heron", "fellside", "orangery", "elm"}

// expand makes the sites of a bulk: each host has a network, name servers and registrations of its own.
func (w *World) expand() {
	if w.Bulk.Hosts == 0 {
		return
	}
	var registrars []string
	for _, p := range w.Providers {
		if p.Kind == Registrar {
			registrars = append(registrars, p.ID)
		}
	}
	var host Provider
	for n := range w.Bulk.Hosts {
		if n%bulkPerHost == 0 {
			k := n / bulkPerHost
			host = Provider{ID: fmt.Sprintf("rack%d", k), Name: fmt.Sprintf("Rack %d", k), Kind: Host, State: w.States[k%len(w.States)].Code,
				Network: netip.PrefixFrom(netip.AddrFrom4([4]byte{127, 30, byte(k), 0}), 24), ASN: 64700 + uint32(k), Desk: Desk{Habit: Habit{Manner: Acts, Takes: hostTakes, Ack: prompt, Act: fast, Effect: Gone}}}
			host.settle(0)
			w.Providers = append(w.Providers, host)
			w.Domains = append(w.Domains, Domain{Name: host.Domain, Registrar: registrars[0], DNS: host.ID, Shared: true})
		}
		name := bulkName(n)
		o := Outlet{ID: name, Name: name, Group: name, Theme: []string{"weather", "trains", "trams", "garden", "choir"}[n%5], Innocent: true,
			Analytics: fmt.Sprintf("G-BK%08d", n), FeedKey: name, Contact: "office@" + name, Hue: n % 360}
		w.Outlets = append(w.Outlets, o)
		w.Domains = append(w.Domains, Domain{Name: name, Registrar: registrars[n%len(registrars)], DNS: host.ID})
		w.Assets = append(w.Assets, Asset{ID: name, Outlet: name, Kind: Site, Name: name, Locator: "https://" + name + "/", Language: []string{"en", "fr", "ar"}[n%3],
			Host: host.ID, Addr: host.at(byte(1 + n%bulkPerHost)), Key: name, MarkScale: 100, Posts: 3, bulk: true})
	}
	w.indexed()
}

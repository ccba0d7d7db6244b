// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// outlet draws the map of an invented outlet with about so many nodes: sites, each with a name, name servers and one or two hosts, and accounts,
// streams and apps, all at providers of which a few carry many. A notice fells one thing, an order to a provider all that it carries, for less than
// as many notices and the more the more it is.
func outlet(r *rand.Rand, nodes int) Tree {
	sites := nodes * 10 / 67
	t := Tree{Root: "outlet"}
	cents := func(x float64) float64 { return math.Round(x*100) / 100 }
	pool := func(n int) (pick func() int) {
		n = max(3, n)
		weight, sum := make([]float64, n), 0.
		for i := range weight {
			sum += 1 / math.Pow(float64(i+2), .9)
			weight[i] = sum
		}
		return func() int {
			x := r.Float64() * sum
			for i, w := range weight {
				if x < w {
					return i
				}
			}
			return n - 1
		}
	}
	carried := map[string][]string{}
	var providers []string
	carry := func(provider, node string) {
		if carried[provider] == nil {
			providers = append(providers, provider)
		}
		carried[provider] = append(carried[provider], node)
	}
	notice := func(node string, low, high float64, back time.Duration) {
		t.Measures = append(t.Measures, Measure{ID: "notice " + node, Fells: []string{node}, Cost: cents(low + (high-low)*r.Float64()), Back: back})
	}
	root := Node{ID: "outlet"}
	registrar, dns, host, platform := pool(sites/25), pool(sites/30), pool(sites/12), pool(8)
	server := map[string]bool{}
	for i := range sites {
		site := fmt.Sprint("site", i)
		name, ns, web := "name "+site, "ns "+site, "web "+site
		root.Any = append(root.Any, site)
		t.Nodes = append(t.Nodes, Node{ID: site, All: []string{name, ns, web}, Audience: float64(10 + r.IntN(1000))}, Node{ID: name})
		notice(name, 2, 9, 48*time.Hour)
		carry(fmt.Sprint("registrar", registrar()), name)
		servers := Node{ID: ns}
		for range 1 + r.IntN(2) {
			s := fmt.Sprint("dns", dns())
			if !server[s] {
				server[s] = true
				t.Nodes = append(t.Nodes, Node{ID: s})
				carry(s, s)
			}
			if len(servers.Any) == 0 || servers.Any[0] != s {
				servers.Any = append(servers.Any, s)
			}
		}
		hosts := Node{ID: web}
		for k := range 1 + r.IntN(2) {
			h := fmt.Sprint("host", k, " ", site)
			t.Nodes = append(t.Nodes, Node{ID: h})
			notice(h, 1, 6, 24*time.Hour)
			carry(fmt.Sprint("host", host()), h)
			hosts.Any = append(hosts.Any, h)
		}
		t.Nodes = append(t.Nodes, servers, hosts)
		if i%3 == 0 {
			account := "account " + site
			root.Any = append(root.Any, account)
			t.Nodes = append(t.Nodes, Node{ID: account, Audience: float64(10 + r.IntN(5000))})
			notice(account, .5, 3, 12*time.Hour)
			notice2 := t.Measures[len(t.Measures)-1]
			notice2.ID, notice2.Cost = "appeal "+account, cents(4+4*r.Float64())
			t.Measures = append(t.Measures, notice2)
			carry(fmt.Sprint("platform", platform()), account)
		}
	}
	t.Nodes = append(t.Nodes, root)
	for _, p := range providers {
		n := float64(len(carried[p]))
		t.Measures = append(t.Measures, Measure{ID: "order " + p, Fells: carried[p], Cost: cents((1.2 + r.Float64()) * 3 * math.Pow(n, .85)), Collateral: r.IntN(50), Back: 72 * time.Hour})
	}
	return t
}

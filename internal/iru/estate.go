// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// An Estate is what an outlet runs on, as far as the house knows: what a plan is made from.
type Estate struct {
	Outlet   Outlet
	At       time.Time
	Assets   []EstateAsset       // that a person attributed to it
	Servers  map[string][]string // name servers, by registered name
	Keepers  map[string]string   // registrar as the register names it, by registered name: where the directory has none
	Rates    Rates
	Scores   []Score    // how addressees answered
	Returned PlanFigure // hours until what fell was back, in the unit's own record; the zero value where there are too few cases
}

// An EstateAsset is an asset with what a plan has to know of it.
type EstateAsset struct {
	Asset
	Label      string // its address, defanged
	Host       string // the domain name that it is reached by; "" on a platform
	Registered string // the one that was registered
	Carriers   []EstateCarrier
	Audience   float64  // people whom it reaches; 0: no figure
	Assessed   bool     // a person found that content of it should go
	Beside     []string // names and addresses, none of the outlet's, at its address or on its certificate
	Looked     bool     // its address is known, so that Beside could be counted
	Below      []string // addresses, none of the outlet's, below its registered name
	Mail       string   // whether third parties' mail is there, as its assessment says: yes, no, unknown, or "" where nobody said
	Held       string   // why nobody may act on it; "" where one may
}

// An EstateCarrier is a provider that carries an asset, with what the law allows against it.
type EstateCarrier struct {
	Provider Provider
	Layer    legal.Layer
	Unit     UnitID // that would serve it
	Abroad   bool   // it is in another state than that unit
	Means    []Means
	Refused  []Denied
}

// PlanRoot is the node of the outlet in a plan's tree.
const PlanRoot = "outlet"

// serving are the layers without which an address has no content, in order; protection that stores nothing, access, search and payment are not
// among them: without them the address is still reached.
var serving = []legal.Layer{legal.Platform, legal.Host, legal.StreamHost, legal.Newsletter, legal.CDN, legal.Upstream}

// stores are the layers that offer files.
var stores = []legal.Layer{legal.AppStore, legal.AddonStore}

// hung is a leaf of the tree that a provider can fell.
type hung struct {
	node    string
	asset   EstateAsset
	carrier EstateCarrier
	held    string
}

// grove builds a tree.
type grove struct {
	e     Estate
	nodes []plan.Node
	have  map[string]bool
	hangs []hung
}

// PlanTree makes the tree of an estate: the outlet is up while any of its addresses is; an address of its own needs its name, name servers, host and, where there
// is one, its delivery network; a name needs registrar and registry; an app its store page or a download address. Names and name servers that
// several addresses need are one node. Its measures are those of PlanMeasures.
func (e Estate) PlanTree() (root string, nodes []plan.Node) {
	g := e.grow()
	return PlanRoot, g.nodes
}

func (e Estate) grow() *grove {
	g := &grove{e: e, have: map[string]bool{}}
	top := plan.Node{ID: PlanRoot, Name: e.Outlet.Name}
	for _, a := range e.Assets {
		n := plan.Node{ID: PlanAsset(a.ID), Name: a.Label, Audience: a.Audience, Down: a.State == AssetDown || a.Presence.State == PresenceGone}
		n.All, n.Any = g.asset(a)
		top.Any = append(top.Any, n.ID)
		g.put(n)
	}
	if len(top.Any) == 0 {
		top.Down = true
	}
	g.put(top)
	return g
}

// PlanAsset is the node of an asset in a plan's tree.
func PlanAsset(a AssetID) string { return fmt.Sprintf("asset/%d", a) }

func (g *grove) put(n plan.Node) string {
	if !g.have[n.ID] {
		g.have[n.ID] = true
		g.nodes = append(g.nodes, n)
	}
	return n.ID
}

// asset gives what an address needs, and ways that are alternatives.
func (g *grove) asset(a EstateAsset) (all, any []string) {
	if offered := g.layers(a, stores); len(offered) > 0 {
		if a.Registered == "" {
			return offered, nil
		}
		page := g.put(plan.Node{ID: fmt.Sprintf("store/%d", a.ID), Name: "store page of " + a.Label, All: offered})
		down := g.put(plan.Node{ID: fmt.Sprintf("download/%d", a.ID), Name: "download address of " + a.Label, All: g.own(a)})
		return nil, []string{page, down}
	}
	return g.own(a), nil
}

func (g *grove) own(a EstateAsset) []string {
	var all []string
	if a.Registered != "" {
		all = append(all, g.name(a.Registered), g.servers(a.Registered))
	}
	served := g.layers(a, serving)
	if len(served) == 0 {
		served = []string{g.put(plan.Node{ID: fmt.Sprintf("unknown/%d", a.ID), Name: "host of " + a.Label + ", not known"})}
	}
	return append(all, served...)
}

// layers gives a node for each layer on which the asset is carried: any of its providers there.
func (g *grove) layers(a EstateAsset, of []legal.Layer) []string {
	var out []string
	for _, l := range of {
		var leaves []string
		for _, c := range a.Carriers {
			if c.Layer == l {
				leaves = append(leaves, g.hang(fmt.Sprintf("%s/%d/a%d", l, c.Provider.ID, a.ID), a.Label, a, c, a.Held))
			}
		}
		if len(leaves) > 0 {
			out = append(out, g.any(fmt.Sprintf("any/%s/a%d", l, a.ID), "any "+l.Title()+" of "+a.Label, leaves))
		}
	}
	return out
}

// any is the only one, or a gate over several.
func (g *grove) any(id, name string, of []string) string {
	if len(of) == 1 {
		return of[0]
	}
	return g.put(plan.Node{ID: id, Name: name, Any: of})
}

func (g *grove) hang(node, what string, a EstateAsset, c EstateCarrier, held string) string {
	if !g.have[node] {
		g.hangs = append(g.hangs, hung{node, a, c, held})
	}
	return g.put(plan.Node{ID: node, Name: c.Provider.Name + ", " + c.Layer.Title() + " of " + what})
}

// name is the node of a registered name.
func (g *grove) name(n string) string {
	id := "name/" + n
	if g.have[id] {
		return id
	}
	kept := g.keepers(n, legal.Registrar)
	if len(kept) == 0 {
		kept = []string{g.put(plan.Node{ID: "registrar/0/" + n, Name: unknownKeeper(g.e.Keepers[n]) + ", registrar of " + bracket(n)})}
	}
	all := []string{g.any("any/registrar/"+n, "any registrar of "+bracket(n), kept)}
	if kept = g.keepers(n, legal.Registry); len(kept) > 0 {
		all = append(all, g.any("any/registry/"+n, "any registry of "+bracket(n), kept))
	}
	return g.put(plan.Node{ID: id, Name: "name " + bracket(n), All: all})
}

func unknownKeeper(name string) string {
	if name == "" {
		return "not known"
	}
	return name + " (not in the directory)"
}

// keepers are the leaves of those who hold a name on a layer, each by the address that an act could best rest on.
func (g *grove) keepers(n string, l legal.Layer) []string {
	held := ""
	best := map[ProviderID]EstateAsset{}
	by := map[ProviderID]EstateCarrier{}
	var order []ProviderID
	for _, a := range g.e.Assets {
		if a.Registered != n {
			continue
		}
		if a.Held != "" && held == "" {
			held = a.Held
		}
		for _, c := range a.Carriers {
			if c.Layer != l {
				continue
			}
			old, ok := best[c.Provider.ID]
			if !ok {
				order = append(order, c.Provider.ID)
			}
			if !ok || !old.Assessed && a.Assessed {
				best[c.Provider.ID], by[c.Provider.ID] = a, c
			}
		}
	}
	var out []string
	for _, p := range order {
		out = append(out, g.hang(fmt.Sprintf("%s/%d/%s", l, p, n), bracket(n), best[p], by[p], held))
	}
	return out
}

// servers is the node of a name's name servers: any of them answers. Those of an operator in the directory hang on its service for that name; one
// under a name of the outlet needs that name, so that the tree can lead back to itself.
func (g *grove) servers(n string) string {
	id := "servers/" + n
	if g.have[id] {
		return id
	}
	g.have[id] = true // it may lead back here
	node := plan.Node{ID: id, Name: "name servers of " + bracket(n)}
	operated := g.keepers(n, legal.DNSOperator)
	matched := map[string]bool{}
	for _, ns := range g.e.Servers[n] {
		if own, ok := g.under(ns); ok {
			node.Any = append(node.Any, g.server(ns, own))
			continue
		}
		if leaf := g.operator(ns, operated); leaf != "" {
			if !matched[leaf] {
				matched[leaf] = true
				node.Any = append(node.Any, leaf)
			}
			continue
		}
		node.Any = append(node.Any, g.put(plan.Node{ID: "ns/" + ns, Name: "name server " + bracket(ns)}))
	}
	for _, leaf := range operated {
		if !matched[leaf] {
			node.Any = append(node.Any, leaf)
		}
	}
	if len(node.Any) == 0 {
		node.Name += ", not known"
	}
	g.nodes = append(g.nodes, node)
	return id
}

// server is a name server under a name of the outlet's own.
func (g *grove) server(ns, own string) string {
	id := "ns/" + ns
	if !g.have[id] {
		g.have[id] = true
		g.nodes = append(g.nodes, plan.Node{ID: id, Name: "name server " + bracket(ns), All: []string{g.name(own), g.servers(own)}})
	}
	return id
}

// under finds the outlet's own name that a host name lies under.
func (g *grove) under(host string) (string, bool) {
	for _, a := range g.e.Assets {
		if r := a.Registered; r != "" && (host == r || strings.HasSuffix(host, "."+r)) {
			return r, true
		}
	}
	return "", false
}

// operator finds whose name server it is: the operator under whose name it lies, or the only one that is known.
func (g *grove) operator(ns string, leaves []string) string {
	for _, h := range g.hangs {
		if s := h.carrier.Provider.Site; slices.Contains(leaves, h.node) && s != "" && (ns == s || strings.HasSuffix(ns, "."+s)) {
			return h.node
		}
	}
	if len(leaves) == 1 {
		return leaves[0]
	}
	return ""
}

// bracket writes a name so that nothing opens it.
func bracket(name string) string { return strings.ReplaceAll(name, ".", "[.]") }

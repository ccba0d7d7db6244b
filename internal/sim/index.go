// SPDX-License-Identifier: EUPL-1.2

package sim

import "slices"

// An index finds the parts of a world by name. It holds places in the world's slices.
type index struct {
	providers, domains, assets, outlets map[string]int
}

// indexed makes the index anew; before, and in a copy, everything is looked through.
func (w *World) indexed() {
	x := &index{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
	for i := range w.Providers {
		x.providers[w.Providers[i].ID] = i
	}
	for i := range w.Domains {
		x.domains[w.Domains[i].Name] = i
	}
	for i := range w.Assets {
		x.assets[w.Assets[i].ID] = i
	}
	for i := range w.Outlets {
		x.outlets[w.Outlets[i].ID] = i
	}
	w.index = x
}

func find[T any](list []T, places map[string]int, name string, has func(T) string) (*T, bool) {
	n, ok := places[name]
	if places == nil {
		n = slices.IndexFunc(list, func(x T) bool { return has(x) == name })
		ok = n >= 0
	}
	if !ok {
		return nil, false
	}
	return &list[n], true
}

func (w *World) at() index {
	if w.index == nil {
		return index{}
	}
	return *w.index
}

func (w *World) provider(id string) (*Provider, bool) {
	return find(w.Providers, w.at().providers, id, func(p Provider) string { return p.ID })
}

func (w *World) domain(name string) (*Domain, bool) {
	return find(w.Domains, w.at().domains, name, func(d Domain) string { return d.Name })
}

func (w *World) asset(id string) (*Asset, bool) {
	return find(w.Assets, w.at().assets, id, func(a Asset) string { return a.ID })
}

func (w *World) outlet(id string) (*Outlet, bool) {
	return find(w.Outlets, w.at().outlets, id, func(o Outlet) string { return o.ID })
}

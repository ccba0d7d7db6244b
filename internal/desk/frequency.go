// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/link"
)

// frequencies counts on how many outlets a value is seen, a site without an outlet counting as one of its own. A key is counted by owners: sites that
// name the same contact, account or signer are one, so that an estate which is not attributed yet does not make its own key look lent.
type frequencies struct {
	seen          map[string]map[int64]bool
	total, owners int
}

func countFeatures(as []iru.Asset) frequencies {
	f := frequencies{seen: map[string]map[int64]bool{}}
	owner := ownersOf(as)
	all, owners := map[int64]bool{}, map[int64]bool{}
	for n, a := range as {
		who := outletOf(a)
		all[who], owners[owner.of(n)] = true, true
		for _, x := range a.Features {
			key, by := x.Kind+" "+x.Value, who
			if x.Family == string(link.TLS) {
				by = owner.of(n)
			}
			if f.seen[key] == nil {
				f.seen[key] = map[int64]bool{}
			}
			f.seen[key][by] = true
		}
	}
	f.total, f.owners = len(all), len(owners)
	return f
}

func outletOf(a iru.Asset) int64 {
	if a.Outlet == 0 {
		return -int64(a.ID)
	}
	return int64(a.Outlet)
}

// Count implements link.Frequencies.
func (f frequencies) Count(kind, value string) (seen, total int) {
	total = f.total
	if link.FamilyOf(kind) == link.TLS {
		total = f.owners
	}
	return len(f.seen[kind+" "+value]), total
}

// owners joins sites into owners: each points to one that it belongs to, or to itself.
type owners []int

func ownersOf(as []iru.Asset) owners {
	o := make(owners, len(as))
	for n := range o {
		o[n] = n
	}
	first := map[string]int{}
	join := func(key string, n int) {
		if m, ok := first[key]; ok {
			o[o.root(n)] = o.root(m)
		} else {
			first[key] = n
		}
	}
	for n, a := range as {
		if a.Outlet != 0 {
			join(fmt.Sprint("outlet ", a.Outlet), n)
		}
		for _, x := range a.Features {
			switch link.Family(x.Family) {
			case link.Identity, link.Analytics, link.App:
				join(x.Kind+" "+x.Value, n)
			}
		}
	}
	return o
}

func (o owners) root(n int) int {
	for o[n] != n {
		o[n] = o[o[n]]
		n = o[n]
	}
	return n
}

func (o owners) of(n int) int64 { return int64(o.root(n)) }

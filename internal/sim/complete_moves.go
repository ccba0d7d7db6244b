// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"strconv"
)

// completeOperators writes the heads that an operator may raise: each spare name is a latent site that takes the place of the one before.
func (w *World) completeOperators(f *fault) {
	for _, o := range w.Operators {
		here := fmt.Sprintf("operator of %q", o.Group)
		for _, id := range append(append([]string{}, o.Hosts...), o.DNS...) {
			if _, ok := w.provider(id); !ok {
				f.addf("%s: %q is no provider", here, id)
			}
		}
		if len(o.Spares) > 0 && len(o.Hosts) == 0 {
			f.addf("%s: spare names need hosts", here)
			continue
		}
		last, count := map[string]string{}, 0
		for _, s := range o.Spares {
			root, ok := w.asset(s.Of)
			if !ok {
				f.addf("%s: there is no asset %q that %s would replace", here, s.Of, s.Name)
				continue
			}
			before := last[s.Of]
			if before == "" {
				before = s.Of
			}
			count++
			id := s.Of + "-spare-" + strconv.Itoa(count)
			last[s.Of] = id
			if _, ok := w.asset(id); ok {
				continue
			}
			host, ok := w.provider(o.Hosts[count%len(o.Hosts)])
			if !ok {
				continue
			}
			a := *root
			a.ID, a.Locator, a.Follows, a.MirrorOf, a.Latent, a.Origin = id, "https://"+s.Name+"/", before, "", true, ""
			a.Host, a.Addr, a.Key = host.ID, host.at(atShared), root.Key
			if a.Key == "" {
				a.Key = root.ID
			}
			if o.NewKey > 0 && count%o.NewKey == 0 {
				a.Key = id
			}
			w.Assets = append(w.Assets, a)
		}
	}
}

// head gives the asset that next takes the place of one, by an operator's spare names.
func (w *World) head(of string) (*Asset, bool) {
	for i := range w.Assets {
		if w.Assets[i].Follows == of && w.Assets[i].Latent {
			return &w.Assets[i], true
		}
	}
	return nil, false
}

func (w *World) checkMoves(f *fault) {
	known := func(here, id string) *Asset {
		a, ok := w.asset(id)
		if !ok {
			f.addf("%s: there is no asset %q", here, id)
		}
		return a
	}
	for n, x := range w.Reactions {
		here := fmt.Sprintf("reaction %d", n+1)
		one(f, here+" does", x.Does, Raise, Rehost, Delegate, Ship, Announce, Remove, Hold, Release, Expire, Take)
		if x.On != "" {
			known(here, x.On)
		}
		a := known(here, x.Asset)
		if a != nil && x.Does == Raise && !a.Latent {
			f.addf("%s: asset %q is up from the beginning; only a latent one is raised", here, x.Asset)
		}
		if x.Does == Rehost || x.Does == Delegate || x.Does == Take {
			p, ok := w.provider(x.To)
			switch {
			case !ok:
				f.addf("%s: to %q is no provider", here, x.To)
			case x.Does == Take && p.Kind != Parking && p.Kind != Sinkholes:
				f.addf("%s: %q neither parks nor sinkholes names", here, x.To)
			}
		}
		for _, id := range x.Announce {
			known(here, id)
		}
	}
	for _, s := range w.Wave {
		known("wave", s.Asset)
	}
	groups := map[string]bool{}
	for _, o := range w.Outlets {
		groups[o.Group] = true
	}
	for _, o := range w.Operators {
		if !groups[o.Group] {
			f.addf("operator of %q: no outlet is of that group", o.Group)
		}
		for _, id := range o.Announces {
			known(fmt.Sprintf("operator of %q", o.Group), id)
		}
	}
	for _, a := range w.Audiences {
		here := fmt.Sprintf("audience of %q", a.Outlet)
		if _, ok := w.outlet(a.Outlet); !ok {
			f.addf("%s: there is no such outlet", here)
		}
		if a.Size < 1 || a.Size > 100_000 || a.Notices < 0 || a.Notices > 1 || a.Grows < 0 || a.Grows > 1 || a.Patience.Median <= 0 {
			f.addf("%s: size is from 1 to 100000, notices and grows from 0 to 1, patience above 0", here)
		}
	}
	if b := w.Bulk; b.Hosts < 0 || b.Hosts > maxBulk {
		f.addf("bulk: hosts are at most %d", maxBulk)
	}
}

// maxBulk leaves room for other files: each host is a listener, and machines commonly allow a process 20,000 open files.
const maxBulk = 15_000

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

// settle fills in what a provider has by its place in the list: a network, a number, a name, an abuse desk's address.
func (p *Provider) settle(place int) {
	if !p.Network.IsValid() {
		p.Network = netip.PrefixFrom(netip.AddrFrom4([4]byte{127, 20, byte(place + 1), 0}), 24)
	}
	if p.ASN == 0 {
		p.ASN = 64496 + uint32(place)
	}
	if p.Domain == "" {
		p.Domain = p.ID + ".test"
	}
	if p.Name == "" {
		p.Name = p.ID
	}
	if p.Desk.Mail == "" {
		p.Desk.Mail = "abuse@" + p.Domain
	}
	if p.Desk.API != "" {
		p.Desk.API = "https://api." + p.Domain
		if p.Desk.Token == "" {
			p.Desk.Token = "range-token-" + p.ID
		}
	}
	if p.Desk.Habit.Manner == "" {
		p.Desk.Habit.Manner = Silent
	}
}

// A fault collects what is wrong with a world, so that all of it is told at once.
type fault struct{ errs []error }

func (f *fault) addf(format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf(format, args...))
}

// one tells that a value is none of those there are.
func one[T ~string](f *fault, where string, v T, of ...T) {
	if !slices.Contains(of, v) {
		f.addf("%s: %q is not among %q", where, v, of)
	}
}

// complete fills in what need not be written and checks that every reference resolves, so that a mistake in the data is found before the
// range starts. It may be done again. The error, of Invalid, lists everything that is wrong.
func (w *World) complete() error {
	f := &fault{}
	w.index = nil
	if w.States == nil {
		w.States = states
	}
	if w.Vantages == nil {
		w.Vantages = vantages
	}
	w.completeProviders(f)
	if len(f.errs) == 0 {
		w.completeDomains(f)
		w.completeOperators(f)
		w.indexed()
		w.completeAssets(f)
		w.checkMoves(f)
		w.checkQuirks(f)
	}
	w.indexed()
	if len(f.errs) > 0 {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("the world %s is not whole: %v", w.Scenario, errors.Join(f.errs...)), "see docs/format/world.md")
	}
	return nil
}

func (w *World) completeProviders(f *fault) {
	seen := map[string]bool{}
	registries := 0
	for i := range w.Providers {
		p := &w.Providers[i]
		p.settle(i)
		here := fmt.Sprintf("provider %q", p.ID)
		if seen[p.ID] || p.ID == "" {
			f.addf("%s: the id is missing or there twice", here)
		}
		seen[p.ID] = true
		if _, err := guardName(p.Domain); err != nil || registered(p.Domain) != p.Domain {
			f.addf("%s: domain %q has to be a registered name under .test", here, p.Domain)
		}
		one(f, here+" kind", p.Kind, Registry, Registrar, Host, CDN, AppStore, AddonStore, ListHost, StreamHost, Platform, FileHost, Archive, Parking, Sinkholes)
		a := p.Network.Addr()
		if !a.Is4() || p.Network.Bits() != 24 || p.Network != p.Network.Masked() || !loopback.Contains(a) || a.As4()[1] == 0 || p.Network == exchangeNet {
			f.addf("%s: network %s has to be a 127.x.y.0/24 other than %s, with x from 1", here, p.Network, exchangeNet)
		}
		for _, q := range w.Providers[:i] {
			if q.Network == p.Network || q.Domain == p.Domain {
				f.addf("%s: has the network or the domain of %q", here, q.ID)
			}
		}
		for _, v := range w.Vantages {
			if v.Prefix.Overlaps(p.Network) {
				f.addf("%s: network %s lies in the vantage range %q", here, p.Network, v.Name)
			}
		}
		if p.Kind == Registry {
			registries++
			if p.ID != "registry" {
				f.addf("%s: the registry has the id registry", here)
			}
		}
		p.Desk.Habit.check(f, here)
	}
	if registries != 1 {
		f.addf("there are %d providers of the kind registry; one is needed", registries)
	}
	for _, v := range w.Vantages {
		if !v.Prefix.IsValid() || !loopback.Contains(v.Prefix.Addr()) || v.Prefix.Bits() < 8 {
			f.addf("vantage %q: prefix %s is not in 127/8", v.Name, v.Prefix)
		}
	}
}

var exchangeNet = netip.MustParsePrefix("127.20.0.0/24")

func (h Habit) check(f *fault, here string) {
	one(f, here+" manner", h.Manner, Acts, Clarifies, Refuses, Silent, Hindered, Bounces)
	one(f, here+" effect", h.Effect, None, Gone, Missing, LegalBlock, Soft404, Delisted, Mute, Held)
	one(f, here+" way", h.Way, "", ByPage, ByWords, ByAnnex, ByPaper)
	for _, i := range slices.Concat(h.Takes, h.Declines) {
		one(f, here+" instrument", i, Referral, Notice, RemovalOrder, OrderToAct, RegistrarReport, StoreReport, CourtOrder, OtherInstrument)
	}
}

func (w *World) completeDomains(f *fault) {
	first := ""
	for _, p := range w.Providers {
		if p.Kind == Registrar && first == "" {
			first = p.ID
		}
	}
	add := func(name, dns string) {
		if _, ok := w.domain(name); !ok {
			w.Domains = append(w.Domains, Domain{Name: name, Registrar: first, DNS: dns, Shared: true})
		}
	}
	for _, p := range w.Providers {
		add(p.Domain, p.ID)
	}
	add("exchange.test", "registry")
	add("tallyhouse.test", "registry")
	seen := map[string]bool{}
	for _, d := range w.Domains {
		here := fmt.Sprintf("domain %q", d.Name)
		if _, err := guardName(d.Name); err != nil || registered(d.Name) != d.Name || seen[d.Name] {
			f.addf("%s: has to be a registered name under .test, once", here)
		}
		seen[d.Name] = true
		if p, ok := w.provider(d.Registrar); !ok || p.Kind != Registrar {
			f.addf("%s: registrar %q is none", here, d.Registrar)
		}
		if _, ok := w.provider(d.DNS); !ok {
			f.addf("%s: dns %q is no provider", here, d.DNS)
		}
	}
}

func (w *World) completeAssets(f *fault) {
	seen := map[string]bool{}
	for i := range w.Assets {
		a := &w.Assets[i]
		here := fmt.Sprintf("asset %q", a.ID)
		if a.ID == "" || seen[a.ID] {
			f.addf("%s: the id is missing or there twice", here)
		}
		seen[a.ID] = true
		one(f, here+" kind", a.Kind, Site, App, Update, Addon, List, Stream, Account, File, Copy)
		if _, ok := w.outlet(a.Outlet); !ok {
			f.addf("%s: outlet %q is none", here, a.Outlet)
		}
		p, ok := w.provider(a.Host)
		if !ok {
			f.addf("%s: host %q is no provider", here, a.Host)
			continue
		}
		u, err := url.Parse(a.Locator)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.Host != u.Hostname() {
			f.addf("%s: locator %q has to be an https address without a port", here, a.Locator)
			continue
		}
		if _, err := guardName(u.Hostname()); err != nil {
			f.addf("%s: %q is not a name under .test", here, u.Hostname())
			continue
		}
		if _, ok := w.domain(registered(u.Hostname())); !ok {
			f.addf("%s: nobody registered %s", here, registered(u.Hostname()))
		}
		if a.Origin != "" {
			if _, ok := w.provider(a.Origin); !ok {
				f.addf("%s: origin %q is no provider", here, a.Origin)
			}
		}
		if !a.Addr.IsValid() {
			a.Addr = p.at(atOwn)
		}
		if !p.Network.Contains(a.Addr) {
			f.addf("%s: address %s is not in the network of %s, %s", here, a.Addr, p.ID, p.Network)
		}
		if a.Key == "" {
			a.Key = a.ID
		}
		if a.MarkScale == 0 {
			a.MarkScale = 100
		}
		if a.Language == "" {
			a.Language = "en"
		}
		if _, ok := interfaceWords[a.Language]; !ok {
			f.addf("%s: language %q is not among ar, en, fr", here, a.Language)
		}
		if a.MarkScale < 10 || a.MarkScale > 400 || a.Posts < 0 || a.Posts > 1000 {
			f.addf("%s: mark_scale is from 10 to 400, posts from 0 to 1000", here)
		}
		for _, other := range []string{a.MirrorOf, a.Follows} {
			if _, ok := w.asset(other); !ok && other != "" {
				f.addf("%s: there is no asset %q that it repeats or follows", here, other)
			}
		}
		if w.circles(a) {
			f.addf("%s: it repeats or follows itself", here)
		}
	}
	for _, o := range w.Outlets {
		if _, ok := wording["en"][o.Theme]; !ok {
			f.addf("outlet %q: theme %q has no words; there are weather, trains, trams, garden, choir", o.ID, o.Theme)
		}
	}
	for _, l := range w.Links {
		for _, id := range []string{l.From, l.To} {
			if _, ok := w.asset(id); !ok {
				f.addf("link from %q to %q: there is no asset %q", l.From, l.To, id)
			}
		}
		one(f, fmt.Sprintf("link from %q to %q where", l.From, l.To), l.Where, InPage, InPost, InFeed, InManifest, InPlaylist, InSource)
	}
	for _, s := range w.Seeds {
		if !strings.HasPrefix(s, "https://") {
			f.addf("seed %q is no https address", s)
		}
	}
}

// circles reports whether an asset comes back to itself by what it repeats and follows.
func (w *World) circles(a *Asset) bool {
	at := a
	for range len(w.Assets) {
		next := at.MirrorOf
		if next == "" {
			next = at.Follows
		}
		if next == "" {
			return false
		}
		n, ok := w.asset(next)
		if !ok {
			return false
		}
		at = n
	}
	return true
}

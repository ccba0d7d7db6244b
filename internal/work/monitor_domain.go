// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// domain looks at a name: DNS, and the registers. A server that does not answer, a lame or a looping delegation say nothing of the name.
func (k *looking) domain(ctx context.Context) error {
	l, err := locator.Parse(k.Of.Locator)
	if err != nil {
		return errors.Join(iru.Invalid, err)
	}
	if l.IsIP() {
		k.Seen.Domain = &iru.DomainSeen{Name: l.Host(), Host: l.Host(), Exists: true, A: []string{l.Host()}}
		return nil
	}
	d := iru.DomainSeen{Name: l.Site(), Host: l.Host()}
	v := k.Vantages[0].Network()
	at := probe.Resolver{Server: v.Resolver, Local: v.Local}
	a, err := probe.DNS(ctx, at, l.Host())
	if err != nil {
		return err // Unavailable: nobody answered
	}
	d.Exists, d.Failed = !a.NXDomain, shortened(a.Failed)
	for _, ip := range append(append([]netip.Addr{}, a.A...), a.AAAA...) {
		d.A = append(d.A, ip.String())
	}
	d.NS, d.TXT, d.Aliases = a.NS, shortened(a.TXT), a.CNAME
	for _, m := range a.MX {
		d.MX = append(d.MX, m.Host)
	}
	if l.Host() != l.Site() { // name servers are the zone's
		if z, err := probe.DNS(ctx, at, l.Site()); err == nil {
			d.NS = z.NS
		}
	}
	for _, list := range []*[]string{&d.A, &d.NS, &d.MX, &d.TXT} {
		slices.Sort(*list)
	}
	if d.Exists && k.Schedule.Looks%sitemapEvery == 0 {
		// A name that nobody can have made: if it resolves, every name does, and a permutation that resolves means nothing.
		w, err := probe.DNS(ctx, at, "iolaus-"+digestOf([]byte(l.Site()))[:20]+"."+l.Site())
		d.Wildcard = err == nil && !w.NXDomain && len(w.A)+len(w.AAAA) > 0
	} else if k.last.Domain != nil {
		d.Wildcard = k.last.Domain.Wildcard
	}
	if len(d.Failed) > 0 && len(d.A) == 0 && d.Exists { // the question that matters was not answered
		k.Failed = true
		return nil
	}
	if k.RDAP != nil {
		switch r, err := k.RDAP.Domain(ctx, l.Site()); {
		case err == nil:
			k.registered(&d, r)
		case errors.Is(err, iru.NotFound):
			d.Unregistered = true
		default: // what was known is not gone because a register is silent
			k.Failed = true
			return nil //nolint:nilerr // a failed look is told as such
		}
	}
	k.Seen.Domain = &d
	return nil
}

// registered takes what the register says, and has the name looked at again when its registration ends.
func (k *looking) registered(d *iru.DomainSeen, r probe.Registration) {
	d.Registrar, d.RegistrarID, d.Registry = r.Registrar.Name, r.Registrar.IANA, siteName(r.Server)
	d.Status, d.Held = shortened(r.Status), r.Held()
	slices.Sort(d.Status)
	for _, e := range r.Events {
		switch e.Action {
		case "registration", "reregistration":
			d.Registered = laterOf(d.Registered, e.At)
		case "expiration":
			d.Expires = laterOf(d.Expires, e.At)
		case "last changed":
			d.Changed = laterOf(d.Changed, e.At)
		}
	}
	if !d.Expires.IsZero() {
		k.Event = d.Expires.Add(time.Hour)
	}
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// shortened keeps a stranger's list within what a page and a row may hold.
func shortened(l []string) (out []string) {
	for _, s := range l[:min(len(l), 32)] {
		out = append(out, line(clean(strings.TrimSpace(s)), 300))
	}
	return out
}

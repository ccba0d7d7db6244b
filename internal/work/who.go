// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// Who finds out who can act on a name: registrar, registry, name server operator and hosts, by DNS and RDAP, with what the directory
// knows of them and what their security.txt proposes. The error says what could not be found out; what was found is good all the same.
func (c *Crew) Who(ctx context.Context, l locator.Locator, directory []iru.Provider) (out []desk.Carriage, missing error) {
	told := func(err error) bool {
		if err != nil && !errors.Is(err, iru.NotFound) {
			missing = errors.Join(missing, err)
		}
		return err == nil
	}
	v := c.Vantages[0].Network()
	k := probe.Known{Name: l.Host(), At: c.Desk.Now()}
	if !l.IsIP() {
		if reg, err := c.RDAP.Domain(ctx, l.Host()); told(err) {
			k.Domain = &reg
		}
	}
	answers, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Host())
	told(err)
	for _, ip := range append(append([]netip.Addr{}, answers.A...), answers.AAAA...) {
		if net, err := c.RDAP.IP(ctx, ip); told(err) {
			k.Networks = append(k.Networks, net)
		}
	}
	if d := k.Domain; d != nil && d.Registrar.Name != "" {
		by := desk.Carriage{Name: d.Registrar.Name, Layer: legal.Registrar, Jurisdiction: d.Registrar.Country}
		out = append(out, carriage(directory, by, probe.Contacts(k), probe.ScopeRegistrar, siteApart(d.Registrar.URL, l)))
	}
	if d := k.Domain; d != nil {
		out = append(out, registry(directory, k, l))
		out = append(out, operators(directory, d.NameServers, l)...)
	}
	for n := range k.Networks {
		net := k.Networks[n]
		own := probe.Contacts(probe.Known{Name: l.Host(), Networks: k.Networks[n : n+1], At: k.At})
		name := net.Name
		for _, x := range own {
			if x.Scope == probe.ScopeNetwork && x.Name != "" {
				name = x.Name
				if cut := len(name) - len(" abuse desk"); cut > 0 && strings.EqualFold(name[cut:], " abuse desk") {
					name = name[:cut]
				}
				break
			}
		}
		out = append(out, carriage(directory, desk.Carriage{Name: name, Layer: legal.Host, Jurisdiction: net.Country}, own, probe.ScopeNetwork, ""))
	}
	for n := range out {
		c.secure(ctx, &out[n], l)
	}
	return out, missing
}

// registry is who keeps the top-level domain: as the directory or the playbook names it. Its contact acts on orders.
func registry(directory []iru.Provider, k probe.Known, l locator.Locator) desk.Carriage {
	tld := desk.TLD(l.String())
	c := desk.Carriage{Name: "Registry of ." + tld, Layer: legal.Registry, Source: "top-level domain"}
	if b, ok := iru.Brought(tld); ok {
		c.Name = b.Registry
	}
	for _, x := range probe.Contacts(k) {
		if x.Kind == "email" && x.Scope == probe.ScopeRegistry && c.Address == "" {
			c.Channel, c.Address, c.Source = iru.ByMail, x.Value, x.Source
		}
	}
	for _, p := range directory {
		if p.Layer == legal.Registry && (p.Name == c.Name || strings.TrimPrefix(p.Site, ".") == tld) {
			return known(p, c.Source)
		}
	}
	return c
}

// operators are who runs the name servers, one for each site of theirs. A name's own name servers say nothing.
func operators(directory []iru.Provider, servers []string, outlet locator.Locator) (out []desk.Carriage) {
	seen := map[string]bool{}
	for _, ns := range servers {
		l, err := locator.Of(locator.KindDomain, ns)
		if err != nil || seen[l.Site()] || l.Site() == outlet.Site() {
			continue
		}
		seen[l.Site()] = true
		c := desk.Carriage{Name: l.Site(), Site: l.Site(), Layer: legal.DNSOperator, Source: "name servers of the domain"}
		for _, p := range directory {
			if p.Layer == legal.DNSOperator && p.Site == c.Site {
				c = known(p, c.Source)
			}
		}
		out = append(out, c)
	}
	return out
}

// known is a carriage by a provider of the directory, whose own contact stands.
func known(p iru.Provider, source string) desk.Carriage {
	return desk.Carriage{Name: p.Name, Site: p.Site, Layer: p.Layer, Jurisdiction: p.Jurisdiction, ServesOthers: p.ServesOthers, Channel: p.Channel, Address: p.Address, Source: source, Directory: true}
}

// reachableOnly leaves out registries and name server operators whom nobody could write to: the register of providers is for those one
// can. What else can be known of them is in the playbook of the top-level domain.
func reachableOnly(found []desk.Carriage) []desk.Carriage {
	return slices.DeleteFunc(found, func(c desk.Carriage) bool {
		return (c.Layer == legal.Registry || c.Layer == legal.DNSOperator) && c.Address == ""
	})
}

// secure proposes what a provider's own security.txt names. It is meant for vulnerabilities, so it is the last resort; one that has
// expired says so. Asked once a day for each site.
func (c *Crew) secure(ctx context.Context, g *desk.Carriage, outlet locator.Locator) {
	if g.Site == "" || g.Site == outlet.Site() || len(c.Vantages) == 0 {
		return
	}
	now := c.Desk.Now()
	c.texts.mu.Lock()
	kept, ok := c.texts.of[g.Site]
	c.texts.mu.Unlock()
	if !ok || now.Sub(kept.at) > 24*time.Hour {
		bound, cancel := context.WithTimeout(ctx, 5*time.Second)
		text, err := probe.Security(bound, c.Vantages[0], g.Site)
		cancel()
		if ctx.Err() != nil {
			return
		}
		kept = keptText{at: now}
		if err == nil {
			kept.text = text
		}
		c.texts.mu.Lock()
		if c.texts.of == nil || len(c.texts.of) > 4096 {
			c.texts.of = map[string]keptText{}
		}
		c.texts.of[g.Site] = kept
		c.texts.mu.Unlock()
	}
	source := kept.text.Server
	if e := kept.text.Expires; kept.text.Expired(now) {
		source += " (expired on " + e.Format("2006-01-02") + ")"
		if e.IsZero() {
			source = kept.text.Server + " (it does not say until when it holds)"
		}
	}
	for _, x := range kept.text.Contacts {
		if x.Kind == "email" {
			g.Others = append(g.Others, iru.Contact{Kind: iru.ContactSecurity, Channel: iru.ByMail, Address: x.Value, Source: source, Languages: kept.text.Languages})
		}
	}
}

type keptText struct {
	at   time.Time
	text probe.SecurityText
}

type securityTexts struct {
	mu sync.Mutex
	of map[string]keptText
}

// siteApart is the registrable name of a provider's own page; "" where that is the outlet's.
func siteApart(page string, outlet locator.Locator) string {
	l, err := locator.Parse(page)
	if err != nil || l.Site() == outlet.Site() {
		return ""
	}
	return l.Site()
}

// carriage completes what a probe found with the contact and with what the unit's directory knows of that provider, such as that
// it is no host but a delivery network. Site is the provider's own name where its page is known; "" otherwise. Where nobody
// published a contact and the directory has none, the customary one of that name is a guess; the outlet's own name never is, since
// then the outlet would be told of the act against it.
func carriage(directory []iru.Provider, c desk.Carriage, contacts []probe.Candidate, scope probe.Scope, site string) desk.Carriage {
	c.Site = site
	for _, k := range contacts {
		if k.Kind != "email" || k.Scope != scope || k.Guess {
			continue
		}
		if c.Address == "" {
			c.Channel, c.Address, c.Source = iru.ByMail, k.Value, k.Source
		} else if len(c.Others) < 5 {
			c.Others = append(c.Others, iru.Contact{Kind: iru.ContactAbuse, Channel: iru.ByMail, Address: k.Value, Name: k.Name, Source: k.Source})
		}
	}
	if _, domain, ok := strings.Cut(c.Address, "@"); ok {
		if l, err := locator.Of(locator.KindDomain, domain); err == nil {
			c.Site = l.Site()
		}
	}
	better := c.Address != ""
	for _, p := range directory {
		if (p.Layer == legal.Registrar) != (c.Layer == legal.Registrar) {
			continue
		}
		better = better || p.Address != "" && p.Name == c.Name
		if c.Site == "" || p.Site != c.Site {
			continue
		}
		c.Name, c.Layer, c.ServesOthers = p.Name, p.Layer, p.ServesOthers
		if c.Jurisdiction == "" {
			c.Jurisdiction = p.Jurisdiction
		}
		better = better || p.Address != ""
	}
	if !better && site != "" {
		c.Channel, c.Address, c.Source, c.Guess = iru.ByMail, "abuse@"+site, "convention", true // RFC 2142
	}
	return c
}

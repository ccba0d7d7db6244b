// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"slices"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// mostAddresses is how many addresses of a name are asked backwards.
const mostAddresses = 4

// neighbours are the names beside an asset's in the DNS: what it is an alias of, its name servers and mail servers, what its mail may come from, and what the
// holder of its address calls it. Most of these are companies that serve thousands: a name counts only if it has a word of the outlet's name in it,
// and, asked backwards, leads to the same address.
func (c *Crew) neighbours(ctx context.Context, a iru.Asset, l locator.Locator) ([]iru.Lead, error) {
	if l.IsIP() || a.Outlet == 0 {
		return nil, nil
	}
	words, err := c.outletWords(ctx, a)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	v := c.Vantages[0].Network()
	r := probe.Resolver{Server: v.Resolver, Local: v.Local}
	answers, err := probe.DNS(ctx, r, l.Host())
	if err != nil {
		return nil, nil // who carries it is asked again by itself, and this with it
	}
	var out []iru.Lead
	add := func(name, how string) {
		n, err := locator.Of(locator.KindDomain, name)
		if err != nil || n.Site() == "" || n.Site() == l.Site() || !slices.ContainsFunc(words, func(w string) bool { return len(w) > 5 && strings.Contains(n.Site(), w) }) {
			return
		}
		out = append(out, iru.Lead{Address: n.URL(), Source: iru.LeadDNS, Path: iru.LeadPath{Document: "dns " + l.Host(), How: how}})
	}
	for _, n := range answers.CNAME {
		add(n, "alias")
	}
	for _, n := range answers.NS {
		add(n, "name server")
	}
	for _, m := range answers.MX {
		add(m.Host, "mail server")
	}
	for _, t := range answers.TXT {
		for f := range strings.FieldsSeq(t) {
			if n, ok := strings.CutPrefix(f, "include:"); ok && strings.HasPrefix(t, "v=spf1") { // RFC 7208, section 5.2
				add(n, "sender policy")
			}
		}
	}
	for _, ip := range answers.A[:min(len(answers.A), mostAddresses)] {
		names, err := probe.Reverse(ctx, r, ip)
		if err != nil {
			continue
		}
		for _, n := range names {
			if back, err := probe.DNS(ctx, r, n); err == nil && slices.Contains(back.A, ip) {
				add(n, "reverse name")
			}
		}
	}
	return out, nil
}

// nameServers asks who answers for an asset's registered name: what several names of an outlet share, and few others, is a hint.
func (c *Crew) nameServers(ctx context.Context, a iru.Asset) error {
	l, err := locator.Parse(a.Locator)
	if err != nil || l.IsIP() || l.Site() == "" || c.Desk.OnPlatform(a.Locator) {
		return nil //nolint:nilerr // it has no name
	}
	v := c.Vantages[0].Network()
	answers, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Site())
	if err != nil || len(answers.NS) == 0 {
		return nil //nolint:nilerr // it is asked again
	}
	return c.Desk.RecordNameServers(ctx, a.ID, answers.NS)
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// prober finds out who carries an asset: registrar and host, by DNS and RDAP. On a platform only the platform itself is named: its
// own registrar and host carry thousands of others.
type prober struct {
	river.WorkerDefaults[desk.Probe]
	*Crew
}

func (w *prober) Work(ctx context.Context, job *river.Job[desk.Probe]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return outcome(fmt.Errorf("probe asset %d: %w: %w", a.ID, iru.Invalid, err))
	}
	var directory []iru.Provider
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		directory, err = t.Providers(ctx, iru.Program())
		return err
	}); err != nil {
		return outcome(err)
	}
	var found []desk.Carriage
	if w.RDAP != nil && !shared(directory, w.Desk.Rules.Platforms, l) {
		if found, err = w.carriers(ctx, l, directory); err != nil {
			return outcome(err)
		}
	}
	return outcome(w.Desk.RecordCarriers(ctx, a.ID, found))
}

// shared reports whether many customers publish under the address's own name.
func shared(directory []iru.Provider, platforms map[string]iru.AssetKind, l locator.Locator) bool {
	if platforms[l.Host()] != "" || platforms[l.Site()] != "" {
		return true
	}
	for _, p := range directory {
		if p.Site != "" && (p.Site == l.Site() || p.Site == l.Host()) {
			return true
		}
	}
	return false
}

func (w *prober) carriers(ctx context.Context, l locator.Locator, directory []iru.Provider) ([]desk.Carriage, error) {
	var out []desk.Carriage
	v := w.Vantages[0].Network()
	k := probe.Known{Name: l.Host(), At: w.Desk.Now()}
	if !l.IsIP() {
		reg, err := w.RDAP.Domain(ctx, l.Host())
		if err != nil && !errors.Is(err, iru.NotFound) {
			return nil, err
		}
		if err == nil {
			k.Domain = &reg
		}
	}
	answers, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Host())
	if err != nil {
		return nil, err
	}
	for _, ip := range append(append([]netip.Addr{}, answers.A...), answers.AAAA...) {
		net, err := w.RDAP.IP(ctx, ip)
		if err != nil && !errors.Is(err, iru.NotFound) {
			return nil, err
		}
		if err == nil {
			k.Networks = append(k.Networks, net)
		}
	}
	contacts := probe.Contacts(k)
	if d := k.Domain; d != nil && d.Registrar.Name != "" {
		out = append(out, carriage(directory, desk.Carriage{Name: d.Registrar.Name, Layer: legal.Registrar, Jurisdiction: d.Registrar.Country}, contacts, probe.ScopeRegistrar))
	}
	for n := range k.Networks {
		net := k.Networks[n]
		own := probe.Contacts(probe.Known{Name: l.Host(), Networks: k.Networks[n : n+1], At: k.At})
		name := net.Name
		for _, c := range own {
			if c.Scope == probe.ScopeNetwork && c.Name != "" {
				name = c.Name
				if cut := len(name) - len(" abuse desk"); cut > 0 && strings.EqualFold(name[cut:], " abuse desk") {
					name = name[:cut]
				}
				break
			}
		}
		out = append(out, carriage(directory, desk.Carriage{Name: name, Layer: legal.Host, Jurisdiction: net.Country}, own, probe.ScopeNetwork))
	}
	return out, nil
}

// carriage completes what a probe found with the contact and with what the unit's directory knows of that provider, such as that
// it is no host but a delivery network.
func carriage(directory []iru.Provider, c desk.Carriage, contacts []probe.Candidate, scope probe.Scope) desk.Carriage {
	for _, k := range contacts {
		if k.Kind == "email" && (k.Scope == scope || (c.Address == "" && k.Scope == probe.ScopeDomain)) && (c.Address == "" || c.Guess) {
			c.Channel, c.Address, c.Source, c.Guess = iru.ByMail, k.Value, k.Source, k.Guess
		}
	}
	if _, domain, ok := strings.Cut(c.Address, "@"); ok && !c.Guess {
		if l, err := locator.Of(locator.KindDomain, domain); err == nil {
			c.Site = l.Site()
		}
	}
	for _, p := range directory {
		if c.Site == "" || p.Site != c.Site || (p.Layer == legal.Registrar) != (c.Layer == legal.Registrar) {
			continue
		}
		c.Name, c.Layer, c.ServesOthers = p.Name, p.Layer, p.ServesOthers
		if c.Jurisdiction == "" {
			c.Jurisdiction = p.Jurisdiction
		}
	}
	return c
}

// read takes up what is new in one certificate log, batch by batch; how far it came is stored with what was found.
func (c *Crew) read(ctx context.Context, log string) error {
	ct := probe.CT{HTTP: c.Vantages[0], Log: log}
	for ctx.Err() == nil {
		from, err := c.Desk.Cursor(ctx, log)
		if err != nil {
			return err
		}
		entries, next, err := ct.Since(ctx, from)
		if err != nil || next == from {
			return err
		}
		var seen []desk.Certificate
		for _, e := range entries {
			if e.Err == nil {
				seen = append(seen, desk.Certificate{Names: e.Certificate.Names, SPKI: e.Certificate.SPKI})
			}
		}
		if _, err := c.Desk.Announce(ctx, log, next, seen); err != nil {
			return err
		}
	}
	return ctx.Err()
}

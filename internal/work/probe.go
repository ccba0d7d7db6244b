// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

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
	var missing error
	if w.RDAP != nil && !shared(directory, w.Desk.Rules.Platforms, l) {
		found, missing = w.carriers(ctx, l, directory)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if missing != nil && len(found) == 0 {
		return outcome(missing)
	}
	record := w.Desk.RecordCarriers
	if missing != nil {
		record = w.Desk.AddCarriers
	}
	if err := record(ctx, a.ID, found); err != nil {
		return outcome(err)
	}
	if missing != nil && time.Since(job.CreatedAt) < askFor {
		w.Log.Warn("not everybody who carries an asset is known yet", "asset", a.ID, "error", missing)
		return river.JobSnooze(time.Hour)
	}
	return nil
}

// askFor is how long a server that does not answer is asked again who else carries an asset.
const askFor = 24 * time.Hour

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

// carriers finds registrar and hosts. The error says what could not be found out; what was found is good all the same.
func (w *prober) carriers(ctx context.Context, l locator.Locator, directory []iru.Provider) (out []desk.Carriage, missing error) {
	known := func(err error) bool {
		if err != nil && !errors.Is(err, iru.NotFound) {
			missing = errors.Join(missing, err)
		}
		return err == nil
	}
	v := w.Vantages[0].Network()
	k := probe.Known{Name: l.Host(), At: w.Desk.Now()}
	if !l.IsIP() {
		if reg, err := w.RDAP.Domain(ctx, l.Host()); known(err) {
			k.Domain = &reg
		}
	}
	answers, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Host())
	known(err)
	for _, ip := range append(append([]netip.Addr{}, answers.A...), answers.AAAA...) {
		if net, err := w.RDAP.IP(ctx, ip); known(err) {
			k.Networks = append(k.Networks, net)
		}
	}
	if d := k.Domain; d != nil && d.Registrar.Name != "" {
		c := desk.Carriage{Name: d.Registrar.Name, Layer: legal.Registrar, Jurisdiction: d.Registrar.Country}
		out = append(out, carriage(directory, c, probe.Contacts(k), probe.ScopeRegistrar, siteApart(d.Registrar.URL, l)))
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
		out = append(out, carriage(directory, desk.Carriage{Name: name, Layer: legal.Host, Jurisdiction: net.Country}, own, probe.ScopeNetwork, ""))
	}
	return out, missing
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
		if k.Kind == "email" && k.Scope == scope && !k.Guess {
			c.Channel, c.Address, c.Source = iru.ByMail, k.Value, k.Source
			break
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
		if _, err := c.Desk.Announce(ctx, log, from, next, seen); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

// A Carriage is what a probe found of who carries an asset.
type Carriage struct {
	Name         string
	Site         string
	Layer        legal.Layer
	Jurisdiction string
	ServesOthers bool
	Channel      string
	Address      string
	Source       string
	Guess        bool
	Directory    bool          // the address is the directory's own: it proposes nothing
	Others       []iru.Contact // further contacts that were found, to be proposed: kind, channel, address, source
}

// RecordCarriers takes in who carries an asset, all of them as far as anybody can find out: whose place others have taken is dropped.
// A provider seen for the first time is entered with its contact proposed; a contact that changed stops sending until a person
// confirms it.
func (d *Desk) RecordCarriers(ctx context.Context, id iru.AssetID, found []Carriage) error {
	return d.carriers(ctx, id, found, true)
}

// AddCarriers is RecordCarriers where not everybody could be asked: nobody is dropped.
func (d *Desk) AddCarriers(ctx context.Context, id iru.AssetID, found []Carriage) error {
	return d.carriers(ctx, id, found, false)
}

func (d *Desk) carriers(ctx context.Context, id iru.AssetID, found []Carriage, all bool) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		had, err := t.Carriers(ctx, a.ID)
		if err != nil {
			return err
		}
		var has []iru.Carrier
		for _, c := range found {
			p, err := d.provider(ctx, t, a.Unit, c, now)
			if err != nil {
				return err
			}
			for _, o := range c.Others {
				if _, err := suggest(ctx, t, p, o, now); err != nil {
					return err
				}
			}
			has = append(has, iru.Carrier{Asset: a.ID, Provider: p.ID, Layer: c.Layer, Source: c.Source, At: now})
			if err := t.SetCarrier(ctx, has[len(has)-1]); err != nil {
				return err
			}
		}
		if all {
			if err := d.moved(ctx, t, a, had, has, now); err != nil {
				return err
			}
		}
		if err := d.listed(ctx, t, a, now); err != nil {
			return err
		}
		return d.chartCarriers(ctx, t, a)
	})
}

// moved drops the carriers whose place on the same layer others have taken, unless an officer gave their word for them. Units that
// answered a poll on acts that go to them must answer again.
func (d *Desk) moved(ctx context.Context, t *db.Tx, a iru.Asset, had, has []iru.Carrier, now time.Time) error {
	same := func(x, y iru.Carrier) bool { return x.Provider == y.Provider && x.Layer == y.Layer }
	for _, c := range had {
		replaced := slices.ContainsFunc(has, func(x iru.Carrier) bool { return x.Layer == c.Layer })
		if c.By != 0 || !replaced || slices.ContainsFunc(has, func(x iru.Carrier) bool { return same(x, c) }) {
			continue
		}
		if err := t.RemoveCarrier(ctx, c); err != nil {
			return err
		}
		p, err := t.Provider(ctx, iru.Program(), c.Provider)
		if err != nil {
			return err
		}
		if err := d.unchartCarrier(ctx, t, a, c, p, now); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("asset", int64(a.ID), "move", 0, a.Unit, now, p.Name+" no longer carries it").With("provider", int64(p.ID)).With("layer", string(c.Layer))); err != nil {
			return err
		}
		ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if n.Provider != c.Provider || n.Layer != c.Layer {
				continue
			}
			if n.Unsent() {
				if err := overtaken(ctx, t, n, p, has, now); err != nil {
					return err
				}
			}
			if n.Operation == 0 || n.State == iru.NoticeWithdrawn {
				continue
			}
			if err := d.askAgain(ctx, t, n, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// carried refuses an act to a provider that no longer carries what it is about.
func carried(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider) error {
	cs, err := t.Carriers(ctx, n.Asset)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(cs, func(c iru.Carrier) bool { return c.Provider == n.Provider && c.Layer == n.Layer }) {
		return nil
	}
	return iru.Refuse(iru.Conflict, fmt.Sprintf("%s no longer carries what %s is about as %s", p.Name, n.Ref, n.Layer.Title()), "act on who carries it now"+instead(ctx, t, cs, n.Layer))
}

// listed adds the providers of the directory under whose own name the asset lies: stores, platforms, list services, and hosts of what their customers put
// there, such as a file host or an archive.
func (d *Desk) listed(ctx context.Context, t *db.Tx, a iru.Asset, now time.Time) error {
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return nil
	}
	ps, err := t.Providers(ctx, iru.Program())
	if err != nil {
		return err
	}
	_, shelf := d.platform(l)
	for _, p := range ps {
		if p.Unit != a.Unit || p.Site == "" || (p.Site != l.Site() && p.Site != l.Host()) {
			continue
		}
		switch {
		case p.Layer == legal.Host && !shelf: // its own pages are its own
		case slices.Contains([]legal.Layer{legal.Platform, legal.AppStore, legal.AddonStore, legal.Newsletter, legal.StreamHost, legal.Host}, p.Layer):
			if err := t.SetCarrier(ctx, iru.Carrier{Asset: a.ID, Provider: p.ID, Layer: p.Layer, Source: "the address lies under the provider's own name", At: now}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) provider(ctx context.Context, t *db.Tx, u iru.UnitID, c Carriage, now time.Time) (iru.Provider, error) {
	p, err := t.ProviderByName(ctx, u, c.Name, c.Layer)
	if errors.Is(err, iru.NotFound) {
		p = iru.Provider{Unit: u, Name: c.Name, Site: c.Site, Layer: c.Layer, Jurisdiction: c.Jurisdiction, ServesOthers: c.ServesOthers, Channel: c.Channel,
			Address: c.Address, Source: c.Source, Guess: c.Guess, SeenAt: now, Contact: iru.ContactProposed, Created: now}
		if err := t.AddProvider(ctx, &p); err != nil {
			return p, err
		}
		e := happened("provider", int64(p.ID), "find", 0, u, now, c.Source).With("name", p.Name).With("layer", string(p.Layer)).With("address", p.Address)
		e.To = string(p.Contact)
		_, err = t.Record(ctx, e)
		return p, err
	} else if err != nil {
		return p, err
	}
	if p.Channel != iru.ByMail && p.Address != "" || c.Address == "" || c.Directory { // the directory's own entry wins over what a probe finds
		return p, nil
	}
	old := p.Contact
	next, e, changed := p.Propose(c.Channel, c.Address, c.Source, c.Guess, now)
	if !changed {
		return p, nil
	}
	if err := t.UpdateProvider(ctx, next, old); err != nil {
		return p, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

// EnterProvider enters a provider into the unit's directory, or changes how it is reached; a person must confirm it afterwards.
func (d *Desk) EnterProvider(ctx context.Context, s iru.Scope, p iru.Provider) (iru.Provider, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return p, err
	}
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" || !p.Layer.Valid() || p.Address == "" && p.Channel != iru.ByPortal || !slices.Contains(iru.Channels, p.Channel) {
		return p, iru.Refuse(iru.Invalid, "a provider needs a name, a layer, a channel (smtp, api, portal or manual) and an address", "only a provider that is reached by its page alone may have none")
	}
	if err := p.CheckFacts(); err != nil {
		return p, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		have, err := t.ProviderByName(ctx, s.Unit, p.Name, p.Layer)
		if errors.Is(err, iru.NotFound) {
			p.Unit, p.Contact, p.Created, p.SeenAt = s.Unit, iru.ContactProposed, now, now
			if err := t.AddProvider(ctx, &p); err != nil {
				return err
			}
			e := happened("provider", int64(p.ID), "enter", s.Officer, s.Unit, now, p.Source).With("name", p.Name).With("address", p.Address)
			e.To = string(p.Contact)
			_, err := t.Record(ctx, e)
			return err
		} else if err != nil {
			return err
		}
		old := have.Contact
		next, e, changed := have.Propose(p.Channel, p.Address, "entered by an officer", false, now)
		if !changed {
			token := p.Token
			if p = have; token == "" || token == have.Token {
				return nil
			}
			p.Token = token
			if err := t.UpdateProvider(ctx, p, old); err != nil {
				return err
			}
			_, err = t.Record(ctx, happened("provider", int64(p.ID), "credential", s.Officer, s.Unit, now, ""))
			return err
		}
		next.Token, e.By = p.Token, s.Officer
		p = next
		if err := t.UpdateProvider(ctx, next, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	p.Token = "" // never shown again
	return p, err
}

// Confirm is an officer's word that a provider's contact, as the officer has seen it (iru.Provider.Way), is right; what waited for it goes on.
func (d *Desk) Confirm(ctx context.Context, s iru.Scope, id iru.ProviderID, seen, note string) (iru.Provider, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Provider{}, err
	}
	var p iru.Provider
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if p, err = t.Provider(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		if err := asSeen("contact", p.Way(), seen); err != nil {
			return err
		}
		old := p.Contact
		var e iru.Event
		if p, e, err = p.Confirm(s.Officer, now, note); err != nil {
			return err
		}
		if err := t.UpdateProvider(ctx, p, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e.With("name", p.Name).With("address", p.Address)); err != nil {
			return err
		}
		ns, err := t.NoticesTo(ctx, iru.Program(), p.ID)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if n.State != iru.NoticeApproved {
				continue
			}
			if n.Batch != 0 {
				b, err := t.Batch(ctx, iru.Program(), n.Batch)
				if err != nil {
					return err
				}
				if _, err := t.Enqueue(ctx, Group{Batch: b.ID, Due: b.Due.UnixMicro()}, act(b.Due)); err != nil {
					return err
				}
				continue
			}
			past := true
			if n.Operation != 0 { // a task that was parked at T0
				o, err := t.Operation(ctx, iru.Program(), n.Operation)
				if err != nil {
					return err
				}
				past = o.Leaves() && o.Came(n.Stage, now) && !n.Drill
			}
			if past {
				if _, err := t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return p, err
}

// confirmed refuses to send to a contact that no person has confirmed.
func confirmed(p iru.Provider) error {
	if p.Contact == iru.ContactConfirmed {
		return nil
	}
	return iru.Refuse(iru.Conflict, fmt.Sprintf("the contact of %s is %s", p.Name, p.Contact), "a person must confirm it before anything is sent")
}

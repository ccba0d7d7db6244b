// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// ContactsTold counts what became of the lines of a file of contacts.
type ContactsTold struct {
	Added   int               `json:"added"`
	Changed int               `json:"changed"` // stops sending to a contact that was confirmed, until a person confirms it again
	Same    int               `json:"same"`
	Wrong   []iru.ContactLine `json:"wrong"`
}

// ImportContacts takes a file of contacts into the unit's register. What it adds or changes is never confirmed by it. With a wrong
// line nothing is taken in, unless rest says that the others should be.
func (d *Desk) ImportContacts(ctx context.Context, s iru.Scope, in io.Reader, name string, rest bool) (ContactsTold, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return ContactsTold{}, err
	}
	rows, wrong, err := iru.ReadContacts(in)
	if err != nil {
		return ContactsTold{}, err
	}
	var told ContactsTold
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		told = ContactsTold{Wrong: append([]iru.ContactLine{}, wrong...)}
		for _, x := range rows {
			verb, err := importRow(ctx, t, s, x, name, now)
			switch {
			case settled(err):
				told.Wrong = append(told.Wrong, iru.WrongLine(x.Line, err))
				continue
			case err != nil:
				return err
			}
			switch verb {
			case "enter":
				told.Added++
			case "change":
				told.Changed++
			default:
				told.Same++
			}
		}
		if len(told.Wrong) > 0 && !rest {
			return errWrong // nothing of it is kept
		}
		_, err := t.Record(ctx, happened("unit", int64(s.Unit), "import_contacts", s.Officer, s.Unit, now, clip(name, 200)).
			With("added", told.Added).With("changed", told.Changed).With("wrong", len(told.Wrong)))
		return err
	})
	if errors.Is(err, errWrong) {
		told.Added, told.Changed, told.Same = 0, 0, 0
		return told, iru.Refuse(iru.Invalid, fmt.Sprintf("%d lines cannot be taken in, so nothing was", len(told.Wrong)), "mend them, or take the others in without them")
	}
	return told, err
}

var errWrong = fmt.Errorf("lines cannot be taken in: %w", iru.Invalid)

func settled(err error) bool {
	for _, kind := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// importRow takes one line in and tells what that was: "enter", "change" or "".
func importRow(ctx context.Context, t *db.Tx, s iru.Scope, x iru.ContactRow, file string, now time.Time) (string, error) {
	if x.Record == "authority" {
		a := x.Authority
		if a.Source == "" {
			a.Source = "file " + file
		}
		have, err := t.AuthorityNamed(ctx, s.Unit, a.Country, a.Role, a.Name)
		next, e := enterAuthority(ctx, t, s, a, now)
		switch {
		case e != nil:
			return "", e
		case errors.Is(err, iru.NotFound):
			return "enter", nil
		case err != nil:
			return "", err
		case have.Way() == next.Way() && have.SealKey == next.SealKey && have.Note == next.Note && have.Page == next.Page && fmt.Sprint(have.Languages) == fmt.Sprint(next.Languages):
			return "", nil
		}
		return "change", nil
	}
	p, err := t.ProviderByName(ctx, s.Unit, x.Provider.Name, x.Provider.Layer)
	if x.Record == "contact" {
		if errors.Is(err, iru.NotFound) {
			return "", iru.Refuse(iru.Invalid, fmt.Sprintf("there is no provider %q as %s", x.Provider.Name, x.Provider.Layer), "put its own line before this one")
		} else if err != nil {
			return "", err
		}
		if x.Contact.Source == "" {
			x.Contact.Source = "file " + file
		}
		cs, err := t.Contacts(ctx, iru.Program(), p.ID)
		if err != nil {
			return "", err
		}
		c, err := enterContact(ctx, t, p, tidy(x.Contact), s.Officer, now)
		if err != nil {
			return "", err
		}
		for _, old := range cs {
			if old.ID == c.ID {
				if same(old, c) && old.State == c.State {
					return "", nil
				}
				return "change", nil
			}
		}
		return "enter", nil
	}
	return importProvider(ctx, t, s, p, errors.Is(err, iru.NotFound), x.Provider, file, now)
}

func importProvider(ctx context.Context, t *db.Tx, s iru.Scope, have iru.Provider, fresh bool, p iru.Provider, file string, now time.Time) (string, error) {
	if p.Channel != iru.ByMail && p.Channel != iru.ByAPI {
		return "", iru.Refuse(iru.Invalid, "a provider's first contact is by smtp or api", "enter other ways as a contact of it")
	}
	if p.Source == "" {
		p.Source = "file " + file
	}
	if fresh {
		p.Unit, p.Contact, p.Created, p.SeenAt = s.Unit, iru.ContactProposed, now, now
		if err := t.AddProvider(ctx, &p); err != nil {
			return "", err
		}
		e := happened("provider", int64(p.ID), "enter", s.Officer, s.Unit, now, p.Source).With("name", p.Name).With("address", p.Address)
		e.To = string(p.Contact)
		_, err := t.Record(ctx, e)
		return "enter", err
	}
	f := FactsOf(p)
	if p.Site == "" { // a file that has no such column leaves what is known
		f.Site = have.Site
	}
	if f.Jurisdiction == "" {
		f.Jurisdiction = have.Jurisdiction
	}
	next, described, err := describe(ctx, t, s, have, f, now)
	if err != nil {
		return "", err
	}
	old := next.Contact
	moved, e, changed := next.Propose(p.Channel, p.Address, p.Source, false, now)
	if !changed {
		if described {
			return "change", nil
		}
		return "", nil
	}
	e.By = s.Officer
	if err := t.UpdateProvider(ctx, moved, old); err != nil {
		return "", err
	}
	_, err = t.Record(ctx, e)
	return "change", err
}

// ExportContacts gives the unit's register as rows of a file: providers, each before its contacts, then authorities.
func (d *Desk) ExportContacts(ctx context.Context, s iru.Scope) ([]iru.ContactRow, error) {
	if err := s.May(iru.ToRead); err != nil {
		return nil, err
	}
	var out []iru.ContactRow
	err := d.DB.View(ctx, func(t *db.Tx) error {
		out = nil
		ps, err := t.Providers(ctx, s)
		if err != nil {
			return err
		}
		for _, p := range ps {
			if p.Unit != s.Unit || p.Address == "" {
				continue
			}
			p.Token = ""
			out = append(out, iru.ContactRow{Record: "provider", Provider: p, Status: p.Contact})
			cs, err := t.Contacts(ctx, s, p.ID)
			if err != nil {
				return err
			}
			for _, c := range cs {
				if c.DroppedAt.IsZero() {
					out = append(out, iru.ContactRow{Record: "contact", Provider: iru.Provider{Name: p.Name, Layer: p.Layer}, Contact: c, Status: c.State})
				}
			}
		}
		as, err := t.Authorities(ctx, s)
		for _, a := range as {
			out = append(out, iru.ContactRow{Record: "authority", Authority: a, Status: a.State})
		}
		return err
	})
	return out, err
}

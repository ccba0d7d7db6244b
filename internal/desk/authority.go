// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// EnterAuthority enters an authority into the unit's register, or changes the one of that state, role and name; a person must confirm
// it afterwards.
func (d *Desk) EnterAuthority(ctx context.Context, s iru.Scope, a iru.Authority) (iru.Authority, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return a, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		a, err = enterAuthority(ctx, t, s, a, now)
		return err
	})
	return a, err
}

func enterAuthority(ctx context.Context, t *db.Tx, s iru.Scope, a iru.Authority, now time.Time) (iru.Authority, error) {
	a.Name, a.Source, a.Note = clip(a.Name, 200), clip(a.Source, 300), clip(a.Note, 2000)
	a.Mail, a.Phone, a.Page, a.SealKey = strings.TrimSpace(a.Mail), clip(a.Phone, 60), strings.TrimSpace(a.Page), strings.TrimSpace(a.SealKey)
	if err := a.Check(); err != nil {
		return a, err
	}
	have, err := t.AuthorityNamed(ctx, s.Unit, a.Country, a.Role, a.Name)
	if errors.Is(err, iru.NotFound) {
		a.Unit, a.State, a.Created, a.ConfirmedBy, a.ConfirmedAt = s.Unit, iru.ContactProposed, now, 0, time.Time{}
		if err := t.AddAuthority(ctx, &a); err != nil {
			return a, err
		}
		e := happened("authority", int64(a.ID), "enter", s.Officer, s.Unit, now, a.Source).With("name", a.Name).With("role", string(a.Role)).With("address", a.Way())
		e.To = string(a.State)
		_, err = t.Record(ctx, e)
		return a, err
	} else if err != nil {
		return a, err
	}
	next, e := have.Change(a, s.Officer, now, a.Source)
	if err := t.UpdateAuthority(ctx, next, have.State); err != nil {
		return a, err
	}
	_, err = t.Record(ctx, e.With("address", next.Way()))
	return next, err
}

// ConfirmAuthority is an officer's word that an authority is reached as the officer has seen it (iru.Authority.Way).
func (d *Desk) ConfirmAuthority(ctx context.Context, s iru.Scope, id iru.AuthorityID, seen, note string) (iru.Authority, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Authority{}, err
	}
	var a iru.Authority
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		have, err := t.Authority(ctx, s, id)
		if err != nil {
			return err
		}
		if err := asSeen("contact", have.Way(), seen); err != nil {
			return err
		}
		next, e, err := have.Confirm(s.Officer, now, clip(note, 1000))
		if err != nil {
			return err
		}
		if err := t.UpdateAuthority(ctx, next, have.State); err != nil {
			return err
		}
		a = next
		_, err = t.Record(ctx, e.With("address", a.Way()))
		return err
	})
	return a, err
}

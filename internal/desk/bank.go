// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// OwnBank holds what the unit itself judged.
const OwnBank = iru.OwnBank

// OpenBank opens a bank of the unit. Handling codes that nobody gives are iru.DefaultHandling.
func (d *Desk) OpenBank(ctx context.Context, s iru.Scope, b iru.Bank) (iru.Bank, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return b, err
	}
	b.Name, b.Note, b.Unit, b.By, b.Muted, b.Checkpoint = strings.TrimSpace(b.Name), strings.TrimSpace(b.Note), s.Unit, s.Officer, false, ""
	if b.Handling == (iru.Handling{}) {
		b.Handling = iru.DefaultHandling
	}
	if err := b.Check(); err != nil {
		return b, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		switch _, err := t.BankByName(ctx, s.Unit, b.Name); {
		case err == nil:
			return iru.Refuse(iru.Conflict, fmt.Sprintf("there is a bank “%s” already", b.Name), "use it, or choose another name")
		case !errors.Is(err, iru.NotFound):
			return err
		}
		b.Created = now
		return openBank(ctx, t, &b)
	})
	return b, err
}

func openBank(ctx context.Context, t *db.Tx, b *iru.Bank) error {
	if err := t.AddBank(ctx, b); err != nil {
		return err
	}
	_, err := t.Record(ctx, happened("bank", int64(b.ID), "open", b.By, b.Unit, b.Created, b.Name).
		With("source", string(b.Source)).With("handling", b.Handling.String()))
	return err
}

// bankOf finds a unit's bank by name, or opens it for what an officer enters: nobody has to open a bank first.
func bankOf(ctx context.Context, t *db.Tx, u iru.UnitID, name string, by iru.OfficerID, now time.Time) (iru.Bank, error) {
	b, err := t.BankByName(ctx, u, name)
	if !errors.Is(err, iru.NotFound) {
		return b, err
	}
	b = iru.Bank{Unit: u, Name: name, Source: iru.SourcePartner, Handling: iru.DefaultHandling, Created: now, By: by}
	if name == OwnBank {
		b.Source = iru.SourceOwn
	}
	if err := b.Check(); err != nil {
		return b, err
	}
	return b, openBank(ctx, t, &b)
}

// A BankChange says what becomes of a bank; nil leaves a thing as it is. Codes are changed by whoever may change them elsewhere.
type BankChange struct {
	Note     *string
	Feed     *string
	Source   *iru.Source
	Handling *iru.Handling
	Why      string // the log keeps it
}

// ChangeBank changes what is said of a bank. The log keeps what it was.
func (d *Desk) ChangeBank(ctx context.Context, s iru.Scope, id iru.BankID, c BankChange) (iru.Bank, error) {
	power := iru.ToCurateBanks
	if c.Handling != nil {
		power = iru.ToClassify
	}
	if err := s.May(power); err != nil {
		return iru.Bank{}, err
	}
	return d.bank(ctx, s, id, func(b *iru.Bank, now time.Time) (iru.Event, error) {
		e := happened("bank", int64(b.ID), "change", s.Officer, b.Unit, now, b.Name)
		if c.Note != nil && *c.Note != b.Note {
			e, b.Note = e.With("note_before", b.Note).With("note", *c.Note), strings.TrimSpace(*c.Note)
		}
		if c.Feed != nil && *c.Feed != b.Feed {
			e, b.Feed = e.With("feed_before", b.Feed).With("feed", *c.Feed), strings.TrimSpace(*c.Feed)
		}
		if c.Source != nil && *c.Source != b.Source {
			e, b.Source = e.With("source_before", string(b.Source)).With("source", string(*c.Source)), *c.Source
		}
		if c.Handling != nil && *c.Handling != b.Handling {
			e, b.Handling = e.With("handling_before", b.Handling.String()).With("handling", c.Handling.String()), *c.Handling
		}
		if len(e.Facts) == 0 {
			return e, iru.Refuse(iru.Conflict, "nothing would change", "")
		}
		if why := strings.TrimSpace(c.Why); why != "" {
			e = e.With("bank", b.Name)
			e.Note = why
		}
		return e, b.Check()
	})
}

// Mute stops a bank from suggesting anything; its matches are kept and shown to nobody until it is unmuted.
func (d *Desk) Mute(ctx context.Context, s iru.Scope, id iru.BankID, why string) (iru.Bank, error) {
	return d.mute(ctx, s, id, true, why)
}

// Unmute undoes Mute: its matches are suggestions again, and what was captured meanwhile is compared with it.
func (d *Desk) Unmute(ctx context.Context, s iru.Scope, id iru.BankID, why string) (iru.Bank, error) {
	return d.mute(ctx, s, id, false, why)
}

func (d *Desk) mute(ctx context.Context, s iru.Scope, id iru.BankID, muted bool, why string) (iru.Bank, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return iru.Bank{}, err
	}
	var out iru.Bank
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		b, err := t.Bank(ctx, s, id)
		if err != nil {
			return err
		}
		if b.Muted == muted {
			return iru.Refuse(iru.Conflict, map[bool]string{true: "the bank is muted already", false: "the bank is not muted"}[muted], "")
		}
		job := Rethink{Bank: b.ID}
		e := happened("bank", int64(b.ID), "mute", s.Officer, b.Unit, now, why)
		if !muted {
			e = happened("bank", int64(b.ID), "unmute", s.Officer, b.Unit, now, why)
			if job.Since, err = silentSince(ctx, t, e.Subject, "mute"); err != nil {
				return err
			}
		}
		b.Muted = muted
		out = b
		if err := t.UpdateBank(ctx, b, b.Checkpoint); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e.With("bank", b.Name)); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, job, read(soon))
		return err
	})
	return out, err
}

// bank changes a bank of the scope in one transaction, with its event.
func (d *Desk) bank(ctx context.Context, s iru.Scope, id iru.BankID, f func(*iru.Bank, time.Time) (iru.Event, error)) (iru.Bank, error) {
	var out iru.Bank
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		b, err := t.Bank(ctx, s, id)
		if err != nil {
			return err
		}
		was := b.Checkpoint
		e, err := f(&b, now)
		if err != nil {
			return err
		}
		out = b
		if err := t.UpdateBank(ctx, b, was); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return out, err
}

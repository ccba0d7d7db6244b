// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// A Handled is what somebody did with an exhibit, for its chain of custody.
type Handled struct {
	Verb      string // of the event: "record", "take", "export", "ask_erase", "erase"
	What      string // what was done, and what it changed
	Why       string
	Authority string // legal basis; "" takes the unit's own
	Where     string // "" takes the unit
	To        string // who received it; "" nobody
	Digest    string // of the manifest, for "record"
}

// custodyFact is the fact of an event that holds the custody entry, in canonical form.
const custodyFact = "custody"

// ExhibitNumber is the number of an exhibit as it stands in custody entries and bundles: the log's name makes it unique.
func (d *Desk) ExhibitNumber(id iru.ExhibitID) string {
	return fmt.Sprintf("%s/exhibit/%d", d.Log.Origin, id)
}

// handle adds a link to an exhibit's chain of custody: an event of the log that names the link before it. The exhibit is stored
// again; it gives the event's number.
func (d *Desk) handle(ctx context.Context, t *db.Tx, x *iru.Exhibit, s iru.Scope, h Handled, now time.Time) (iru.EventID, error) {
	if x.Links == 0 && h.Verb != "record" { // from before chains of custody
		first := Handled{Verb: "record", Digest: x.Manifest, Where: x.Vantage, Why: "custody of what was captured earlier",
			What: fmt.Sprintf("captured %s at %s, event %d", x.Locator, x.At.UTC().Format(time.RFC3339), x.Event)}
		if _, err := d.handle(ctx, t, x, iru.Scope{}, first, now); err != nil {
			return 0, err
		}
	}
	who, place, basis, err := d.hands(ctx, t, s, x.Unit)
	if err != nil {
		return 0, err
	}
	h.Where, h.Authority = or(h.Where, place), or(h.Authority, basis)
	e := exhibit.Entry{Exhibit: d.ExhibitNumber(x.ID), N: x.Links + 1, Prev: x.Head}
	ev := happened("exhibit", int64(x.ID), h.Verb, s.Officer, x.Unit, now, clip(h.Why, 500))
	id, sum, err := d.link(ctx, t, e, who, h, ev)
	if err != nil {
		return 0, err
	}
	x.Links, x.Head = e.N, sum
	return id, t.UpdateExhibit(ctx, *x, x.State)
}

// link writes one link of a chain as a fact of an event, and gives the event's number and the link's digest.
func (d *Desk) link(ctx context.Context, t *db.Tx, e exhibit.Entry, who string, h Handled, ev iru.Event) (iru.EventID, string, error) {
	name, version, _ := strings.Cut(or(d.Software, "iolaus/unknown"), "/")
	e.Who, e.At, e.Where, e.Digest = clip(who, 60), ev.At, clip(said(h.Where), 120), h.Digest
	e.Why, e.Authority, e.What, e.Tool = said(h.Why), said(h.Authority), said(h.What), exhibit.Tool{Name: name, Version: version}
	b, err := e.Encode()
	if err != nil {
		return 0, "", fmt.Errorf("write custody of %s: %w: %w", e.Exhibit, iru.Internal, err)
	}
	sum, err := e.Sum()
	if err != nil {
		return 0, "", fmt.Errorf("write custody of %s: %w: %w", e.Exhibit, iru.Internal, err)
	}
	ev = ev.With(custodyFact, string(b))
	if h.To != "" {
		ev = ev.With("to", h.To)
	}
	if h.Digest != "" {
		ev = ev.With("manifest", h.Digest)
	}
	id, err := t.Record(ctx, ev)
	return id, sum, err
}

// hands names who acts, from where, and the legal basis that holds unless another one is given.
func (d *Desk) hands(ctx context.Context, t *db.Tx, s iru.Scope, unit iru.UnitID) (who, place, basis string, err error) {
	u, err := t.Unit(ctx, unit)
	if err != nil {
		return "", "", "", err
	}
	place = said(u.Name + ", " + u.Country)
	basis = or(d.Rules.Authority, "mandate of "+u.Name+" under the law of "+u.Country)
	if s.Officer == 0 {
		return "the program, for " + said(u.Name), place, basis, nil
	}
	o, err := t.Officer(ctx, s.Officer)
	if err != nil {
		return "", "", "", err
	}
	return said(fmt.Sprintf("%s (officer %d)", o.Name, o.ID)), place, basis, nil
}

// said is text as a custody entry takes it: one line, within its limit.
func said(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\ufffd"), func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	return clip(strings.TrimSpace(s), 1000)
}

func or(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

// Take records that an officer took a file of an exhibit along, which leaves the exhibit as it is. The reason is the officer's own words.
func (d *Desk) Take(ctx context.Context, s iru.Scope, id iru.ExhibitID, what, why string) (iru.EventID, error) {
	if err := s.May(iru.ToRead); err != nil {
		return 0, err
	}
	if why = strings.TrimSpace(why); why == "" {
		return 0, iru.Refuse(iru.Invalid, "the reason is missing", "say what you need it for; the log keeps it")
	}
	var e iru.EventID
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Exhibit(ctx, s, id)
		if err != nil {
			return err
		}
		if x.State == iru.ExhibitErased {
			return iru.Refuse(iru.Conflict, "the exhibit is erased", "only its record is left")
		}
		e, err = d.handle(ctx, t, &x, s, Handled{Verb: "take", What: what, Why: why}, now)
		return err
	})
	return e, err
}

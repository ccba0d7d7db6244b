// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// A Loose is a capture made at the command line that goes into no case: it leaves as a bundle at once, and the ledger keeps its custody.
type Loose struct {
	Number   string // unique: the log's name and a UUID
	Manifest string // SHA-256
	Address  string
	Vantage  string
	Who      string // account and machine
	Why      string
	To       string // the bundle's name
}

// RecordLoose writes the two links of a capture without a case: recorded, handed out. It gives their events.
func (d *Desk) RecordLoose(ctx context.Context, l Loose) (first, last iru.EventID, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		basis := or(d.Rules.Authority, "mandate of the unit that runs "+d.Log.Origin)
		e := exhibit.Entry{Exhibit: l.Number, N: 1}
		links := []Handled{
			{Verb: "record", What: "captured " + l.Address, Why: l.Why, Authority: basis, Where: "vantage point " + l.Vantage, Digest: l.Manifest},
			{Verb: "export", What: "written as a bundle; nothing of it is kept here but this record", Why: l.Why, Authority: basis, Where: "vantage point " + l.Vantage, To: l.To},
		}
		for n, h := range links {
			id, sum, err := d.link(ctx, t, e, l.Who, h, happened("capture", 0, h.Verb, 0, 0, now, clip(l.Why, 500)))
			if err != nil {
				return err
			}
			if n == 0 {
				first = id
			}
			e.N, e.Prev, last = e.N+1, sum, id
		}
		return nil
	})
	return first, last, err
}

// LooseDossier is Dossier for a capture without a case.
func (d *Desk) LooseDossier(ctx context.Context, number string, first, last iru.EventID) (Dossier, error) {
	var f Dossier
	err := d.DB.View(ctx, func(t *db.Tx) error {
		all, err := t.CustodyBetween(ctx, first, last)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(c exhibit.CustodyEvent) bool { // of another one made at the same time
			e, err := c.Entry()
			return err == nil && e.Exhibit != number
		})
		f, err = d.prove(ctx, t, all, last)
		f.Number = number
		return err
	})
	return f, err
}

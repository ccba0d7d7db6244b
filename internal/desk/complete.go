// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Complete fills in parts of a finding that its author left open: attribution, listing, collateral, measure. What is there stays. Whoever
// may assess may do so, and the log says who did; a finding in doubt is completed by its author alone, since the second reviewer must not
// see it.
func (d *Desk) Complete(ctx context.Context, s iru.Scope, id iru.AssessmentID, more iru.Grounds) (iru.Assessment, error) {
	var a iru.Assessment
	if err := s.May(iru.ToAssess); err != nil {
		return a, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if a, err = t.Assessment(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, a.Unit); err != nil {
			return err
		}
		if hidden, err := Hidden(ctx, t, s, a.Item); err != nil {
			return err
		} else if hidden || a.State == iru.AssessmentDoubted && a.By != s.Officer {
			return NotYet
		}
		if a.Finding != iru.FindRefer || !slices.Contains([]iru.AssessmentState{iru.AssessmentGiven, iru.AssessmentConfirmed, iru.AssessmentDoubted}, a.State) {
			return iru.Refuse(iru.Conflict, "no act can rest on this finding", "judge the item")
		}
		var filled []string
		if a.Grounds, filled, err = a.Grounds.Fill(more); err != nil {
			return err
		}
		if err := t.SetGrounds(ctx, a); err != nil {
			return err
		}
		dig, err := digest(a.Grounds)
		if err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("assessment", int64(a.ID), "complete", s.Officer, a.Unit, now, strings.Join(filled, ", ")).With("item", int64(a.Item)).With("digest", dig))
		return err
	})
	return a, err
}

// A Neighbour is something that the house knows to share an address with an item: a suggestion for its collateral, never a decision.
type Neighbour struct {
	Address string
	Shares  string // what is shared, in words
}

// Neighbours lists what the house knows to share the site, or a technical mark such as an address or a key, with an item's asset.
func (d *Desk) Neighbours(ctx context.Context, s iru.Scope, id iru.ItemID) ([]Neighbour, error) {
	var out []Neighbour
	err := d.DB.View(ctx, func(t *db.Tx) error {
		out = nil
		i, err := t.Item(ctx, s, id)
		if err != nil {
			return err
		}
		a, err := t.Asset(ctx, s, i.Asset)
		if err != nil {
			return err
		}
		all, err := t.Assets(ctx, s)
		if err != nil {
			return err
		}
		for _, o := range all {
			if o.ID == a.ID || o.Outlet != 0 && o.Outlet == a.Outlet || len(out) == 20 {
				continue
			}
			if a.Site != "" && o.Site == a.Site {
				out = append(out, Neighbour{o.Locator, "the name " + a.Site})
				continue
			}
			for _, f := range o.Features {
				if technical(f.Kind) && slices.Contains(a.Features, f) {
					out = append(out, Neighbour{o.Locator, f.Kind + " " + f.Value})
					break
				}
			}
		}
		return nil
	})
	return out, err
}

// technical reports whether a mark says that two things lie on one machine, and not that one person runs both.
func technical(kind string) bool {
	return slices.ContainsFunc([]string{"ip", "tls", "cert", "host_key"}, func(k string) bool { return strings.Contains(kind, k) })
}

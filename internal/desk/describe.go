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

// ProviderFacts is what an officer can say of a provider beside how it is reached.
type ProviderFacts struct {
	Site           string
	Jurisdiction   string
	ServesOthers   bool
	Languages      []string
	Establishment  string
	Representative string
	Seal           iru.Seal
	SealKey        string
	Defang         bool
	Note           string
}

// FactsOf gives what is said of a provider.
func FactsOf(p iru.Provider) ProviderFacts {
	return ProviderFacts{p.Site, p.Jurisdiction, p.ServesOthers, p.Languages, p.Establishment, p.Representative, p.Seal, p.SealKey, p.Defang, p.Note}
}

// DescribeProvider changes what is said of a provider. Another key stops sending until a person confirms the contact: letters would be
// readable by somebody else.
func (d *Desk) DescribeProvider(ctx context.Context, s iru.Scope, id iru.ProviderID, f ProviderFacts) (iru.Provider, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Provider{}, err
	}
	var out iru.Provider
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		out, _, err = describe(ctx, t, s, p, f, now)
		return err
	})
	out.Token = ""
	return out, err
}

func describe(ctx context.Context, t *db.Tx, s iru.Scope, p iru.Provider, f ProviderFacts, now time.Time) (iru.Provider, bool, error) {
	next := p
	next.Site, next.Jurisdiction, next.ServesOthers = strings.ToLower(strings.TrimSpace(f.Site)), clip(f.Jurisdiction, 35), f.ServesOthers
	next.Languages, next.Establishment, next.Representative = f.Languages, strings.TrimSpace(f.Establishment), strings.TrimSpace(f.Representative)
	next.Seal, next.SealKey, next.Defang, next.Note = f.Seal, strings.TrimSpace(f.SealKey), f.Defang, strings.TrimSpace(f.Note)
	if err := next.CheckFacts(); err != nil {
		return p, false, err
	}
	if ends := iru.SealEnds(next.Seal, next.SealKey); next.SealKey != p.SealKey && !ends.IsZero() && !ends.After(now) {
		return p, false, iru.Refuse(iru.Invalid, "the certificate ended on "+ends.Format("2006-01-02"), "ask for the one that is in use")
	}
	var what []string
	for name, changed := range map[string]bool{"site": next.Site != p.Site, "jurisdiction": next.Jurisdiction != p.Jurisdiction, "serves_others": next.ServesOthers != p.ServesOthers,
		"languages": !slices.Equal(next.Languages, p.Languages), "establishment": next.Establishment != p.Establishment, "representative": next.Representative != p.Representative,
		"seal": next.Seal != p.Seal, "key": next.SealKey != p.SealKey, "defang": next.Defang != p.Defang, "note": next.Note != p.Note} {
		if changed {
			what = append(what, name)
		}
	}
	if len(what) == 0 {
		return p, false, nil
	}
	slices.Sort(what)
	from := p.Contact
	if next.SealKey != p.SealKey || next.Seal != p.Seal {
		if to, err := iru.ContactTable.Next(from, "change"); err == nil {
			next.Contact = to
		}
	}
	if err := t.UpdateProvider(ctx, next, from); err != nil {
		return p, false, err
	}
	e := happened("provider", int64(p.ID), "describe", s.Officer, p.Unit, now, strings.Join(what, ", "))
	if next.Contact != from {
		c := happened("provider", int64(p.ID), "change", s.Officer, p.Unit, now, "another key")
		c.From, c.To = string(from), string(next.Contact)
		if _, err := t.Record(ctx, c); err != nil {
			return p, false, err
		}
	}
	_, err := t.Record(ctx, e)
	return next, true, err
}

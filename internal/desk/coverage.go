// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Coverage says which of the outlets that a scope reaches publishes in what languages, and which officers read them. The officers are those of
// each outlet's own unit.
func (d *Desk) Coverage(ctx context.Context, t *db.Tx, s iru.Scope) (iru.Coverage, error) {
	os, err := t.Outlets(ctx, s)
	if err != nil {
		return iru.Coverage{}, err
	}
	as, err := t.Assets(ctx, s)
	if err != nil {
		return iru.Coverage{}, err
	}
	ps, err := t.Officers(ctx)
	if err != nil {
		return iru.Coverage{}, err
	}
	return iru.Cover(os, as, ps), nil
}

// SetLanguages takes an officer's own word on the languages in which they read (BCP 47), in the order of their choice.
func (d *Desk) SetLanguages(ctx context.Context, s iru.Scope, langs []string) (iru.Officer, error) {
	var clean []string
	for _, l := range langs {
		if l = strings.TrimSpace(l); l == "" || slices.ContainsFunc(clean, func(x string) bool { return strings.EqualFold(x, l) }) {
			continue
		}
		if _, err := language.Parse(l); err != nil || !tag.MatchString(l) {
			return iru.Officer{}, iru.Refuse(iru.Invalid, fmt.Sprintf("%.30q is no language", l), "write tags such as en, pt-BR or zh-Hant, parted by spaces")
		}
		clean = append(clean, l)
	}
	if len(clean) > iru.MaxOfficerLanguages {
		return iru.Officer{}, iru.Refuse(iru.Invalid, fmt.Sprintf("%d languages are more than are kept", len(clean)), "name those in which you judge content")
	}
	if s.Officer == 0 {
		return iru.Officer{}, s.May(iru.ToRead)
	}
	var o iru.Officer
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if o, err = t.Officer(ctx, s.Officer); err != nil {
			return err
		}
		if slices.Equal(o.Languages, clean) {
			return nil
		}
		o.Languages = clean
		if err := t.UpdateOfficer(ctx, o, o.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("officer", int64(o.ID), "speak", s.Officer, o.Unit, now, strings.Join(clean, " ")))
		return err
	})
	return o, err
}

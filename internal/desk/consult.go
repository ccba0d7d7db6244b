// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// WholeLog is the subject of a look into the log of every unit.
var WholeLog = iru.Subject{Noun: "log"}

// Consult records that an officer looked into something that is not shown without a reason, and why (Directive (EU) 2016/680, Article
// 25: consultation and disclosure are logged with their justification). The whole log is the auditor's alone.
func (d *Desk) Consult(ctx context.Context, s iru.Scope, what iru.Subject, why string) error {
	power := iru.ToRead
	if what == WholeLog {
		power = iru.ToAudit
	}
	if err := s.May(power); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say what you need it for; the log keeps it")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, err := t.Record(ctx, happened(what.Noun, what.ID, "consult", s.Officer, s.Unit, now, clip(why, 500)))
		return err
	})
}

// Grounds gives the finding that an act about an asset, or about one item of it, would rest on, and the statement of reasons made of
// it. Without such a finding it is Conflict, as Draft would be.
func (d *Desk) Grounds(ctx context.Context, s iru.Scope, id iru.AssetID, item iru.ItemID) (iru.Assessment, string, error) {
	var f iru.Assessment
	err := d.DB.View(ctx, func(t *db.Tx) error {
		a, err := t.Asset(ctx, s, id)
		if err != nil {
			return err
		}
		if f, err = d.finding(ctx, t, a, item); err != nil {
			return err
		}
		hidden, err := Hidden(ctx, t, s, f.Item)
		if err == nil && hidden {
			err = NotYet
		}
		return err
	})
	if err != nil {
		return f, "", err
	}
	return f, grounds(f), nil
}

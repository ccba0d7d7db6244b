// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// DeclareEmergency says on the draft of a production order why it gives eight hours; the zero value takes that back. Whoever approves the order
// approves it.
func (d *Desk) DeclareEmergency(ctx context.Context, s iru.Scope, id iru.NoticeID, e iru.Emergency) (iru.Notice, error) {
	var n iru.Notice
	if err := s.May(iru.ToDraft); err != nil {
		return n, err
	}
	e.Why = strings.TrimSpace(e.Why)
	if e.Kind == "" {
		e.Why = ""
	}
	if err := e.Check(); err != nil {
		return n, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if n, err = ownNotice(ctx, t, s, id); err != nil {
			return err
		}
		switch {
		case n.Instrument != legal.ProductionOrder:
			return iru.Refuse(iru.Invalid, n.Ref+" is no production order", "the eight hours of Article 10(4) are of those alone")
		case n.State != iru.NoticeDraft:
			return iru.Refuse(iru.Conflict, "an emergency is declared on the draft", "return it to draft first")
		}
		n.Emergency = e
		if err := t.UpdateNotice(ctx, n, iru.NoticeDraft); err != nil {
			return err
		}
		if _, err = t.Record(ctx, happened("notice", int64(n.ID), "emergency", s.Officer, n.Unit, now, clip(e.Why, 300)).With("kind", e.Kind)); err != nil {
			return err
		}
		return d.expirePolls(ctx, t, n.Operation, now)
	})
	return n, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// twoPeople refuses an officer behind whom the same person stands as behind one of the others. Wherever the law wants two persons, two
// accounts of one are one.
func twoPeople(ctx context.Context, t *db.Tx, by iru.OfficerID, others ...iru.OfficerID) error {
	me, err := t.Officer(ctx, by)
	if err != nil {
		return err
	}
	for _, id := range others {
		if id == 0 {
			continue
		}
		o, err := t.Officer(ctx, id)
		if err != nil {
			return err
		}
		if me.Same(o) {
			return iru.Refuse(iru.Forbidden, "the accounts "+o.Login+" and "+me.Login+" are one person's", "a second, different person must do this")
		}
	}
	return nil
}

// persons refuses a binding act that one person approved by two accounts, also where that became known only after the approvals.
func persons(ctx context.Context, t *db.Tx, n iru.Notice) error {
	if !n.NeedsTwo() || len(n.Approvals) < 2 {
		return nil
	}
	last := n.Approvals[len(n.Approvals)-1].By
	others := []iru.OfficerID{n.Drafted}
	for _, a := range n.Approvals[:len(n.Approvals)-1] {
		others = append(others, a.By)
	}
	return twoPeople(ctx, t, last, others...)
}

// Identify says which person stands behind an account: issuer and subject of an identity provider, or an id of the administrator's own
// making. "" takes it back. Accounts with the same one count as one person.
func (d *Desk) Identify(ctx context.Context, s iru.Scope, id iru.OfficerID, subject, why string) (iru.Officer, error) {
	if err := s.May(iru.ToAdminister); err != nil {
		return iru.Officer{}, err
	}
	if subject = strings.TrimSpace(subject); len(subject) > 300 {
		return iru.Officer{}, iru.Refuse(iru.Invalid, "the person's id has more than 300 bytes", "use a shorter one")
	}
	if strings.TrimSpace(why) == "" {
		return iru.Officer{}, iru.Refuse(iru.Invalid, "the reason is missing", "say how it is known whose account this is")
	}
	var o iru.Officer
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.Officer(ctx, id); err != nil {
			return err
		}
		if err := own(s, o.Unit); err != nil {
			return err
		}
		o.Subject = subject
		if err := t.UpdateOfficer(ctx, o, o.State); err != nil {
			return err
		}
		os, err := t.Officers(ctx)
		if err != nil {
			return err
		}
		same := []int64{}
		for _, x := range os {
			if x.ID != o.ID && x.Same(o) {
				same = append(same, int64(x.ID))
			}
		}
		_, err = t.Record(ctx, happened("officer", int64(o.ID), "identify", s.Officer, o.Unit, now, why).With("subject", subject).With("same", same))
		return err
	})
	return o, err
}

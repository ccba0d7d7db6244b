// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Leave refuses an act that is made for judicial proceedings while what it rests on stands under H1, as the codes are now and not as its
// record says: Forbidden, with what to do. Leave is given by changing the codes, on record.
func Leave(ctx context.Context, t *db.Tx, n iru.Notice) error {
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil || a.Outlet == 0 {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	if !Judicial(n, u) {
		return nil
	}
	o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
	if err != nil {
		return err
	}
	return o.Handling.Release(iru.ForCourt, true) // H3 is a condition for whoever takes evidence out, not for an act
}

// Judicial reports whether the documents of a unit's act are made for judicial proceedings.
func Judicial(n iru.Notice, u iru.Unit) bool {
	return form.Act{Template: form.TemplateFor(form.TemplateOf(n.Instrument, u.Letterhead.FlaggerBy != ""), n.Lang),
		Issuer: form.Issuer{Kind: string(u.Kind), Type: u.Letterhead.Type}}.Judicial()
}

// stillLeave is Leave for an act that was approved: it does not leave, and a person must do something.
func stillLeave(ctx context.Context, t *db.Tx, n iru.Notice) error {
	err := Leave(ctx, t, n)
	var r *iru.Refusal
	if errors.Is(err, iru.Forbidden) && errors.As(err, &r) {
		return iru.Refuse(iru.Conflict, "what "+n.Ref+" rests on came under H1 after it was approved: it must not be used in judicial proceedings without leave", r.Instead)
	}
	return err
}

// leaveAt is Leave for what people say that they did at a time: done before the codes were changed, it was allowed.
func leaveAt(ctx context.Context, t *db.Tx, n iru.Notice, at time.Time) error {
	refused := Leave(ctx, t, n)
	if !errors.Is(refused, iru.Forbidden) {
		return refused
	}
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	es, err := t.LastOf(ctx, iru.Subject{Noun: "outlet", ID: int64(a.Outlet)}, "classify", 1)
	if err == nil && (len(es) == 0 || !at.Before(es[0].At)) {
		err = refused
	}
	return err
}

// retried has the acts about an outlet that were approved tried anew, since its codes changed.
func retried(ctx context.Context, t *db.Tx, o iru.OutletID, now time.Time) error {
	as, err := t.AssetsOf(ctx, iru.Program(), o)
	if err != nil {
		return err
	}
	for _, a := range as {
		ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if n.State != iru.NoticeApproved || n.Batch != 0 {
				continue
			}
			if n.Operation != 0 {
				if o, err := t.Operation(ctx, iru.Program(), n.Operation); err != nil {
					return err
				} else if !o.Leaves() || !o.Came(n.Stage, now) { // it leaves with the others
					continue
				}
			}
			if _, err := t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon)); err != nil {
				return err
			}
		}
	}
	return nil
}

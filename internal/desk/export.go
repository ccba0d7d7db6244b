// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// An Export is evidence that is to leave the store.
type Export struct {
	Exhibit      iru.ExhibitID
	Use          iru.Use
	To           string // who receives it
	Why          string
	Authority    string // order or request it rests on; "" takes the unit's own basis
	Acknowledged bool   // the officer keeps the condition of H3
}

// Disclose lets an exhibit leave, or refuses with the code that forbids it, and adds a link to its chain of custody. It gives the link's
// event: a bundle is made once a checkpoint covers it.
func (d *Desk) Disclose(ctx context.Context, s iru.Scope, r Export) (iru.EventID, error) {
	if err := s.May(iru.ToDisclose); err != nil {
		return 0, err
	}
	r.To, r.Why = strings.TrimSpace(r.To), strings.TrimSpace(r.Why)
	switch {
	case r.To == "":
		return 0, iru.Refuse(iru.Invalid, "the recipient is missing", "say who receives it")
	case r.Why == "":
		return 0, iru.Refuse(iru.Invalid, "the reason is missing", "say what it is needed for; the log keeps it")
	}
	var e iru.EventID
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Exhibit(ctx, s, r.Exhibit)
		if err != nil {
			return err
		}
		if err := own(s, x.Unit); err != nil {
			return err
		}
		if x.State == iru.ExhibitErased {
			return iru.Refuse(iru.Conflict, "the exhibit is erased", "only its record is left")
		}
		h, err := handlingOf(ctx, t, x)
		if err != nil {
			return err
		}
		if err := h.Release(r.Use, r.Acknowledged); err != nil {
			return err
		}
		what := fmt.Sprintf("exported for %s to %s under %s", r.Use, r.To, h)
		if r.Use == iru.ForAnalysis {
			what = fmt.Sprintf("working copy made for %s under %s; the original stays in the store", r.To, h)
		}
		if h.Note != "" && r.Acknowledged {
			what += "; condition acknowledged: " + h.Note
		}
		e, err = d.handle(ctx, t, &x, s, Handled{Verb: "export", What: what, Why: r.Why, Authority: r.Authority, To: r.To}, now)
		return err
	})
	return e, err
}

// Handling gives the codes under which an exhibit travels: those of its outlet, or the default where nobody said whose it is.
func (d *Desk) Handling(ctx context.Context, s iru.Scope, id iru.ExhibitID) (iru.Handling, error) {
	var h iru.Handling
	err := d.DB.View(ctx, func(t *db.Tx) error {
		x, err := t.Exhibit(ctx, s, id)
		if err != nil {
			return err
		}
		h, err = handlingOf(ctx, t, x)
		return err
	})
	return h, err
}

func handlingOf(ctx context.Context, t *db.Tx, x iru.Exhibit) (iru.Handling, error) {
	a, err := t.Asset(ctx, iru.Program(), x.Asset)
	if err != nil || a.Outlet == 0 {
		return iru.DefaultHandling, err
	}
	o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
	return o.Handling, err
}

// A Dossier is what the ledger says of an exhibit: its custody with what opens each leaf, and proofs of all of it in the newest checkpoint.
type Dossier struct {
	Exhibit    iru.Exhibit            // zero for a capture without a case
	Number     string                 // as in the custody entries
	Custody    []exhibit.CustodyEvent // oldest first
	Proofs     []ledger.Proof         // one for each of Custody
	Checkpoint []byte                 // signed
	Stamps     []StampOver            // when the first of Custody was there; none before an authority has stamped it
}

// Dossier gathers what goes into a bundle beside the evidence itself, up to an event of its custody. It is Unavailable, for a moment,
// until a checkpoint covers the event.
func (d *Desk) Dossier(ctx context.Context, s iru.Scope, id iru.ExhibitID, last iru.EventID) (Dossier, error) {
	var f Dossier
	err := d.DB.View(ctx, func(t *db.Tx) error {
		x, err := t.Exhibit(ctx, s, id)
		if err != nil {
			return err
		}
		all, err := t.Custody(ctx, id)
		if err != nil {
			return err
		}
		f, err = d.prove(ctx, t, all, last)
		f.Exhibit, f.Number = x, d.ExhibitNumber(id)
		return err
	})
	return f, err
}

// prove gives the events up to the last one, each with its proof.
func (d *Desk) prove(ctx context.Context, t *db.Tx, all []exhibit.CustodyEvent, last iru.EventID) (Dossier, error) {
	var f Dossier
	if _, ok, err := t.Sealed(ctx, last); err != nil {
		return f, err
	} else if !ok {
		return f, iru.Refuse(iru.Unavailable, "no checkpoint covers the export yet", "it does within a second; ask again")
	}
	size, _, signed, err := t.Checkpoint(ctx)
	if err != nil {
		return f, err
	}
	f.Checkpoint = signed
	for _, c := range all {
		if c.Event > int64(last) { // later links belong to later bundles
			break
		}
		if c.Index < 0 || c.Index >= size {
			return f, fmt.Errorf("prove event %d: %w: it has no place in the ledger", c.Event, iru.Internal)
		}
		p, err := ledger.Prove(signed, c.Index, t.Log(ctx))
		if err != nil {
			return f, errors.Join(iru.Internal, err)
		}
		f.Custody, f.Proofs = append(f.Custody, c), append(f.Proofs, p)
	}
	if len(f.Custody) > 0 {
		f.Stamps, err = d.stampsOver(ctx, t, f.Custody[0].Index, signed)
	}
	return f, err
}

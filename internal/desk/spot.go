// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// lot is a number from 0 to 1, drawn before a transaction so that one that runs again draws the same.
func lot() (float64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 1, fmt.Errorf("draw lot: %w: %w", iru.Internal, err)
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53), nil
}

// drawSpot gives a finding that rests on one person to a second reader, if the lot falls on it.
func (d *Desk) drawSpot(ctx context.Context, t *db.Tx, a iru.Assessment, lot float64, now time.Time) error {
	if a.State != iru.AssessmentGiven || a.Second != 0 || a.Finding == iru.FindDuplicate || lot >= d.Rules.Spot {
		return nil
	}
	s := iru.Spot{Unit: a.Unit, Item: a.Item, Assessment: a.ID, At: now, Limbs: []string{}, State: iru.SpotAsked}
	if err := t.AddSpot(ctx, &s); err != nil {
		return err
	}
	e := happened("spot", int64(s.ID), "draw", 0, s.Unit, now, "").With("item", int64(s.Item))
	e.To = string(s.State)
	_, err := t.Record(ctx, e)
	return err
}

// TakeSpot takes a spot check for the officer: anybody who may assess, and neither gave nor looked into the first answer.
func (d *Desk) TakeSpot(ctx context.Context, s iru.Scope, id iru.SpotID, unseen bool) (iru.Spot, error) {
	if !unseen {
		return iru.Spot{}, iru.Refuse(iru.Conflict, "who knows the first answer cannot read blind", "leave it to a colleague")
	}
	return d.spot(ctx, s, id, func(t *db.Tx, p iru.Spot, a iru.Assessment, now time.Time) (iru.Spot, iru.Event, error) {
		if err := twoPeople(ctx, t, s.Officer, a.By); err != nil {
			return p, iru.Event{}, err
		}
		p.By = s.Officer
		return p.Step("take", s.Officer, now, "says not to know the first answer")
	})
}

// ReturnSpot gives a spot check back unread.
func (d *Desk) ReturnSpot(ctx context.Context, s iru.Scope, id iru.SpotID) (iru.Spot, error) {
	return d.spot(ctx, s, id, func(_ *db.Tx, p iru.Spot, _ iru.Assessment, now time.Time) (iru.Spot, iru.Event, error) {
		if p.By != s.Officer {
			return p, iru.Event{}, iru.Refuse(iru.Forbidden, "another person reads this one", "")
		}
		p.By = 0
		return p.Step("give_back", s.Officer, now, "")
	})
}

// ReadSpot takes the second reading in. It changes no finding: a difference is shown to people, who reopen the item or not.
func (d *Desk) ReadSpot(ctx context.Context, s iru.Scope, id iru.SpotID, f iru.Finding, limbs []string, p iru.Purpose, reason string) (iru.Spot, error) {
	return d.spot(ctx, s, id, func(_ *db.Tx, x iru.Spot, a iru.Assessment, now time.Time) (iru.Spot, iru.Event, error) {
		return x.Read(a, s.Officer, f, limbs, p, strings.TrimSpace(reason), now)
	})
}

// SettleSpot says what follows from a difference between two readers.
func (d *Desk) SettleSpot(ctx context.Context, s iru.Scope, id iru.SpotID, why string) (iru.Spot, error) {
	if strings.TrimSpace(why) == "" {
		return iru.Spot{}, iru.Refuse(iru.Invalid, "the reason is missing", "say what follows from the difference")
	}
	return d.spot(ctx, s, id, func(_ *db.Tx, p iru.Spot, _ iru.Assessment, now time.Time) (iru.Spot, iru.Event, error) {
		return p.Step("settle", s.Officer, now, why)
	})
}

func (d *Desk) spot(ctx context.Context, s iru.Scope, id iru.SpotID, f func(*db.Tx, iru.Spot, iru.Assessment, time.Time) (iru.Spot, iru.Event, error)) (iru.Spot, error) {
	var p iru.Spot
	if err := s.May(iru.ToAssess); err != nil {
		return p, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if p, err = t.Spot(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		a, err := t.Assessment(ctx, s, p.Assessment)
		if err != nil {
			return err
		}
		old := p.State
		var e iru.Event
		if p, e, err = f(t, p, a, now); err != nil {
			return err
		}
		if err := t.UpdateSpot(ctx, p, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return p, err
}

// lapseSpots ends the spot checks of a finding that was taken back before its second reading.
func lapseSpots(ctx context.Context, t *db.Tx, a iru.Assessment, now time.Time) error {
	ps, err := t.SpotsOf(ctx, a.Item)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Assessment != a.ID || !iru.SpotTable.Can(p.State, "lapse") {
			continue
		}
		next, e, err := p.Step("lapse", 0, now, "the finding was taken back")
		if err != nil {
			return err
		}
		if err := t.UpdateSpot(ctx, next, p.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// Hidden reports whether an officer must not read what was found on an item: a first opinion waits for the second, or the officer reads
// it blind for a spot check.
func Hidden(ctx context.Context, t *db.Tx, s iru.Scope, id iru.ItemID) (bool, error) {
	if s.IsProgram() {
		return false, nil
	}
	ps, err := t.SpotsOf(ctx, id)
	return slices.ContainsFunc(ps, func(p iru.Spot) bool { return p.Hides(s.Officer) }), err
}

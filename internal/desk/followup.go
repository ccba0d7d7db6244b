// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// foresee makes a follow-up ready after the acts that had felled an asset: one for each that had its effect. Nothing is drafted, and nothing is sent.
func (d *Desk) foresee(ctx context.Context, t *db.Tx, up, fell iru.Asset, now time.Time) error {
	ns, err := t.NoticesOf(ctx, iru.Program(), fell.ID)
	if err != nil {
		return err
	}
	have, err := t.FollowUpsOf(ctx, iru.Program(), up.ID)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if n.State != iru.NoticeComplied && n.State != iru.NoticeBreached || slices.ContainsFunc(have, func(f iru.FollowUp) bool {
			return f.State == iru.FollowupPrepared && (f.Model == n.ID || f.Layer == n.Layer && f.Instrument == n.Instrument)
		}) {
			continue
		}
		f := iru.FollowUp{Unit: n.Unit, Asset: up.ID, Fell: fell.ID, Model: n.ID, Instrument: n.Instrument, Layer: n.Layer, State: iru.FollowupPrepared, Made: now,
			Why: fmt.Sprintf("%s had it removed; it is up again", n.Ref)}
		if up.ID != fell.ID {
			f.Why = fmt.Sprintf("%s had %s removed; this is the same outlet again", n.Ref, fell.Site)
		}
		if err := t.AddFollowUp(ctx, &f); err != nil {
			return err
		}
		have = append(have, f)
		e := happened("followup", int64(f.ID), "prepare", 0, f.Unit, now, f.Why).With("asset", int64(up.ID)).With("model", int64(n.ID))
		e.To = string(f.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// succeeds prepares follow-ups when a person said that an asset takes the place of one that fell.
func (d *Desk) succeeds(ctx context.Context, t *db.Tx, a iru.Asset, now time.Time) error {
	if a.Lineage.To == 0 || a.Lineage.Judged == 0 {
		return nil
	}
	fell, err := t.Asset(ctx, iru.Program(), a.Lineage.To)
	if err != nil || fell.State != iru.AssetDown {
		return err
	}
	return d.foresee(ctx, t, a, fell, now)
}

// overtake ends what was prepared about an asset that is not up any more.
func (d *Desk) overtake(ctx context.Context, t *db.Tx, a iru.Asset, now time.Time, why string) error {
	fs, err := t.FollowUpsOf(ctx, iru.Program(), a.ID)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.State != iru.FollowupPrepared {
			continue
		}
		if err := moveFollowUp(ctx, t, f, "lapse", 0, now, why); err != nil {
			return err
		}
	}
	return nil
}

func moveFollowUp(ctx context.Context, t *db.Tx, f iru.FollowUp, verb string, by iru.OfficerID, now time.Time, note string) error {
	next, e, err := f.Step(verb, by, now, note)
	if err != nil {
		return err
	}
	if err := t.UpdateFollowUp(ctx, next, f.State); err != nil {
		return err
	}
	if next.Drafted != 0 {
		e = e.With("notice", int64(next.Drafted))
	}
	_, err = t.Record(ctx, e)
	return err
}

// ReleaseFollowUp makes a draft of what was prepared, to who carries the address now on the same layer; provider chooses among several, and is 0 where there
// is one. The draft takes the way of every draft: gate, finding, approvals by as many people as its instrument needs. Nothing is sent here.
func (d *Desk) ReleaseFollowUp(ctx context.Context, s iru.Scope, id iru.FollowUpID, provider iru.ProviderID) (iru.Notice, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return iru.Notice{}, err
	}
	var n iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		f, err := t.FollowUp(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, f.Unit); err != nil {
			return err
		}
		n, err = d.draftFollowUp(ctx, t, s, f, provider, 0, now)
		return err
	})
	return n, err
}

// draftFollowUp makes the draft, of an operation or by itself.
func (d *Desk) draftFollowUp(ctx context.Context, t *db.Tx, s iru.Scope, f iru.FollowUp, provider iru.ProviderID, op iru.OperationID, now time.Time) (iru.Notice, error) {
	var n iru.Notice
	if f.State != iru.FollowupPrepared {
		_, err := iru.FollowUpTable.Next(f.State, "release")
		return n, err
	}
	key, _, err := secret()
	if err != nil {
		return n, err
	}
	model, err := t.Notice(ctx, iru.Program(), f.Model)
	if err != nil {
		return n, err
	}
	to, err := carrierFor(ctx, t, f, model, provider)
	if err != nil {
		return n, err
	}
	r := DraftRequest{Asset: f.Asset, Provider: to, Layer: f.Layer, Instrument: f.Instrument, Request: model.Request, Lang: model.Lang, Operation: op}
	if op != 0 {
		r.Unit = f.Unit
	}
	if model.Item != 0 {
		a, err := t.Asset(ctx, iru.Program(), f.Asset)
		if err != nil {
			return n, err
		}
		if r.Item, err = followedItem(ctx, t, a, model); err != nil {
			return n, err
		}
	}
	if to != model.Provider {
		r.Lang = ""
	}
	if n, err = d.draft(ctx, t, s, r, key[:32], now); err != nil {
		return n, err
	}
	next, e, err := f.Step("release", s.Officer, now, n.Ref)
	if err != nil {
		return n, err
	}
	next.Drafted = n.ID
	if err := t.UpdateFollowUp(ctx, next, f.State); err != nil {
		return n, err
	}
	_, err = t.Record(ctx, e.With("notice", int64(n.ID)))
	return n, err
}

// carrierFor is who carries the address now on the layer of a follow-up.
func carrierFor(ctx context.Context, t *db.Tx, f iru.FollowUp, model iru.Notice, chosen iru.ProviderID) (iru.ProviderID, error) {
	cs, err := t.Carriers(ctx, f.Asset)
	if err != nil {
		return 0, err
	}
	var on []iru.ProviderID
	for _, c := range cs {
		if c.Layer == f.Layer {
			on = append(on, c.Provider)
		}
	}
	switch {
	case chosen != 0 && slices.Contains(on, chosen):
		return chosen, nil
	case chosen == 0 && slices.Contains(on, model.Provider):
		return model.Provider, nil
	case chosen == 0 && len(on) == 1:
		return on[0], nil
	case len(on) == 0:
		return 0, iru.Refuse(iru.Conflict, "nobody is known to carry the address as "+f.Layer.Title(), "wait until it is found out, or enter who does")
	}
	return 0, iru.Refuse(iru.Invalid, "several carry the address as "+f.Layer.Title(), "choose one of them")
}

// followedItem is the page of the new address that stands for the one of the earlier act: the address itself.
func followedItem(ctx context.Context, t *db.Tx, a iru.Asset, model iru.Notice) (iru.ItemID, error) {
	if a.ID == model.Asset {
		return model.Item, nil
	}
	i, err := t.ItemByLocator(ctx, a.Unit, a.Locator)
	if errors.Is(err, iru.NotFound) {
		return 0, nil
	}
	return i.ID, err
}

// DismissFollowUp says that nothing follows, and why.
func (d *Desk) DismissFollowUp(ctx context.Context, s iru.Scope, id iru.FollowUpID, reason string) error {
	if err := s.May(iru.ToDraft); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why nothing follows")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		f, err := t.FollowUp(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, f.Unit); err != nil {
			return err
		}
		return moveFollowUp(ctx, t, f, "dismiss", s.Officer, now, clip(reason, 500))
	})
}

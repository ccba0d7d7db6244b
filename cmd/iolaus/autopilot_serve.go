// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// operation plans, has every act that is wanted drafted and approved by the unit that serves it, polls, and releases at one instant.
func (a *autopilot) operation(ctx context.Context, wanted func(assetView) bool) error {
	var units []int64
	for _, u := range a.cast.units {
		units = append(units, int64(u.ID))
	}
	var outlets []int64
	for id := range a.outlets {
		outlets = append(outlets, id)
	}
	slices.Sort(outlets)
	for _, o := range outlets { // for people to look at: the operation below is about all outlets at once
		if _, err := post[struct{}](ctx, a.as("dora"), "/v1/plans", map[string]any{"outlet": o, "units": units}); err != nil {
			return err
		}
	}
	op, err := post[operationView](ctx, a.as("dora"), "/v1/operations", map[string]any{"name": a.lantern(), "outlets": outlets, "units": units})
	if err != nil {
		return err
	}
	assets, err := all(ctx, a.as("dora"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return err
	}
	for _, v := range assets {
		if v.Outlet == 0 || v.State != "live" || !wanted(v) {
			continue
		}
		a.served[v.Address] = true
		for {
			err := a.serve(ctx, v, op.ID)
			if err == nil {
				break
			}
			if !notYet(err) || !pause(ctx, 250*time.Millisecond) {
				return fmt.Errorf("%s: %w", v.Address, err)
			}
		}
	}
	if _, err := post[operationView](ctx, a.as("dora"), fmt.Sprintf("/v1/operations/%d/open", op.ID), nil); err != nil {
		return err
	}
	if op, err = get[operationView](ctx, a.as("dora"), fmt.Sprintf("/v1/operations/%d", op.ID)); err != nil {
		return err
	}
	liaison := map[int64]string{}
	for _, u := range a.cast.units {
		liaison[int64(u.ID)] = teams[u.Name].liaison
	}
	for _, p := range op.Polls {
		if _, err := post[struct{}](ctx, a.as(liaison[p.Unit]), fmt.Sprintf("/v1/operations/%d/poll", op.ID), map[string]any{"answer": "go", "tasks": p.Tasks}); err != nil {
			return err
		}
	}
	for unit, login := range liaison {
		if err := a.clear(ctx, login, unit, op.ID); err != nil {
			return err
		}
	}
	if _, err := post[struct{}](ctx, a.as("dora"), fmt.Sprintf("/v1/operations/%d/unkept", op.ID), map[string]any{"reason": "exercise: each was preserved when it was assessed, minutes ago"}); err != nil {
		return err
	}
	t0 := time.Now().Add(5 * time.Second).UTC()
	_, err = post[operationView](ctx, a.as("dora"), fmt.Sprintf("/v1/operations/%d/release", op.ID), map[string]any{"t0": t0.Format(time.RFC3339Nano)})
	return err
}

// lantern is the name of the operation.
func (a *autopilot) lantern() string {
	if a.scenario == "s7" {
		return "Lantern, over a week"
	}
	return "Lantern"
}

// clear answers for a unit that it has no interest in what the others touch.
func (a *autopilot) clear(ctx context.Context, login string, unit, op int64) error {
	qs, err := get[struct {
		Items []struct {
			ID    int64  `json:"id"`
			Unit  int64  `json:"unit"`
			State string `json:"state"`
		} `json:"items"`
	}](ctx, a.as(login), fmt.Sprintf("/v1/operations/%d/questions", op))
	if err != nil {
		return err
	}
	var ids []int64
	for _, q := range qs.Items {
		if q.Unit == unit && q.State == "requested" {
			ids = append(ids, q.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = post[struct{}](ctx, a.as(login), "/v1/questions/answer", map[string]any{"questions": ids, "answer": "clear"})
	return err
}

// A team is who acts for a unit.
type team struct{ drafter, reviewer, signer, liaison, analyst, second, director string }

var teams = map[string]team{"Unit A": {"dora", "lena", "sig", "lio", "ada", "ben", "dora"}, "Unit B": {"bea", "bea", "bo", "brit", "bea", "bea", "bram"}, "Unit C": {"cai", "cai", "col", "cleo", "cai", "cai", "cora"}}

// own is who acts for the unit of the house.
func (p *play) own() team { return teams[p.name] }

// nearest are the layers from the content outwards; registrars come in only when those do not act.
var nearest = []string{"platform", "newsletter", "stream_host", "app_store", "addon_store", "host", "cdn"}

// nearest is the carrier that is closest to the content.
func (v assetView) nearest() (carrierView, bool) {
	for _, layer := range nearest {
		for _, c := range v.Carriers {
			if c.Layer == layer {
				return c, true
			}
		}
	}
	return carrierView{}, false
}

// serve drafts the act that fits the asset, and has it submitted and approved. The gate refuses what the law does not allow; the
// next instrument is tried then.
func (a *autopilot) serve(ctx context.Context, v assetView, operation int64) error {
	full, err := get[assetView](ctx, a.as(a.own().analyst), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return err
	}
	c, there := full.nearest()
	if !there {
		return fmt.Errorf("nobody is known who could act on asset %d", v.ID)
	}
	unit, instruments := choose(c.Layer, c.Jurisdiction)
	in := map[string]any{"asset": v.ID, "provider": c.Provider, "layer": c.Layer}
	if operation != 0 {
		in["operation"], in["unit"] = operation, a.unitID(unit)
	} else {
		unit = a.name
	}
	return a.draft(ctx, "/v1/notices", unit, instruments, in)
}

func (a *autopilot) unitID(name string) int64 {
	for _, u := range a.cast.units {
		if u.Name == name {
			return int64(u.ID)
		}
	}
	return 0
}

// choose says which unit serves and by which instruments it tries, the first allowed one.
func choose(layer, jurisdiction string) (unit string, instruments []string) {
	switch {
	case layer == "cdn", jurisdiction == "XC":
		return "Unit C", []string{"order_to_act", "notice", "referral"}
	case layer == "app_store", layer == "addon_store":
		instruments = []string{"store_report", "notice"}
	case jurisdiction == "XD":
		return "Unit A", []string{"referral"}
	default:
		instruments = []string{"removal_order", "notice", "referral"}
	}
	if jurisdiction == "XB" {
		return "Unit B", instruments
	}
	return "Unit A", instruments
}

func (a *autopilot) draft(ctx context.Context, path, unit string, instruments []string, in map[string]any) error {
	var last error
	for _, i := range instruments {
		in["instrument"] = i
		drafter := "dora"
		if in["operation"] == nil || a.name != unitA {
			drafter = teams[unit].drafter
		}
		n, err := post[noticeView](ctx, a.as(drafter), path, in)
		var p *problem
		if errors.As(err, &p) && p.Status == http.StatusForbidden {
			last = err
			continue
		}
		if err != nil {
			return err
		}
		return a.approve(ctx, unit, drafter, n)
	}
	return last
}

// inform records, once, that a unit informed a provider of procedures and deadlines before its first order: in the play, by a registered letter of
// the day before.
func (a *autopilot) inform(ctx context.Context, unit string, provider int64) error {
	key := fmt.Sprintf("%s %d", unit, provider)
	if a.informed[key] {
		return nil
	}
	at := time.Now().UTC().Add(-26 * time.Hour).Format(time.RFC3339)
	if _, err := post[struct{}](ctx, a.as(teams[unit].liaison), fmt.Sprintf("/v1/providers/%d/informed", provider), map[string]any{"at": at, "proof": "registered letter of the day before, signed for"}); err != nil {
		return fmt.Errorf("inform provider %d: %w", provider, err)
	}
	a.informed[key] = true
	return nil
}

// approve submits a draft and has it approved: a binding act by two different officers.
func (a *autopilot) approve(ctx context.Context, unit, drafter string, n noticeView) error {
	n, err := post[noticeView](ctx, a.as(drafter), fmt.Sprintf("/v1/notices/%d/submit-alone", n.ID), map[string]any{"reason": "exercise: the providers of the range have one desk each"})
	if err != nil {
		return err
	}
	if n.Instrument == "removal_order" {
		if err := a.inform(ctx, unit, n.Provider); err != nil {
			return err
		}
	}
	for _, who := range []string{teams[unit].reviewer, teams[unit].signer} {
		read, err := get[noticeView](ctx, a.as(who), fmt.Sprintf("/v1/notices/%d", n.ID))
		if err != nil {
			return err
		}
		if n, err = post[noticeView](ctx, a.as(who), fmt.Sprintf("/v1/notices/%d/approve", n.ID), map[string]any{"digest": read.Digest}); err != nil {
			return err
		}
		if n.State == "approved" {
			return nil
		}
	}
	return fmt.Errorf("%s is %s after two approvals", n.Ref, n.State)
}

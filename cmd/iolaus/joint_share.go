// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"slices"

	"iolaus/internal/iru"
)

// shareable are the codes under which the outlets may be told to partners.
var shareable = iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}

// open lets an outlet's addresses be told to partners: what nobody decided on stays within the unit.
func (a *autopilot) open(ctx context.Context, outlet iru.OutletID) error {
	for _, o := range a.cast.officers {
		if o.Login == a.own().liaison {
			_, err := a.house.desk.Classify(ctx, o.Scope(), outlet, shareable, "exercise: the source agreed that partners are told")
			return err
		}
	}
	return fmt.Errorf("nobody is there to classify outlet %d", outlet)
}

// share gives each asset to the unit that can act: the lead drafts its own acts, and proposes to each member those of its own jurisdiction.
func (j *jointAction) share(ctx context.Context) error {
	assets, err := all(ctx, j.as(j.own().director), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return err
	}
	j.inTurn(assets)
	for _, v := range assets {
		if v.Outlet == 0 || v.State != "live" || len(j.begun) > len(j.members) {
			continue
		}
		for {
			err := j.give(ctx, v)
			if err == nil {
				break
			}
			if !notYet(err) || !pause(ctx, rounds) {
				return fmt.Errorf("%s: %w", v.Address, err)
			}
		}
	}
	return j.send(ctx)
}

// inTurn puts assets into the order of a wave that is spread in time. Then the first act of each unit leaves at T0, and the others follow at their own hours.
func (j *jointAction) inTurn(assets []assetView) {
	if j.scenario != "s7" {
		return
	}
	j.wave = j.world.Story()
	w := j.world.World()
	turn := map[string]int{}
	for n, s := range w.Wave {
		for _, x := range w.Assets {
			if x.ID == s.Asset {
				turn[x.Locator] = n - len(w.Wave)
			}
		}
	}
	slices.SortStableFunc(assets, func(a, b assetView) int { return turn[a.Address] - turn[b.Address] })
}

// give has the lead draft the act about an asset, or proposes it to the member that can.
func (j *jointAction) give(ctx context.Context, v assetView) (err error) {
	full, err := get[assetView](ctx, j.as(j.own().analyst), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return err
	}
	c, there := full.nearest()
	if !there {
		return fmt.Errorf("nobody is known who could act on asset %d", v.ID)
	}
	unit, instruments := choose(c.Layer, c.Jurisdiction)
	at := j.next[v.Address]
	if j.scenario == "s7" && at == 0 {
		if j.begun[unit] {
			return nil
		}
		defer func() { j.begun[unit], j.served[v.Address] = err == nil, err == nil }()
	}
	m := j.member(unit)
	if m == nil {
		return j.serve(ctx, v, j.op)
	}
	if at >= len(instruments) {
		return fmt.Errorf("%s declined every instrument", unit)
	}
	_, err = post[struct{}](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/tasks", j.op), map[string]any{"participant": m.part, "asset": v.ID, "provider": c.Provider, "layer": c.Layer,
		"role": iru.RoleOrderRemoval, "jurisdiction": c.Jurisdiction, "instrument": instruments[at], "stage": iru.StageAct, "note": j.outlets[v.Outlet]})
	if err == nil {
		j.theirs[v.Address] = true
		j.next[v.Address]++
	}
	return err
}

// member is the one of a unit; nil: the unit is the lead's own.
func (j *jointAction) member(unit string) *member {
	for _, m := range j.members {
		if m.unit == unit {
			return m
		}
	}
	return nil
}

// hand tells the member that can act at an address that the hour of the act has come.
func (j *jointAction) hand(ctx context.Context, v assetView) (bool, error) {
	full, err := get[assetView](ctx, j.as(j.own().analyst), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return false, err
	}
	c, there := full.nearest()
	if !there {
		return false, nil
	}
	unit, _ := choose(c.Layer, c.Jurisdiction)
	m := j.member(unit)
	if m == nil {
		return false, nil
	}
	k := jointTask{Note: j.outlets[v.Outlet]}
	k.At.Address = v.Address
	m.alone = append(m.alone, k)
	j.theirs[v.Address], j.handed[v.Address] = true, m
	return true, nil
}

// send tells each member its own tasks.
func (j *jointAction) send(ctx context.Context) error {
	for _, m := range j.members {
		if _, err := post[struct{}](ctx, j.as(j.own().director), fmt.Sprintf("/v1/operations/%d/package", j.op), map[string]any{"partner": m.partner}); err != nil {
			return err
		}
	}
	return nil
}

// tasks reads an operation's tasks.
func (a *autopilot) tasks(ctx context.Context, op int64) ([]jointTask, error) {
	l, err := get[listOf[jointTask]](ctx, a.as(a.own().director), fmt.Sprintf("/v1/operations/%d/tasks", op))
	return l.Items, err
}

// prepare has every member take part and approve an act of its own for each of its tasks. What a member's law does not allow it declines; the lead
// then offers the next instrument.
func (j *jointAction) prepare(ctx context.Context) error {
	return wait(ctx, func() (bool, error) {
		ready := true
		for _, m := range j.members {
			done, err := m.prepare(ctx)
			if err != nil {
				return false, fmt.Errorf("%s: %w", m.unit, err)
			}
			ready = ready && done
		}
		again, err := j.again(ctx)
		return ready && !again, err
	})
}

// again offers the next instrument for what was declined.
func (j *jointAction) again(ctx context.Context) (bool, error) {
	ks, err := j.tasks(ctx, j.op)
	if err != nil {
		return false, err
	}
	stands, offered := map[string]bool{}, false
	for _, k := range ks {
		stands[k.At.Address] = stands[k.At.Address] || k.State != "declined"
	}
	for _, k := range ks {
		if stands[k.At.Address] {
			continue
		}
		stands[k.At.Address], offered = true, true
		if err := j.give(ctx, assetView{ID: k.Asset, Address: k.At.Address, Outlet: j.outletOf(k.Note)}); err != nil {
			return true, fmt.Errorf("%s was declined (%s): %w", k.At.Address, k.Reason, err)
		}
	}
	if offered {
		err = j.send(ctx)
	}
	return offered, err
}

// outletOf is the number of an outlet by its name.
func (a *autopilot) outletOf(name string) int64 {
	for id, n := range a.outlets {
		if n == name {
			return id
		}
	}
	return 0
}

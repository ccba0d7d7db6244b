// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"iolaus/internal/iru"
)

// A member is a unit with an installation of its own that takes part: its officers, and where it stands.
type member struct {
	*autopilot
	partner int64            // the member in the lead's store
	part    int64            // of the lead's operation
	lead    int64            // the lead in the member's store
	op      int64            // the member's own operation
	assets  map[string]int64 // by address, of the tasks
	down    map[string]bool  // addresses that it sees down
	alone   []jointTask      // what it was told to serve by itself at its own hour, and has not begun
	unit    string
}

// prepare takes up what a member's officers have to do before the poll, and reports whether each task has an approved act.
func (m *member) prepare(ctx context.Context) (bool, error) {
	if m.op == 0 {
		return false, m.accept(ctx)
	}
	if _, err := m.confirm(ctx); err != nil {
		return false, err
	}
	if _, err := m.assess(ctx); err != nil {
		return false, err
	}
	ks, err := m.tasks(ctx, m.op)
	if err != nil {
		return false, err
	}
	ready := len(ks) > 0
	for _, k := range ks {
		if k.State == "declined" || k.State == "withdrawn" || k.Notice != 0 && k.State == "ready" {
			continue
		}
		ready = false
		if err := m.take(ctx, k); err != nil {
			return false, fmt.Errorf("%s: %w", k.At.Address, err)
		}
	}
	return ready, nil
}

// accept takes part with a director of the unit's own, once the invitation has come.
func (m *member) accept(ctx context.Context) error {
	l, err := get[listOf[struct {
		ID    int64  `json:"id"`
		State string `json:"state"`
	}]](ctx, m.as(m.own().liaison), "/v1/invitations?limit=200")
	if err != nil {
		return err
	}
	for _, i := range l.Items {
		if i.State != "open" {
			continue
		}
		director := int64(0)
		for _, o := range m.cast.officers {
			if o.Login == m.own().director {
				director = int64(o.ID)
			}
		}
		o, err := post[operationView](ctx, m.as(m.own().liaison), fmt.Sprintf("/v1/invitations/%d/accept", i.ID), map[string]any{"director": director})
		if err != nil {
			return err
		}
		m.op = o.ID
		return nil
	}
	return nil
}

// take does the next thing about a task: accept it, watch its address, draft the act.
func (m *member) take(ctx context.Context, k jointTask) error {
	step := func(verb, why string) error {
		_, err := post[struct{}](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/tasks/%d/step", k.ID), map[string]any{"verb": verb, "reason": why})
		return err
	}
	if m.assets[k.At.Address] == 0 {
		if k.State == "proposed" {
			if err := step("accept", ""); err != nil {
				return err
			}
		}
		return m.look(ctx, k)
	}
	if k.State == "proposed" { // offered anew with another instrument
		return step("accept", "")
	}
	if k.Notice != 0 {
		return nil
	}
	v, err := get[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d", m.assets[k.At.Address]))
	if err != nil || v.State != "live" {
		return err
	}
	for _, c := range v.Carriers {
		if c.Layer != k.Layer {
			continue
		}
		err := m.draft(ctx, "/v1/notices", m.unit, []string{k.Instrument}, map[string]any{"asset": v.ID, "provider": c.Provider, "layer": c.Layer, "operation": m.op, "unit": m.unitID(m.unit)})
		var p *problem
		switch {
		case errors.As(err, &p) && p.Status == http.StatusForbidden:
			return step("decline", "our gate: "+p.Detail)
		case err != nil && notYet(err):
			m.waits[v.ID] = m.unit + ": " + v.Address + ": " + err.Error()
			return nil
		}
		delete(m.waits, v.ID)
		return err
	}
	return nil
}

// look has a member watch what a task is about.
func (m *member) look(ctx context.Context, k jointTask) error {
	v, err := post[assetView](ctx, m.as(m.own().analyst), "/v1/watch", map[string]any{"address": k.At.Address, "outlet_name": k.Note, "reason": "a task that the lead proposed"})
	if err != nil && conflict(err) {
		v, err = m.known(ctx, k)
	}
	if err != nil {
		return err
	}
	m.assets[k.At.Address] = v.ID
	if _, open := m.outlets[v.Outlet]; !open {
		m.outlets[v.Outlet] = k.Note
		return m.open(ctx, iru.OutletID(v.Outlet))
	}
	return nil
}

// begin has a member serve by itself what it was told that the hour has come for, and reports whether something is left.
func (m *member) begin(ctx context.Context) (bool, error) {
	var left []jointTask
	for _, k := range m.alone {
		done := false
		if m.assets[k.At.Address] == 0 {
			if err := m.look(ctx, k); err != nil {
				return true, fmt.Errorf("%s: %w", k.At.Address, err)
			}
		}
		v, err := get[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d", m.assets[k.At.Address]))
		if err == nil && v.State == "live" {
			err = m.serve(ctx, v, 0)
			if done = err == nil; err != nil && notYet(err) {
				m.waits[v.ID], err = m.unit+": "+v.Address+": "+err.Error(), nil
			}
		}
		if err != nil {
			return true, fmt.Errorf("%s: %w", k.At.Address, err)
		}
		if done {
			delete(m.waits, v.ID)
		} else {
			left = append(left, k)
		}
	}
	m.alone = left
	return len(left) > 0, nil
}

// known attributes an address that another page led to already.
func (m *member) known(ctx context.Context, k jointTask) (assetView, error) {
	vs, err := all(ctx, m.as(m.own().analyst), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return assetView{}, err
	}
	for _, v := range vs {
		if v.Address == k.At.Address {
			return post[assetView](ctx, m.as(m.own().analyst), fmt.Sprintf("/v1/assets/%d/attribute", v.ID), map[string]any{"outlet_name": k.Note, "reason": "a task that the lead proposed"})
		}
	}
	return assetView{}, fmt.Errorf("%s is known and not there", k.At.Address)
}

// followUp does what is left of a member's own acts.
func (m *member) followUp(ctx context.Context) (bool, error) {
	if _, err := m.confirm(ctx); err != nil {
		return false, err
	}
	told := false
	if m.scenario == "s7" {
		_, err := m.assess(ctx)
		if err == nil {
			told, err = m.begin(ctx)
		}
		if err != nil {
			return told, err
		}
	}
	assets, err := all(ctx, m.as(m.own().analyst), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	for _, v := range assets {
		m.down[v.Address] = v.State == "down"
	}
	busy, _, err := m.pursue(ctx, assets)
	return busy || told, err
}

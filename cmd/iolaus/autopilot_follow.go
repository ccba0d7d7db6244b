// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"iolaus/internal/sim"
)

// followUp does what is left after T0: questions answered, refusals escalated, new heads judged and acted on.
func (a *autopilot) followUp(ctx context.Context) (bool, error) {
	busy, err := a.explore(ctx)
	if err != nil {
		return busy, err
	}
	assets, err := all(ctx, a.as("ada"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return busy, err
	}
	acts, acted, err := a.pursue(ctx, assets)
	busy = busy || acts
	if err != nil {
		return busy, err
	}
	for _, v := range assets {
		if v.Outlet == 0 || v.State == "down" || v.State == "rejected" || a.settled[v.Address] {
			continue
		}
		busy = true
		if v.State == "live" && !acted[v.ID] && !a.theirs[v.Address] && a.turn(v) {
			a.served[v.Address] = true
			delete(a.waits, v.ID)
			err := a.due(ctx, v)
			if err != nil && !notYet(err) {
				return busy, err
			}
			if err != nil {
				a.waits[v.ID] = v.Address + ": " + err.Error()
			}
		}
	}
	return busy || !a.ended(assets), nil
}

// due has an act begun that is an asset's turn: by the partner that serves there, or by the unit itself.
func (a *autopilot) due(ctx context.Context, v assetView) error {
	if a.hand != nil {
		if taken, err := a.hand(ctx, v); taken || err != nil {
			return err
		}
	}
	return a.serve(ctx, v, 0)
}

// pursue follows each act up, and says which assets have one.
func (a *autopilot) pursue(ctx context.Context, assets []assetView) (busy bool, acted map[int64]bool, err error) {
	ns, err := all(ctx, a.as(a.own().analyst), "/v1/notices", func(v noticeView) int64 { return v.ID })
	if err != nil {
		return busy, nil, err
	}
	up := map[int64]bool{}
	for _, v := range assets {
		up[v.ID] = v.Presence.State == "up"
	}
	acted = map[int64]bool{}
	for _, n := range ns {
		acted[n.Asset] = acted[n.Asset] || n.State != "withdrawn"
		idle := n.State == "complied" || n.State == "withdrawn" || n.State == "escalated"
		busy = busy || !idle // something is still expected
		switch {
		case n.State == "clarifying":
			err = a.answer(ctx, n)
		case n.State == "refused", n.State == "bounced", n.State == "breached", n.State == "claimed" && a.still(n.ID, up[n.Asset]):
			err = a.escalate(ctx, n, ns)
		}
		if err != nil {
			return busy, acted, err
		}
	}
	return busy, acted, nil
}

// spreading is how long an officer waits for a removal that some vantage points see already: a host of the range needs up to eight hours to have
// it everywhere, eight seconds of a headless play.
const spreading = 9 * time.Second

// still reports whether what an addressee says it removed is up again and again: it has moved elsewhere meanwhile.
func (a *autopilot) still(notice int64, up bool) bool {
	if !up {
		delete(a.up, notice)
		return false
	}
	if a.up[notice].IsZero() {
		a.up[notice] = time.Now()
	}
	return time.Since(a.up[notice]) > spreading
}

// turn reports whether an asset's act is due: where the story has a wave that is spread in time, each at its own hour.
func (a *autopilot) turn(v assetView) bool {
	if a.scenario != "s7" {
		return true
	}
	w := a.world.World()
	for _, s := range w.Wave {
		for _, x := range w.Assets {
			if x.ID == s.Asset && x.Locator == v.Address && !a.served[v.Address] {
				if a.wave == 0 {
					a.wave = a.world.Story()
				}
				return a.world.Story() >= a.wave+s.After.Median
			}
		}
	}
	return true
}

// lull is how long nothing may happen before a story with operators is over: the longest that one takes for an answer.
func lull(r *sim.Range) time.Duration {
	most := time.Duration(0)
	for _, o := range r.World().Operators {
		most = max(most, o.After.Max)
	}
	return 2*time.Second + time.Duration(float64(most)/r.Compress())
}

// waiting says about which assets nothing could be drafted.
func (a *autopilot) waiting() string {
	if len(a.waits) == 0 {
		return ""
	}
	return "; waiting for " + strings.Join(slices.Sorted(maps.Values(a.waits)), "; ")
}

// notYet reports whether an act has to wait: its carriers or its assessment are still to come.
func notYet(err error) bool {
	return conflict(err) || strings.Contains(err.Error(), "nobody is known who could act")
}

// ended reports whether the heads that the scenario raises have been found. It asks the range's own ledger, as a spectator would:
// the officers do not.
func (a *autopilot) ended(assets []assetView) bool {
	for _, t := range a.world.Truth().Assets {
		if t.Innocent || t.Follows == "" || a.scenario == "s7" && len(t.Spans) == 0 { // a spare name that was not needed
			continue
		}
		if !slices.ContainsFunc(assets, func(v assetView) bool { return v.Address == t.Locator }) {
			return false
		}
	}
	return true
}

func (a *autopilot) answer(ctx context.Context, n noticeView) error {
	if a.asked[n.ID] {
		return nil
	}
	a.asked[n.ID] = true
	who := ""
	for _, u := range a.cast.units {
		if int64(u.ID) == n.Unit {
			who = teams[u.Name].analyst
		}
	}
	_, err := post[struct{}](ctx, a.as(who), fmt.Sprintf("/v1/notices/%d/answer", n.ID), map[string]any{
		"text": "All posts at the address named in the notice, on the ground given there. Our duty officer confirms this by telephone on the number of our public register entry."})
	return err
}

// escalate turns to the next addressee after a refusal, or after what had been removed is back elsewhere: who carries it now and was not asked, nearest
// to the content first, then the registrar, by the first instrument that the law allows there. Dora takes it on.
func (a *autopilot) escalate(ctx context.Context, n noticeView, all []noticeView) error {
	full, err := get[assetView](ctx, a.as(a.own().analyst), fmt.Sprintf("/v1/assets/%d", n.Asset))
	if err != nil {
		return err
	}
	asked := map[int64]bool{}
	for _, x := range all {
		if x.Asset == n.Asset && x.State != "withdrawn" {
			asked[x.Provider] = true
		}
		if x.Parent == n.ID && x.State != "withdrawn" {
			return nil // taken on already
		}
	}
	layers := append(slices.Clone(nearest), "registrar")
	if n.State == "refused" || n.State == "bounced" { // who refuses what is stored there refuses it from anybody
		layers = []string{"registrar"}
	}
	for _, layer := range layers {
		for _, c := range full.Carriers {
			if c.Layer != layer || asked[c.Provider] {
				continue
			}
			unit, instruments := a.name, []string{"removal_order", "registrar_report"}
			if layer != "registrar" {
				_, instruments = choose(c.Layer, c.Jurisdiction)
			}
			err := a.draft(ctx, fmt.Sprintf("/v1/notices/%d/escalate", n.ID), unit, instruments, map[string]any{"provider": c.Provider, "layer": c.Layer})
			if conflict(err) {
				a.waits[n.Asset] = n.Ref + ": " + err.Error()
				return nil
			}
			return err
		}
	}
	if n.State == "breached" || n.State == "claimed" {
		a.waits[n.Asset] = n.Ref + " is " + n.State + ", it is up, and everybody who carries the address was asked"
		return nil // who carries it now is found out first
	}
	return fmt.Errorf("%s was refused and no registrar is known", n.Ref)
}

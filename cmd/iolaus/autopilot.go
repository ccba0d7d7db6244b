// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/link"
)

// The resources as the autopilot reads them.
type (
	assetView struct {
		ID       int64  `json:"id"`
		Outlet   int64  `json:"outlet"`
		Kind     string `json:"kind"`
		Address  string `json:"address"`
		State    string `json:"state"`
		FoundBy  string `json:"found_by"`
		From     int64  `json:"found_from"`
		Presence struct {
			State string `json:"state"`
		} `json:"presence"`
		Lineage struct {
			To    int64   `json:"to"`
			Score float64 `json:"score"`
		} `json:"lineage"`
		Carriers []struct {
			Provider     int64  `json:"provider"`
			Name         string `json:"name"`
			Layer        string `json:"layer"`
			Jurisdiction string `json:"jurisdiction"`
		} `json:"carriers"`
	}
	itemView struct {
		ID      int64  `json:"id"`
		Asset   int64  `json:"asset"`
		Address string `json:"address"`
		State   string `json:"state"`
		Title   string `json:"title"`
		Text    string `json:"text"`
		Lang    string `json:"lang"`
	}
	noticeView struct {
		ID         int64  `json:"id"`
		Ref        string `json:"ref"`
		Instrument string `json:"instrument"`
		State      string `json:"state"`
		Asset      int64  `json:"asset"`
		Provider   int64  `json:"provider"`
		Unit       int64  `json:"unit"`
		Layer      string `json:"layer"`
		Operation  int64  `json:"operation"`
		Digest     string `json:"digest"`
	}
	providerView struct {
		ID      int64  `json:"id"`
		Name    string `json:"name"`
		Contact string `json:"contact_state"`
		Channel string `json:"channel"`
		Address string `json:"address"`
	}
	operationView struct {
		ID    int64  `json:"id"`
		State string `json:"state"`
		Polls []struct {
			Unit  int64  `json:"unit"`
			Tasks string `json:"tasks"`
		} `json:"polls"`
	}
)

// An autopilot is the demonstration's scripted officers. They see and do only what the interface lets their roles see and do.
type autopilot struct {
	*play
	as       func(login string) client
	outlets  map[int64]string // id to name
	asked    map[int64]bool   // notices whose question was answered
	informed map[string]bool  // unit and provider: before its first removal order
	doubted  bool
	seen     map[int64]time.Time // candidates, since when
}

// patience is how long an officer waits before a candidate that resembles nothing is left alone.
const patience = 6 * time.Second

// act plays the scenario to its end, or until ctx ends.
func (p *play) act(ctx context.Context) error {
	hc := &http.Client{Timeout: 30 * time.Second}
	a := &autopilot{play: p, outlets: map[int64]string{}, asked: map[int64]bool{}, informed: map[string]bool{}, seen: map[int64]time.Time{},
		as: func(login string) client { return client{p.base, p.cast.tokens[login], hc} }}
	if err := a.awake(ctx); err != nil {
		return err
	}
	if err := a.watch(ctx); err != nil {
		return err
	}
	if err := a.until(ctx, 3*time.Second, a.explore); err != nil {
		return fmt.Errorf("explore the estate: %w", err)
	}
	if p.scenario == "s2" {
		if err := a.operation(ctx); err != nil {
			return fmt.Errorf("operation: %w", err)
		}
	}
	if err := a.until(ctx, 2*time.Second, a.followUp); err != nil {
		return fmt.Errorf("follow up: %w", err)
	}
	return nil
}

// awake waits for the workbench.
func (a *autopilot) awake(ctx context.Context) error {
	for {
		if _, err := get[struct{}](ctx, a.as("ada"), "/v1/me"); err == nil {
			return nil
		} else if !pause(ctx, 100*time.Millisecond) {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// until repeats a round until it has had nothing to do for a while.
func (a *autopilot) until(ctx context.Context, quiet time.Duration, round func(context.Context) (busy bool, err error)) error {
	last := time.Now()
	for {
		busy, err := round(ctx)
		if err != nil {
			return err
		}
		if busy {
			last = time.Now()
		}
		if time.Since(last) > quiet {
			return nil
		}
		if !pause(ctx, 250*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
}

// watch puts the two seed addresses on watch.
func (a *autopilot) watch(ctx context.Context) error {
	w := a.world.World()
	for _, seed := range a.world.Seeds() {
		name := ""
		for _, x := range w.Assets {
			if x.Locator != seed {
				continue
			}
			for _, o := range w.Outlets {
				if o.ID == x.Outlet {
					name = o.Name
				}
			}
		}
		v, err := post[assetView](ctx, a.as("ada"), "/v1/watch", map[string]any{"address": seed, "outlet_name": name, "reason": "named in a partner's notification"})
		if err != nil {
			return err
		}
		a.outlets[v.Outlet] = name
	}
	return nil
}

// explore judges candidates, confirms contacts and assesses what waits.
func (a *autopilot) explore(ctx context.Context) (bool, error) {
	x, err := a.judge(ctx)
	if err != nil {
		return false, err
	}
	y, err := a.confirm(ctx)
	if err != nil {
		return false, err
	}
	z, err := a.assess(ctx)
	return x || y || z, err
}

// judge says of every captured candidate whose it is. The machine's score is one of the things that an officer looks at; what an
// outlet's own page calls its app, list or stream, under the outlet's own name, is another.
func (a *autopilot) judge(ctx context.Context) (bool, error) {
	assets, err := all(ctx, a.as("ada"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	busy := false
	outletOf := map[int64]int64{}
	for _, v := range assets {
		outletOf[v.ID] = v.Outlet
	}
	for _, v := range assets {
		if v.Outlet != 0 && v.Presence.State == "unknown" { // its first capture is still under way
			busy = true
		}
		if v.State != "candidate" {
			continue
		}
		if a.seen[v.ID].IsZero() {
			a.seen[v.ID] = time.Now()
		}
		outlet, why := a.whose(v, outletOf)
		switch {
		case outlet != 0:
			busy = true
			_, err = post[assetView](ctx, a.as("ada"), fmt.Sprintf("/v1/assets/%d/attribute", v.ID), map[string]any{"outlet": outlet, "reason": why})
		case time.Since(a.seen[v.ID]) > patience: // more may become known of the outlet: nobody is judged in haste
			busy = true
			_, err = post[assetView](ctx, a.as("ada"), fmt.Sprintf("/v1/assets/%d/reject", v.ID), map[string]any{"reason": why})
		default:
			busy = true
		}
		if err != nil && !conflict(err) {
			return busy, err
		}
	}
	return busy, nil
}

func (a *autopilot) whose(v assetView, outletOf map[int64]int64) (outlet int64, why string) {
	if v.Lineage.Score >= link.Suggest && outletOf[v.Lineage.To] != 0 {
		return outletOf[v.Lineage.To], fmt.Sprintf("same outlet as asset %d: the marks of identity agree, %.0f bits", v.Lineage.To, v.Lineage.Score)
	}
	for id, name := range a.outlets {
		word := strings.ToLower(strings.Fields(name)[0])
		if v.Kind != "site" && v.Kind != "mirror" && strings.Contains(strings.ToLower(v.Address), word) && outletOf[v.From] == id {
			return id, "its own page offers it under its own name"
		}
	}
	return 0, fmt.Sprintf("linked only; the marks of identity do not agree (%.0f bits)", v.Lineage.Score)
}

func conflict(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.Status == http.StatusConflict
}

// confirm confirms every contact that a probe found: in the play, by a call.
func (a *autopilot) confirm(ctx context.Context) (bool, error) {
	ps, err := all(ctx, a.as("lio"), "/v1/providers", func(v providerView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	busy := false
	for _, p := range ps {
		if p.Contact == "confirmed" {
			continue
		}
		busy = true
		if _, err := post[providerView](ctx, a.as("lio"), fmt.Sprintf("/v1/providers/%d/confirm", p.ID), map[string]any{"channel": p.Channel, "address": p.Address, "note": "called the number in the registry's record"}); err != nil && !conflict(err) {
			return busy, err
		}
	}
	return busy, nil
}

// assess gives findings on what waits: on attributed assets only. One item is doubted first, so that a second person decides.
func (a *autopilot) assess(ctx context.Context) (bool, error) {
	page, err := get[struct {
		Items []itemView `json:"items"`
	}](ctx, a.as("ada"), "/v1/queue?limit=200")
	if err != nil {
		return false, err
	}
	assets, err := all(ctx, a.as("ada"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	owned := map[int64]bool{}
	for _, v := range assets {
		owned[v.ID] = v.Outlet != 0
	}
	busy := false
	for _, i := range page.Items {
		if !owned[i.Asset] {
			continue
		}
		busy = true
		who, purpose := "ada", "proceed"
		switch {
		case i.State == "second":
			who = "ben"
		case !a.doubted && strings.Contains(i.Address, "/posts/") || !a.doubted && strings.Contains(i.Address, "/20"):
			purpose, a.doubted = "doubt", true
		}
		if err := a.find(ctx, who, i, purpose); err != nil && !conflict(err) {
			return busy, err
		}
	}
	return busy, nil
}

func (a *autopilot) find(ctx context.Context, who string, i itemView, purpose string) error {
	passage := i.Title
	if t := strings.TrimSpace(i.Text); t != "" {
		if r := []rune(t); len(r) > 120 {
			t = string(r[:120])
		}
		passage = t
	}
	passage = first(strings.TrimSpace(passage), "0:00 to 0:10")
	_, err := post[struct{}](ctx, a.as(who), fmt.Sprintf("/v1/items/%d/assess", i.ID), map[string]any{
		"finding": "refer", "limbs": []string{"c"}, "passage": passage, "passage_lang": first(i.Lang, "und"), "purpose": purpose,
		"purpose_reason": "no editorial responsibility, no research, art or debate: looked for and not found", "public": true,
		"reason": "exercise: the bulletin is treated as if it met the ground",
		"grounds": iru.Grounds{
			Attribution: &iru.Attribution{Name: "the outlet on watch", Grade: iru.OpenSource, Why: "exercise: its name and template"},
			Listing:     &iru.Listing{Checked: time.Now().UTC().Format(time.DateOnly), Words: "exercise: the Union's list was searched for the name"},
			Collateral:  &iru.Collateral{Mail: "unknown", Words: "exercise: nothing else is known at that address"},
			Measure:     &iru.Measure{Weighed: []iru.Weighed{{Measure: "a referral", Why: "exercise: earlier ones were not answered"}}, Words: "exercise: the address alone is concerned"},
		}})
	return err
}

// operation plans, has every act drafted and approved by the unit that serves it, polls, and releases at one instant.
func (a *autopilot) operation(ctx context.Context) error {
	var units []int64
	for _, u := range a.cast.units {
		units = append(units, int64(u.ID))
	}
	var outlets []int64
	for id := range a.outlets {
		outlets = append(outlets, id)
	}
	slices.Sort(outlets)
	op, err := post[operationView](ctx, a.as("dora"), "/v1/operations", map[string]any{"name": "Lantern", "outlets": outlets, "units": units})
	if err != nil {
		return err
	}
	assets, err := all(ctx, a.as("dora"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return err
	}
	for _, v := range assets {
		if v.Outlet == 0 || v.State != "live" {
			continue
		}
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
	liaison := map[int64]string{a.unitID("Unit A"): "lio", a.unitID("Unit B"): "brit", a.unitID("Unit C"): "cleo"}
	for _, p := range op.Polls {
		if _, err := post[struct{}](ctx, a.as(liaison[p.Unit]), fmt.Sprintf("/v1/operations/%d/poll", op.ID), map[string]any{"answer": "go", "tasks": p.Tasks}); err != nil {
			return err
		}
	}
	t0 := time.Now().Add(5 * time.Second).UTC()
	_, err = post[operationView](ctx, a.as("dora"), fmt.Sprintf("/v1/operations/%d/release", op.ID), map[string]any{"t0": t0.Format(time.RFC3339Nano)})
	return err
}

// A team is who acts for a unit.
type team struct{ drafter, reviewer, signer, liaison string }

var teams = map[string]team{"Unit A": {"dora", "lena", "sig", "lio"}, "Unit B": {"bea", "bea", "bo", "brit"}, "Unit C": {"cai", "cai", "col", "cleo"}}

// nearest is the carrier that is closest to the content; registrars come in only when those do not act.
var nearest = []string{"platform", "newsletter", "stream_host", "app_store", "addon_store", "host", "cdn"}

// serve drafts the act that fits the asset, and has it submitted and approved. The gate refuses what the law does not allow; the
// next instrument is tried then.
func (a *autopilot) serve(ctx context.Context, v assetView, operation int64) error {
	full, err := get[assetView](ctx, a.as("ada"), fmt.Sprintf("/v1/assets/%d", v.ID))
	if err != nil {
		return err
	}
	for _, layer := range nearest {
		for _, c := range full.Carriers {
			if c.Layer == layer {
				unit, instruments := choose(c.Layer, c.Jurisdiction)
				in := map[string]any{"asset": v.ID, "provider": c.Provider, "layer": c.Layer}
				if operation != 0 {
					in["operation"], in["unit"] = operation, a.unitID(unit)
				} else {
					unit = "Unit A"
				}
				return a.draft(ctx, "/v1/notices", unit, instruments, in)
			}
		}
	}
	return fmt.Errorf("nobody is known who could act on asset %d", v.ID)
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
		if in["operation"] == nil {
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

// followUp does what is left after T0: questions answered, refusals escalated, new heads judged and acted on.
func (a *autopilot) followUp(ctx context.Context) (bool, error) {
	busy, err := a.explore(ctx)
	if err != nil {
		return busy, err
	}
	ns, err := all(ctx, a.as("ada"), "/v1/notices", func(v noticeView) int64 { return v.ID })
	if err != nil {
		return busy, err
	}
	acted := map[int64]bool{}
	for _, n := range ns {
		acted[n.Asset] = acted[n.Asset] || n.State != "withdrawn"
		switch n.State {
		case "clarifying":
			busy = true
			err = a.answer(ctx, n)
		case "refused", "bounced":
			busy = true
			err = a.escalate(ctx, n)
		case "complied", "withdrawn", "escalated":
		default:
			busy = true // something is still expected
		}
		if err != nil {
			return busy, err
		}
	}
	assets, err := all(ctx, a.as("ada"), "/v1/assets", func(v assetView) int64 { return v.ID })
	if err != nil {
		return busy, err
	}
	for _, v := range assets {
		if v.Outlet == 0 || v.State == "down" || v.State == "rejected" {
			continue
		}
		busy = true
		if v.State == "live" && !acted[v.ID] {
			if err := a.serve(ctx, v, 0); err != nil && !notYet(err) {
				return busy, err
			}
		}
	}
	return busy || !a.ended(assets), nil
}

// notYet reports whether an act has to wait: its carriers or its assessment are still to come.
func notYet(err error) bool {
	return conflict(err) || strings.Contains(err.Error(), "nobody is known who could act")
}

// ended reports whether the heads that the scenario raises have been found. It asks the range's own ledger, as a spectator would:
// the officers do not.
func (a *autopilot) ended(assets []assetView) bool {
	for _, t := range a.world.Truth().Assets {
		if t.Innocent || t.Follows == "" {
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
	who := map[int64]string{a.unitID("Unit A"): "ada", a.unitID("Unit B"): "bea", a.unitID("Unit C"): "cai"}[n.Unit]
	_, err := post[struct{}](ctx, a.as(who), fmt.Sprintf("/v1/notices/%d/answer", n.ID), map[string]any{
		"text": "All posts at the address named in the notice, on the ground given there. Our duty officer confirms this by telephone on the number of our public register entry."})
	return err
}

// escalate turns to the registrar, by the instrument that the law allows there.
func (a *autopilot) escalate(ctx context.Context, n noticeView) error {
	full, err := get[assetView](ctx, a.as("ada"), fmt.Sprintf("/v1/assets/%d", n.Asset))
	if err != nil {
		return err
	}
	for _, c := range full.Carriers {
		if c.Layer != "registrar" {
			continue
		}
		err := a.draft(ctx, fmt.Sprintf("/v1/notices/%d/escalate", n.ID), "Unit A", []string{"removal_order", "registrar_report"},
			map[string]any{"provider": c.Provider, "layer": c.Layer})
		if conflict(err) {
			return nil
		}
		return err
	}
	return fmt.Errorf("%s was refused and no registrar is known", n.Ref)
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/link"
)

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
		wait := patience
		if v.Presence.State == "unknown" { // nobody has looked yet, as on a busy machine
			wait = unseen
		}
		outlet, why := a.whose(v, outletOf)
		switch {
		case outlet != 0:
			busy = true
			_, err = post[assetView](ctx, a.as("ada"), fmt.Sprintf("/v1/assets/%d/attribute", v.ID), map[string]any{"outlet": outlet, "reason": why})
		case time.Since(a.seen[v.ID]) > wait: // more may become known of the outlet: nobody is judged in haste
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
		if v.Kind != "site" && strings.Contains(strings.ToLower(v.Address), word) && outletOf[v.From] == id {
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
	ps, err := all(ctx, a.as(a.own().liaison), "/v1/providers", func(v providerView) int64 { return v.ID })
	if err != nil {
		return false, err
	}
	busy := false
	for _, p := range ps {
		if p.Contact == "confirmed" {
			continue
		}
		busy = true
		if _, err := post[providerView](ctx, a.as(a.own().liaison), fmt.Sprintf("/v1/providers/%d/confirm", p.ID), map[string]any{"channel": p.Channel, "address": p.Address, "note": "called the number in the registry's record"}); err != nil && !conflict(err) {
			return busy, err
		}
	}
	return busy, nil
}

// assess gives findings on what waits: on attributed assets only. One item is doubted first, so that a second person decides.
func (a *autopilot) assess(ctx context.Context) (bool, error) {
	page, err := get[struct {
		Items []itemView `json:"items"`
	}](ctx, a.as(a.own().analyst), "/v1/queue?limit=200")
	if err != nil {
		return false, err
	}
	assets, err := all(ctx, a.as(a.own().analyst), "/v1/assets", func(v assetView) int64 { return v.ID })
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
		who, purpose := a.own().analyst, "proceed"
		switch {
		case i.State == "second":
			who = a.own().second
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

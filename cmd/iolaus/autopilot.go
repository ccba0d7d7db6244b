// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"iolaus/internal/sim"
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
		Carriers []carrierView `json:"carriers"`
	}
	carrierView struct {
		Provider     int64  `json:"provider"`
		Name         string `json:"name"`
		Layer        string `json:"layer"`
		Jurisdiction string `json:"jurisdiction"`
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
		Parent     int64  `json:"parent"`
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
	up       map[int64]time.Time                            // acts that are said to be obeyed, since when their address is seen up
	served   map[string]bool                                // assets of the wave, by address, whose act was begun
	wave     time.Duration                                  // story time at which its first act was due
	waits    map[int64]string                               // assets about which nothing could be drafted yet, and why
	seen     map[int64]time.Time                            // candidates, since when
	theirs   map[string]bool                                // addresses about which a partner has the task
	hand     func(context.Context, assetView) (bool, error) // leaves an act that is due to the partner that can serve it; nil: to none
	settled  map[string]bool                                // addresses that a partner serves by itself and sees down
}

// patience is how long an officer waits before a candidate that resembles nothing is left alone.
const patience = 6 * time.Second

// unseen is how long an officer waits for the first look at a candidate.
const unseen = 30 * time.Second

// officers are the scripted officers of one installation.
func (p *play) officers() *autopilot {
	hc := &http.Client{Timeout: 30 * time.Second}
	return &autopilot{play: p, outlets: map[int64]string{}, asked: map[int64]bool{}, informed: map[string]bool{}, seen: map[int64]time.Time{}, up: map[int64]time.Time{}, served: map[string]bool{}, waits: map[int64]string{},
		theirs: map[string]bool{}, as: func(login string) client { return client{p.base, p.cast.tokens[login], hc} }}
}

// act plays the scenario to its end, or until ctx ends.
func (p *play) act(ctx context.Context) error {
	a := p.officers()
	if err := a.awake(ctx); err != nil {
		return err
	}
	if err := a.watch(ctx); err != nil {
		return err
	}
	if err := a.until(ctx, 3*time.Second, a.explore); err != nil {
		return fmt.Errorf("explore the estate: %w", err)
	}
	if len(p.others) > 0 {
		return a.together(ctx)
	}
	if p.scenario == "s2" || p.scenario == "s7" && p.reported {
		if err := a.operation(ctx, a.atOnce); err != nil {
			return fmt.Errorf("operation: %w", err)
		}
	}
	quiet := 2 * time.Second
	if p.scenario == "s7" {
		quiet = lull(p.world)
	}
	if err := a.until(ctx, quiet, a.followUp); err != nil {
		return fmt.Errorf("follow up: %w%s", err, a.waiting())
	}
	return nil
}

// atOnce reports whether an asset's act leaves at T0: every one, but of a wave that is spread in time the first alone. The others of the week are acts of
// their own about the same outlets, each at its own hour.
func (a *autopilot) atOnce(v assetView) bool {
	if a.scenario != "s7" {
		return true
	}
	w := a.world.World()
	if a.wave == 0 {
		a.wave = a.world.Story()
	}
	return slices.ContainsFunc(w.Assets, func(x sim.Asset) bool { return x.Locator == v.Address && x.ID == w.Wave[0].Asset })
}

// awake waits for the workbench.
func (a *autopilot) awake(ctx context.Context) error {
	for {
		if _, err := get[struct{}](ctx, a.as(a.own().analyst), "/v1/me"); err == nil {
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

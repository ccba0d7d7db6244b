// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A refusalScore holds what became of desks' refusals.
type refusalScore struct {
	Said    int `json:"said"`     // notices that a desk refused
	Known   int `json:"known"`    // of these, whose refusal the program knows
	TakenOn int `json:"taken_on"` // of these, for which a named person turned to the next addressee
	Fell    int `json:"fell"`     // of these, about addresses that are down in the end
}

// An innocentScore holds what was done to others than the outlets that are looked for.
type innocentScore struct {
	World     int `json:"world"`     // their addresses
	Known     int `json:"known"`     // that were put before people
	Suggested int `json:"suggested"` // that the machine took for an outlet's
	Linked    int `json:"linked"`    // that a person attributed
	Served    int `json:"served"`    // about which an act was drafted, or which a desk took an act for
	Harmed    int `json:"harmed"`    // that were not up all the time
}

// A darkScore holds what came back and how long it was dark. Hours are of story time, and end when the play does.
type darkScore struct {
	Planned  int     `json:"planned"`        // acts of a wave that is spread in time
	Served   int     `json:"served"`         // of these, that left
	Days     float64 `json:"days"`           // from the first to the last that left, story time
	Came     int     `json:"came_back"`      // addresses that were up again at another host, and heads that took the place of one
	Between  int     `json:"between"`        // of these, before the last act of the wave was received
	Seen     int     `json:"came_back_seen"` // that the program knows
	Dark     float64 `json:"asset_hours"`    // that the outlets' addresses were down for everybody, together
	DarkSeen float64 `json:"asset_hours_seen"`
	Outlets  float64 `json:"outlet_hours"` // in which an outlet had nothing up, together
}

// scoreRefusals compares what desks said with what is known of it.
func (p *play) scoreRefusals(ctx context.Context, t *db.Tx) (refusalScore, error) {
	var s refusalScore
	ns, err := t.Notices(ctx, iru.Program())
	if err != nil {
		return s, err
	}
	for _, d := range p.world.Truth().Desks {
		for _, said := range d.Notices {
			if said.State != "refused" {
				continue
			}
			s.Said++
			i := slices.IndexFunc(ns, func(n iru.Notice) bool { return n.Ref == said.Reference && strings.Contains(said.Key, n.Key) }) // references are each unit's own
			if i < 0 {
				continue
			}
			es, err := t.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(ns[i].ID)})
			if err != nil {
				return s, err
			}
			if !slices.ContainsFunc(es, func(e iru.Event) bool { return e.Verb == "refuse" }) {
				continue
			}
			s.Known++
			next := slices.ContainsFunc(ns, func(n iru.Notice) bool { return n.Parent == ns[i].ID && n.Provider != ns[i].Provider })
			if !next || !slices.ContainsFunc(es, func(e iru.Event) bool { return e.Verb == "escalate" && e.By != 0 }) {
				continue
			}
			s.TakenOn++
			a, err := t.Asset(ctx, iru.Program(), ns[i].Asset)
			if err != nil {
				return s, err
			}
			if a.State == iru.AssetDown {
				s.Fell++
			}
		}
	}
	return s, nil
}

// scoreInnocents looks for harm.
func (p *play) scoreInnocents(ctx context.Context, t *db.Tx, assets []iru.Asset) (innocentScore, error) {
	var s innocentScore
	truth := p.world.Truth()
	ns, err := t.Notices(ctx, iru.Program())
	if err != nil {
		return s, err
	}
	for _, x := range truth.Assets {
		if !x.Innocent || len(x.Spans) == 0 {
			continue
		}
		s.World++
		if i := slices.IndexFunc(assets, func(a iru.Asset) bool { return a.Locator == x.Locator }); i >= 0 {
			s.Known++
			if suggested(assets[i]) {
				s.Suggested++
			}
			if assets[i].Outlet != 0 {
				s.Linked++
			}
		}
		served := slices.ContainsFunc(ns, func(n iru.Notice) bool { return n.Locator == x.Locator })
		for _, d := range truth.Desks {
			for _, n := range d.Notices {
				served = served || slices.Contains(n.Assets, x.ID)
			}
		}
		if served {
			s.Served++
		}
		for _, sp := range x.Spans {
			if sp.Effect != "" {
				s.Harmed++
				break
			}
		}
	}
	return s, nil
}

// A darkSeen is what a store knows of an address: how long it was down, and how often it came back.
type darkSeen struct {
	down time.Duration
	came int
}

// addSeen adds what one store knows, where it knows more than the others.
func addSeen(ctx context.Context, t *db.Tx, assets []iru.Asset, now time.Time, into map[string]darkSeen) error {
	for _, a := range assets {
		down, came, err := seenDark(ctx, t, a, now)
		if err != nil {
			return err
		}
		k := into[a.Locator]
		into[a.Locator] = darkSeen{max(k.down, down), max(k.came, came)}
	}
	return nil
}

// scoreDark holds falls and returns against the truth.
func (p *play) scoreDark(ctx context.Context, t *db.Tx, assets []iru.Asset) (darkScore, error) {
	var s darkScore
	truth, now := p.world.Truth(), time.Now()
	hours := func(d time.Duration) float64 { return d.Hours() * p.world.Compress() }
	ns, err := t.Notices(ctx, iru.Program())
	if err != nil {
		return s, err
	}
	seen := map[string]darkSeen{}
	if err := addSeen(ctx, t, assets, now, seen); err != nil {
		return s, err
	}
	for _, o := range p.others { // acts of the wave are served by whoever can, and looked after there
		if err := o.house.db.View(ctx, func(t *db.Tx) error {
			more, err := t.Notices(ctx, iru.Program())
			if err != nil {
				return err
			}
			ns = append(ns, more...)
			own, err := t.Assets(ctx, iru.Program())
			if err != nil {
				return err
			}
			return addSeen(ctx, t, own, now, seen)
		}); err != nil {
			return s, fmt.Errorf("%s: %w", o.name, err)
		}
	}
	var first, last time.Time
	for _, w := range truth.Wave {
		s.Planned++
		for _, x := range truth.Assets {
			i := slices.IndexFunc(ns, func(n iru.Notice) bool { return n.Locator == x.Locator && n.Parent == 0 && !n.SentAt.IsZero() })
			if x.ID != w.Asset || i < 0 {
				continue
			}
			s.Served++
			if at := ns[i].SentAt; first.IsZero() || at.Before(first) {
				first = at
			}
			if at := ns[i].SentAt; at.After(last) {
				last = at
			}
		}
	}
	s.Days = hours(last.Sub(first)) / 24
	dark := map[string][]period{}
	for _, x := range truth.Assets {
		if x.Innocent || len(x.Spans) == 0 {
			continue
		}
		returns := 0
		if k, known := seen[x.Locator]; known {
			s.DarkSeen, returns = s.DarkSeen+hours(k.down), k.came
			if x.Follows != "" {
				returns++
			}
		}
		came := 0
		var down []period
		if x.Follows != "" {
			came++
			if x.Spans[0].From.Before(last) {
				s.Between++
			}
		}
		for n, sp := range x.Spans {
			off := sp.Effect != "" && sp.Partial == ""
			switch {
			case off:
				down = append(down, period{sp.From, until(sp.Until, now)})
				s.Dark += hours(until(sp.Until, now).Sub(sp.From))
			case n > 0 && sp.Effect == "" && x.Spans[n-1].Effect != "" && x.Spans[n-1].Partial == "":
				came++
				if sp.From.Before(last) {
					s.Between++
				}
			}
		}
		s.Came += came
		s.Seen += min(came, returns)
		if x.Spans[0].From.After(p.begun.Add(time.Second)) { // it was not there before
			down = append(down, period{p.begun, x.Spans[0].From})
		}
		if have, ok := dark[x.Outlet]; ok {
			down = both(have, down)
		}
		dark[x.Outlet] = down
	}
	for _, list := range dark {
		for _, d := range list {
			s.Outlets += hours(d.to.Sub(d.from))
		}
	}
	return s, nil
}

// seenDark is how long the program believed an address to be down, and how often to be back.
func seenDark(ctx context.Context, t *db.Tx, a iru.Asset, now time.Time) (down time.Duration, came int, err error) {
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)})
	var since time.Time
	for _, e := range es {
		switch {
		case e.Verb == "fall":
			since = e.At
		case e.Verb == "return" && !since.IsZero():
			down, since, came = down+e.At.Sub(since), time.Time{}, came+1
		case e.Verb == "seen" && e.From == string(iru.PresenceDoubtful): // it moved before its fall was agreed upon
			came++
		}
	}
	if !since.IsZero() {
		down += now.Sub(since)
	}
	return down, came, err
}

// A period is a time from and to.
type period struct{ from, to time.Time }

func until(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

// both are the times that lie in both lists.
func both(a, b []period) []period {
	var out []period
	for _, x := range a {
		for _, y := range b {
			from, to := x.from, x.to
			if y.from.After(from) {
				from = y.from
			}
			if y.to.Before(to) {
				to = y.to
			}
			if from.Before(to) {
				out = append(out, period{from, to})
			}
		}
	}
	return out
}

// actProblems are the targets of the stories of refusals, neighbours, other owners and a wave that a play missed.
func actProblems(scenario string, s scoreReport) []string {
	var out []string
	if r := s.Refusals; r.Known < r.Said || r.TakenOn < r.Known || r.Fell < r.TakenOn || scenario == "s4" && r.Said == 0 {
		out = append(out, "not each refusal of a desk is known, was taken on to the next addressee by a named person, and ended with the address down")
	}
	if i := s.Innocents; i.Suggested+i.Linked+i.Served+i.Harmed > 0 {
		out = append(out, "somebody else's address was taken for an outlet's, served or harmed")
	} else if (scenario == "s5" || scenario == "s6") && i.World == 0 {
		out = append(out, "there was nobody whom one could harm")
	}
	if d := s.Dark; scenario == "s7" && (d.Served < d.Planned || d.Days < 5 || d.Between == 0) {
		out = append(out, "the wave was not served over a week in which something came back")
	} else if 100*d.Seen < 95*d.Came {
		out = append(out, "fewer than 95 % of what came back is known")
	}
	return out
}

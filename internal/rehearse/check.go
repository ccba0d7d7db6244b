// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Check refuses figures that cannot be. What refers to a tree is checked by New.
func (a Assumptions) Check() error {
	if n := len(a.Kinds) + len(a.Habits) + len(a.Addressees) + len(a.Measures) + len(a.Parts) + len(a.Successions); n > MaxEntries {
		return fmt.Errorf("%d entries: at most %d", n, MaxEntries)
	}
	if err := a.Compliance.check("compliance"); err != nil {
		return err
	}
	if err := a.Translation.check("translation"); err != nil {
		return err
	}
	if err := a.Answer.check("answer"); err != nil {
		return err
	}
	if a.Again != nil {
		if err := a.Again.check("again"); err != nil {
			return err
		}
	}
	if err := checkHours("hours", a.Hours); err != nil {
		return err
	}
	if _, ok := a.Kinds["*"]; !ok {
		return fmt.Errorf("kinds lack \"*\", which says how any other part comes back")
	}
	if _, ok := a.Habits["*"]; !ok {
		return fmt.Errorf("habits lack \"*\", which says how a desk of which nothing is known answers")
	}
	for _, id := range slices.Sorted(maps.Keys(a.Kinds)) {
		k := a.Kinds[id]
		if err := k.Back.check(fmt.Sprintf("kind %q: back", id)); err != nil {
			return err
		}
		if err := optional(k.Cache, fmt.Sprintf("kind %q: cache", id)); err != nil {
			return err
		}
	}
	if err := checkHabits("habits", a.Habits); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(a.Addressees)) {
		if err := a.Addressees[id].check(fmt.Sprintf("addressee %q", id)); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a.Measures)) {
		if err := a.checkMeasure(fmt.Sprintf("measure %q", id), a.Measures[id]); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a.Parts)) {
		p, what := a.Parts[id], fmt.Sprintf("part %q", id)
		if _, ok := a.Kinds[p.Kind]; p.Kind != "" && !ok {
			return fmt.Errorf("%s is of the kind %q, which kinds do not have", what, p.Kind)
		}
		if err := optional(p.Back, what+": back"); err != nil {
			return err
		}
		if err := optional(p.Cache, what+": cache"); err != nil {
			return err
		}
	}
	for n, s := range a.Successions {
		if err := s.After.check(fmt.Sprintf("succession %d: after", n+1)); err != nil {
			return err
		}
	}
	return nil
}

func (c Chance) check(what string) error {
	switch {
	case !(c.Value >= 0 && c.Value <= 1):
		return fmt.Errorf("%s is a chance of %g: from 0 to 1", what, c.Value)
	case strings.TrimSpace(c.Source) == "":
		return fmt.Errorf("%s has no source: write \"assumed\", \"provider's record\" or who said so and when", what)
	}
	return nil
}

// optional checks a delay that may be left out.
func optional(d Delay, what string) error {
	if d == (Delay{}) {
		return nil
	}
	return d.check(what)
}

func (a Assumptions) checkMeasure(what string, m Measure) error {
	if _, ok := a.Addressees[m.Addressee]; m.Addressee != "" && !ok {
		return fmt.Errorf("%s goes to %q, which addressees do not have", what, m.Addressee)
	}
	if m.Chance != (Chance{}) {
		if err := m.Chance.check(what + ": chance"); err != nil {
			return err
		}
	}
	if m.Stage > MaxStage || m.Stage < -MaxStage {
		return fmt.Errorf("%s is served %s from T0: at most a year before or after", what, short(m.Stage))
	}
	if !m.From.IsZero() && !m.Until.IsZero() && !m.From.Before(m.Until) {
		return fmt.Errorf("%s is valid from %s until %s: the end comes first", what, m.From.Format(time.RFC3339), m.Until.Format(time.RFC3339))
	}
	if err := optional(m.Delay, what+": delay"); err != nil {
		return err
	}
	return optional(m.Back, what+": back")
}

func checkHabits(what string, all map[string]Habit) error {
	for _, id := range slices.Sorted(maps.Keys(all)) {
		h, what := all[id], fmt.Sprintf("%s: habit %q", what, id)
		switch h.Manner {
		case Acts, Clarifies, Refuses, Order, Silent, Bounces:
		default:
			return fmt.Errorf("%s has the manner %.40q: acts, clarifies, refuses, order, silent or bounces", what, h.Manner)
		}
		if strings.TrimSpace(h.Source) == "" {
			return fmt.Errorf("%s has no source", what)
		}
		for _, d := range []struct {
			d    Delay
			name string
		}{{h.Ack, "ack"}, {h.Act, "act"}, {h.Rest, "rest"}} {
			if err := optional(d.d, what+": "+d.name); err != nil {
				return err
			}
		}
		if h.Chance != (Chance{}) {
			if err := h.Chance.check(what + ": chance"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d Addressee) check(what string) error {
	if d.Zone != "" {
		if _, err := zoneOf(d); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if d.State != "" && (len(d.State) != 2 || d.State != strings.ToUpper(d.State)) {
		return fmt.Errorf("%s is in the state %.40q: write two capital letters of ISO 3166", what, d.State)
	}
	if err := checkHours(what, d.Hours); err != nil {
		return err
	}
	for _, days := range [][]string{d.Holidays, d.Works} {
		for _, day := range days {
			if t, err := time.Parse(time.DateOnly, day); err != nil || t.Format(time.DateOnly) != day {
				return fmt.Errorf("%s: there is no day %.40q: write 2026-12-24", what, day)
			}
		}
	}
	return checkHabits(what, d.Habits)
}

func checkHours(what string, ws []Window) error {
	for _, w := range ws {
		from, err1 := minutes(w.From)
		to, err2 := minutes(w.To)
		if err1 != nil || err2 != nil || from >= to || len(w.Days) == 0 || slices.ContainsFunc(w.Days, func(d int) bool { return d < 0 || d > 6 }) {
			return fmt.Errorf("%s: the window %v %.10q to %.10q is none: give days from 0, Sunday, to 6 and times such as 09:00 to 17:00", what, w.Days, w.From, w.To)
		}
	}
	return nil
}

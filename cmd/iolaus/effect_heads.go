// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"iolaus/internal/effect"
)

type (
	effectSpan struct {
		Hours     float64  `json:"hours_known"`
		Available *float64 `json:"available"` // of the hours of which something is known; null where nothing is
		Dark      float64  `json:"dark_hours"`
		Unknown   float64  `json:"unknown_hours"`
	}
	effectHead struct {
		Asset  string     `json:"asset"`
		Before effectSpan `json:"before"`
		After  effectSpan `json:"after"`
	}
	effectDrop struct {
		Hours float64 `json:"hours"`
		Left  float64 `json:"left"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
		Risk  int     `json:"waited_for"`
		Came  int     `json:"came"`
	}
	effectTimes struct {
		Of     int          `json:"of"`
		Open   int          `json:"open"`
		Median *float64     `json:"median_hours"` // null where it lies beyond what was watched
		Low    *float64     `json:"median_low"`
		High   *float64     `json:"median_high"`
		Curve  []effectDrop `json:"curve"`
	}
	effectSpread struct {
		Over   string  `json:"over"`
		Before float64 `json:"before"`
		After  float64 `json:"after"`
		Known  [2]int  `json:"known"`
		Of     [2]int  `json:"of"`
	}
	effectHeads struct {
		Day     string         `json:"day"`
		From    time.Time      `json:"from"`
		To      time.Time      `json:"to"`
		Before  effectSpan     `json:"before"`
		After   effectSpan     `json:"after"`
		Assets  []effectHead   `json:"assets"`
		First   effectTimes    `json:"first_return"` // of the falls from the day on
		Between effectTimes    `json:"between_returns"`
		Lives   effectTimes    `json:"lives_of_new_heads"`
		Spread  []effectSpread `json:"hhi"`
	}
)

func spanOf(s effect.Share) effectSpan {
	x := effectSpan{Hours: (s.Up + s.Down).Hours(), Dark: s.Down.Hours(), Unknown: s.Unknown.Hours()}
	if a, ok := s.Available(); ok {
		x.Available = &a
	}
	return x
}

func timesOf(spells []effect.Spell) effectTimes {
	c := effect.Survival(spells)
	t := effectTimes{Of: len(spells), Curve: []effectDrop{}}
	for _, s := range spells {
		if s.Open {
			t.Open++
		}
	}
	at := func(d time.Duration, known bool) *float64 {
		if !known {
			return nil
		}
		return new(d.Hours())
	}
	t.Median = at(c.Quantile(.5))
	low, lk, high, hk := c.Within(.5)
	t.Low, t.High = at(low, lk), at(high, hk)
	for _, d := range c {
		t.Curve = append(t.Curve, effectDrop{d.After.Hours(), d.Left, d.Low, d.High, d.Risk, d.Came})
	}
	return t
}

// heads says how available addresses were before and after the day, how soon they were back, and on how few they hang.
func (k *effectCmd) heads(r io.Reader, e env) error {
	_, sealed, err := k.window()
	if err != nil {
		return err
	}
	day, err := k.day(sealed)
	if err != nil {
		return err
	}
	h, err := effect.ReadHeads(r)
	if err != nil {
		return k.refuse(err)
	}
	begun := h.Until
	for _, x := range h.Heads {
		if x.Marks[0].At.Before(begun) {
			begun = x.Marks[0].At
		}
	}
	from, to := begun, h.Until
	if n := max(k.Before, sealed.Before); n > 0 {
		from = day.AddDate(0, 0, -n)
	}
	if n := max(k.After, sealed.After); n > 0 && day.AddDate(0, 0, n).Before(to) {
		to = day.AddDate(0, 0, n)
	}
	if !begun.Before(day) || !day.Before(h.Until) {
		return k.refuse(fmt.Errorf("the observations, from %s to %s, do not lie about the day", begun.Format(time.RFC3339), h.Until.Format(time.RFC3339)))
	}
	out := effectHeads{Day: day.Format(time.DateOnly), From: from, To: to, Before: spanOf(effect.Together(h.Heads, from, day).Share), After: spanOf(effect.Together(h.Heads, day, to).Share)}
	for _, x := range h.Heads {
		out.Assets = append(out.Assets, effectHead{x.Name, spanOf(x.Available(from, day)), spanOf(x.Available(day, to))})
	}
	falls := slices.DeleteFunc(effect.Falls(h.Heads), func(f effect.Fall) bool { return f.At.Before(day) || f.At.After(to) })
	var spells []effect.Spell
	for _, f := range falls {
		spells = append(spells, f.Spell(h.Until))
	}
	out.First, out.Between, out.Lives = timesOf(spells), timesOf(effect.Between(falls, h.Until)), timesOf(effect.Lives(h.Heads, h.Until))
	out.Spread = []effectSpread{}
	for _, over := range h.Over {
		x := effectSpread{Over: over}
		x.Before, x.Known[0], x.Of[0] = h.Spread(over, day.Add(-time.Nanosecond))
		x.After, x.Known[1], x.Of[1] = h.Spread(over, to)
		out.Spread = append(out.Spread, x)
	}
	if k.JSON {
		return json.NewEncoder(e.stdout).Encode(out)
	}
	out.print(e.stdout)
	return nil
}

func (s effectSpan) words() string {
	if s.Available == nil {
		return fmt.Sprintf("not known (%.1f h unknown)", s.Unknown)
	}
	return fmt.Sprintf("%.1f %% available, %.1f h dark, %.1f h unknown", 100**s.Available, s.Dark, s.Unknown)
}

func (t effectTimes) words() string {
	if t.Of == 0 {
		return "none"
	}
	hours := func(v *float64) string {
		if v == nil {
			return "beyond what was watched"
		}
		return fmt.Sprintf("%.1f h", *v)
	}
	return fmt.Sprintf("%d, of which %d not over; median %s (95 %% interval %s to %s)", t.Of, t.Open, hours(t.Median), hours(t.Low), hours(t.High))
}

func (h effectHeads) print(w io.Writer) {
	line := func(name, words string) { fmt.Fprintf(w, "%-24s%s\n", name, words) }
	line("looked at", h.From.Format(time.RFC3339)+" to "+h.To.Format(time.RFC3339)+", the day "+h.Day)
	line("before", h.Before.words())
	line("from the day on", h.After.words())
	line("falls and returns", h.First.words())
	for _, d := range h.First.Curve {
		line("", fmt.Sprintf("after %.1f h %.2f not back (%.2f to %.2f), of %d waited for", d.Hours, d.Left, d.Low, d.High, d.Risk))
	}
	line("between returns", h.Between.words())
	line("lives of new heads", h.Lives.words())
	for _, s := range h.Spread {
		line("HHI over "+s.Over, fmt.Sprintf("%.0f before (known of %d of %d), %.0f after (%d of %d)", 10_000*s.Before, s.Known[0], s.Of[0], 10_000*s.After, s.Known[1], s.Of[1]))
	}
	for _, a := range h.Assets {
		line(a.Asset, "before: "+a.Before.words()+"; after: "+a.After.words())
	}
}

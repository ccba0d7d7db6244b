// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Figure is one assumption that this rehearsal plays with.
type Figure struct {
	Of     string `json:"of"`   // what it is said of: "kind name", "Birchrack Hosting, removal_order", "measure order birchrack"
	What   string `json:"what"` // back, cache, ack, act, rest, chance, manner, hours, compliance, ...
	Value  string `json:"value"`
	Source string `json:"source"`

	Addressee string `json:"addressee,omitempty"` // of an act's figures: to whom it goes, as assumptions call it
}

// Assumed lists the figures that the rehearsal plays with, each once, with their sources; those that nothing here uses are left out.
func (r *Rehearsal) Assumed() []Figure {
	var out []Figure
	seen := map[Figure]bool{}
	addressee := ""
	say := func(of, what, value, source string) {
		if f := (Figure{Of: of, What: what, Value: value, Source: source, Addressee: addressee}); !seen[f] {
			seen[f], out = true, append(out, f)
		}
	}
	delay := func(of, what string, d Delay) {
		if d.Source != "" {
			say(of, what, d.String(), d.Source)
		}
	}
	share := func(v float64) string { return fmt.Sprintf("%g", v) }
	parts, backs := map[int]bool{}, map[int]bool{} // backs: parts whose own return counts
	for n := range r.plan {
		x := &r.plan[n]
		for _, i := range x.fells {
			parts[i] = true
			own := r.a.Parts[r.estate.nodes[i].id].Back
			backs[i] = backs[i] || x.back.Source == "" || x.back.Source == fromTree && own != (Delay{})
		}
		if x.chance == r.a.Compliance {
			say("", "compliance", share(x.chance.Value), x.chance.Source)
		}
		if x.translate {
			delay("", "translation", r.a.Translation)
		}
		if x.habit.Manner == Clarifies && x.delay.Source == "" {
			delay("", "answer", r.a.Answer)
		}
	}
	if r.a.Again != nil {
		delay("", "again", *r.a.Again)
	}
	for n := range r.plan {
		addressee = r.plan[n].addressee
		r.assumedOf(&r.plan[n], say, delay, share)
	}
	addressee = ""
	for _, i := range slices.Sorted(maps.Keys(parts)) {
		y := &r.estate.nodes[i]
		p := r.a.Parts[y.id]
		switch {
		case !backs[i]:
		case p.Back.Source != "":
			delay("part "+y.id, "back", p.Back)
		default:
			delay("kind "+y.part.kind, "back", y.part.back)
		}
		if p.Cache.Source != "" {
			delay("part "+y.id, "cache", p.Cache)
		} else {
			delay("kind "+y.part.kind, "cache", y.part.cache)
		}
	}
	for _, s := range r.a.Successions {
		delay(s.On+" → "+s.Raises, "succession", s.After)
	}
	return out
}

func (r *Rehearsal) assumedOf(x *act, say func(of, what, value, source string), delay func(of, what string, d Delay), share func(float64) string) {
	who := x.who.Name
	if who == "" {
		who = x.addressee
	}
	if who == "" {
		who = "any desk"
	}
	if x.delay.Source != "" {
		delay("measure "+x.name, "delay", x.delay)
	} else {
		of := who
		if x.instrument != "" {
			of += ", " + x.instrument
		}
		say(of, "manner", string(x.habit.Manner), x.habit.Source)
		delay(of, "ack", x.habit.Ack)
		delay(of, "act", x.habit.Act)
		delay(of, "rest", x.habit.Rest)
		hours, source := r.a.Hours, Assumed
		if x.who.Hours != nil {
			hours, source = x.who.Hours, x.who.Source
		}
		switch {
		case x.habit.Always:
			say(of, "hours", "around the clock", x.habit.Source)
		case x.who.Always:
			say(who, "hours", "around the clock", x.who.Source)
		default:
			say(who, "hours", hoursInWords(hours)+" "+zoneInWords(x.who), source)
		}
	}
	if x.chance != r.a.Compliance {
		say("measure "+x.name, "chance", share(x.chance.Value), x.chance.Source)
	}
	if x.back.Source != "" {
		delay("measure "+x.name, "back", x.back)
	}
}

func hoursInWords(ws []Window) string {
	if len(ws) == 0 {
		return "around the clock"
	}
	names := []string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}
	var out []string
	for _, w := range ws {
		var days []string
		for _, d := range w.Days {
			days = append(days, names[d])
		}
		out = append(out, strings.Join(days, " ")+" "+w.From+"–"+w.To)
	}
	return strings.Join(out, ", ")
}

func zoneInWords(d Addressee) string {
	loc, err := zoneOf(d)
	if err != nil {
		return d.Zone
	}
	return loc.String()
}

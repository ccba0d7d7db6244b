// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"
	"time"

	"iolaus/internal/effect"
)

// A Change is a moment at which what was believed of an asset changed.
type Change struct {
	Asset AssetID
	At    time.Time
	To    PresenceState
}

// A Comeback is one fall of an outlet's asset, and what came after it: the same address again, or one that a person said takes its place.
type Comeback struct {
	Fell AssetID
	At   time.Time // when its removal was believed
	Back AssetID   // what came back first; 0: nothing yet
	Up   time.Time // when that was seen: it may have been up earlier
}

// Heads are the assets of a list as ways to an audience, with what was believed of each; changes are in the order of time. Doubtful is neither up
// nor down. One takes another's place where a person said so.
func Heads(assets []Asset, changes []Change) []effect.Head {
	at := make(map[AssetID]int, len(assets))
	out := make([]effect.Head, len(assets))
	for i, a := range assets {
		at[a.ID] = i
		out[i] = effect.Head{Name: a.Locator, Begun: a.Created, Follows: -1}
	}
	for i, a := range assets {
		if to, ok := at[a.Lineage.To]; ok && a.Lineage.To != 0 && a.Lineage.Judged != 0 {
			out[i].Follows = to
		}
	}
	for _, c := range changes {
		if i, ok := at[c.Asset]; ok {
			out[i].Marks = append(out[i].Marks, effect.Mark{At: c.At, State: c.To.Told()})
		}
	}
	return out
}

// Told is what a state of presence says to whoever measures.
func (p PresenceState) Told() effect.State {
	switch p {
	case PresenceUp, PresenceBack:
		return effect.Up
	case PresenceGone:
		return effect.Down
	}
	return effect.Unknown
}

// Comebacks are the falls of an outlet's assets in the order of time, each with the first return after it. Changes are in the order of time. A fall after which the
// asset was given to somebody else is none of the outlet's.
func Comebacks(assets []Asset, changes []Change) []Comeback {
	mine := slices.DeleteFunc(slices.Clone(assets), func(a Asset) bool { return a.Outlet == 0 })
	slices.SortStableFunc(mine, func(a, b Asset) int { return cmp.Compare(a.ID, b.ID) })
	var out []Comeback
	for _, f := range effect.Falls(Heads(mine, changes)) {
		c := Comeback{Fell: mine[f.Head].ID, At: f.At, Up: f.Up}
		if f.Back >= 0 {
			c.Back = mine[f.Back].ID
		}
		out = append(out, c)
	}
	return out
}

// Spell is how long the outlet did without, or has done so far.
func (c Comeback) Spell(now time.Time) effect.Spell {
	if c.Back == 0 {
		return effect.Spell{Took: max(now.Sub(c.At), 0), Open: true}
	}
	return effect.Spell{Took: max(c.Up.Sub(c.At), 0)}
}

// A TimeToReturn is how long it takes until what was felled is back.
type TimeToReturn struct {
	Median time.Duration // by Kaplan and Meier: what is not back yet counts as long as it was watched
	Known  bool          // false: fewer than half are expected back in the time that was watched
	Came   int
	Open   int // not back yet
}

// TimeToReturnOf estimates it over falls.
func TimeToReturnOf(list []Comeback, now time.Time) TimeToReturn {
	var t TimeToReturn
	spells := make([]effect.Spell, 0, len(list))
	for _, c := range list {
		s := c.Spell(now)
		if s.Open {
			t.Open++
		} else {
			t.Came++
		}
		spells = append(spells, s)
	}
	t.Median, t.Known = effect.Survival(spells).Quantile(.5)
	return t
}

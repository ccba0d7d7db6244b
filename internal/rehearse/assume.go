// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"time"
)

// Assumptions are the figures that a rehearsal plays with, each with its source. See docs/format/rehearsal.md.
type Assumptions struct {
	Title       string               `json:"title,omitempty"`
	Compliance  Chance               `json:"compliance,omitzero"`  // that a measure takes effect, where nothing better is known
	Translation Delay                `json:"translation,omitzero"` // of an act into a language that its addressee reads
	Answer      Delay                `json:"answer,omitzero"`      // of the unit, to a desk that asks
	Again       *Delay               `json:"again,omitempty"`      // from a return until the unit has served the act on it; nil: it is not served again
	Kinds       map[string]Kind      `json:"kinds,omitempty"`      // of parts; "*" for any other
	Habits      map[string]Habit     `json:"habits,omitempty"`     // of desks of which nothing is known, by instrument; "*" for any other
	Hours       []Window             `json:"hours,omitempty"`      // of desks of which nothing is known
	Addressees  map[string]Addressee `json:"addressees,omitempty"`
	Measures    map[string]Measure   `json:"measures,omitempty"` // by the ID in the tree
	Parts       map[string]Part      `json:"parts,omitempty"`    // by the ID of the node
	Successions []Succession         `json:"successions,omitempty"`
}

// A Chance is a probability with its source.
type Chance struct {
	Value  float64 `json:"value"`
	Source string  `json:"source"`
}

// A Kind says how parts of a kind come back, and how long caches keep them after they have gone.
type Kind struct {
	Back  Delay `json:"back"`
	Cache Delay `json:"cache,omitzero"`
}

// Manner is a desk's way of answering.
type Manner string

// The manners.
const (
	Acts      Manner = "acts"
	Clarifies Manner = "clarifies" // asks, and acts after the unit has answered
	Refuses   Manner = "refuses"
	Order     Manner = "order" // acts upon an order only, and this is none
	Silent    Manner = "silent"
	Bounces   Manner = "bounces" // its address does not work
)

// A Habit is what a desk does with an instrument.
type Habit struct {
	Manner Manner `json:"manner"`
	Always bool   `json:"always,omitempty"` // around the clock, whatever its hours
	Ack    Delay  `json:"ack,omitzero"`     // from receipt, in its hours
	Act    Delay  `json:"act,omitzero"`     // from there to the act, in its hours
	Rest   Delay  `json:"rest,omitzero"`    // from there until it has reached everybody, around the clock
	Chance Chance `json:"chance,omitzero"`  // that it takes effect; without a source: the compliance
	Source string `json:"source"`           // of manner and hours
}

// A Window is a time of the week in which a desk works.
type Window struct {
	Days []int  `json:"days"` // 0 Sunday to 6 Saturday
	From string `json:"from"` // 09:00
	To   string `json:"to"`   // 17:00; 24:00 for the end of the day
}

// An Addressee is a desk: where its clock is, when it works, what it reads and how it answers.
type Addressee struct {
	Name      string           `json:"name,omitempty"`
	State     string           `json:"state,omitempty"` // ISO 3166: gives zone and public holidays
	Zone      string           `json:"zone,omitempty"`  // Europe/Vienna; instead of that of the state's capital
	Hours     []Window         `json:"hours,omitempty"`
	Always    bool             `json:"always,omitempty"`   // staffed around the clock
	Holidays  []string         `json:"holidays,omitempty"` // days of its own on which it does not work: 2026-12-24
	Works     []string         `json:"works,omitempty"`    // public holidays on which it works all the same
	Languages []string         `json:"languages,omitempty"`
	Habits    map[string]Habit `json:"habits,omitempty"` // by instrument; "*" for any other
	Source    string           `json:"source,omitempty"` // of its hours, holidays and languages
}

// A Measure says how a measure of the tree is served.
type Measure struct {
	Addressee  string        `json:"addressee,omitempty"`
	Instrument string        `json:"instrument,omitempty"` // removal_order, order_to_act, referral
	Stage      time.Duration `json:"-"`                    // from T0 to its service; "stage": "-2h" in a file
	Language   string        `json:"language,omitempty"`   // of its text
	Translated bool          `json:"translated,omitempty"` // a translation that the addressee reads is ready before T0
	From       time.Time     `json:"from,omitzero"`        // an order is valid from ...
	Until      time.Time     `json:"until,omitzero"`       // ... and may be carried out until
	Chance     Chance        `json:"chance,omitzero"`
	Delay      Delay         `json:"delay,omitzero"` // from receipt to effect, instead of the addressee's habit, around the clock
	Back       Delay         `json:"back,omitzero"`  // of what it fells
}

// A Part says more of a node of the tree.
type Part struct {
	Kind   string `json:"kind,omitempty"` // among Kinds; without it, what stands before the first colon or slash of its ID
	Back   Delay  `json:"back,omitzero"`
	Cache  Delay  `json:"cache,omitzero"`
	Latent bool   `json:"latent,omitempty"` // does not exist until something raises it
}

// A Succession is a part that takes another's place: when On is first down, Raises comes up.
type Succession struct {
	On     string `json:"on"`
	Raises string `json:"raises"`
	After  Delay  `json:"after"`
}

// Assumed is the source of what nobody has measured.
const Assumed = "assumed"

// Defaults are the assumptions compiled in. The medians of 24 and 72 hours and the compliance of .98 are those of the simulation behind the
// formulation of plans; nothing else is known of them. A part that its operator renews alone counts as the first, one that somebody has to
// examine or to install as the second. Hours of desks, delays and caches are assumed, too; the hour of a removal order is the law's
// (Regulation (EU) 2021/784, Article 3(3)).
func Defaults() Assumptions {
	soon := Delay{Median: 24 * time.Hour, Law: Exponential, Source: Assumed}
	late := Delay{Median: 72 * time.Hour, Law: Exponential, Source: Assumed}
	cache := func(d time.Duration) Delay { return Delay{Median: d, Source: Assumed} }
	desk := Habit{Manner: Acts, Ack: Delay{Median: 30 * time.Minute, Sigma: .5, Source: Assumed}, Act: Delay{Median: 4 * time.Hour, Sigma: .8, Source: Assumed}, Source: Assumed}
	hour := Habit{Manner: Acts, Always: true, Ack: Delay{Median: 5 * time.Minute, Sigma: .3, Source: Assumed}, Act: Delay{Median: 30 * time.Minute, Sigma: .3, Max: 55 * time.Minute, Source: "Regulation (EU) 2021/784, Article 3(3)"},
		Source: "Regulation (EU) 2021/784, Article 3(3)"}
	return Assumptions{
		Title:       "compiled in",
		Compliance:  Chance{.98, Assumed},
		Translation: Delay{Median: 24 * time.Hour, Sigma: .5, Source: Assumed},
		Answer:      Delay{Median: time.Hour, Sigma: .3, Source: Assumed},
		Kinds: map[string]Kind{
			"*":    {Back: soon},
			"name": {soon, cache(time.Hour)}, "domain": {soon, cache(time.Hour)}, "registrar": {soon, cache(time.Hour)}, "registry": {soon, cache(time.Hour)},
			"name_server": {soon, cache(24 * time.Hour)}, "dns_operator": {soon, cache(24 * time.Hour)}, "ns": {soon, cache(24 * time.Hour)},
			"account": {Back: soon}, "platform": {Back: soon}, "mirror": {Back: soon}, "site": {Back: soon}, "file": {Back: soon},
			"host": {Back: late}, "server": {Back: late}, "network": {Back: late}, "upstream": {Back: late}, "conduit": {Back: late}, "origin": {late, cache(10 * time.Minute)},
			"cdn": {late, cache(10 * time.Minute)}, "ddos_protection": {late, cache(10 * time.Minute)}, "certificate": {late, cache(96 * time.Hour)},
			"app": {Back: late}, "app_store": {Back: late}, "addon": {Back: late}, "addon_store": {Back: late}, "list": {Back: late}, "newsletter": {Back: late}, "stream": {Back: late}, "stream_host": {Back: late},
		},
		Habits: map[string]Habit{"*": desk, "removal_order": hour},
		Hours:  []Window{{Days: []int{1, 2, 3, 4, 5}, From: "09:00", To: "17:00"}},
	}
}

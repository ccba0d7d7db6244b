// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// A Rate is one number of the unit's own from which measures are priced: an assumption of the program until a person sets it.
type Rate struct {
	ID     int64
	Unit   UnitID
	Key    string // one of RateKeys
	Value  float64
	Reason string
	By     OfficerID
	At     time.Time
}

// The rates that are not of an instrument or a layer.
const (
	RateFurther = "further" // part of the effort that each further address in the same letter takes
	RateView    = "view"    // officer hours of a lawyer's look
	RateSecond  = "second"  // officer hours of the second signature under a binding act
	RateAbroad  = "abroad"  // officer hours of copies and translation for an addressee in another state
	RateWaiting = "waiting" // officer hours that an hour until effect counts for
	RateChance  = "chance"  // chance that a measure takes effect, 0 to 1

	RateTranslation = "translation" // hours until an act stands in a language that its addressee reads; of a rehearsal
	RateAnswer      = "answer"      // hours until the unit answers a desk that asks; of a rehearsal
)

// Prefixes of the rates by instrument and by layer.
const (
	rateEffort = "effort." // officer hours of one act
	rateDelay  = "delay."  // hours from service to effect
	rateBack   = "back."   // hours until what was felled is replaced
	rateDesk   = "desk."   // hours from receipt to the act, of one addressee
)

// EffortRate names the officer hours that one act by an instrument takes.
func EffortRate(i legal.Instrument) string { return rateEffort + string(i) }

// DelayRate names the hours from service to effect.
func DelayRate(i legal.Instrument) string { return rateDelay + string(i) }

// BackRate names the hours until what a provider of that layer carried is up elsewhere.
func BackRate(l legal.Layer) string { return rateBack + string(l) }

// DeskRate names the hours, by the clock, from receipt to the act at one addressee. Nothing is assumed of it; set to zero, it counts no more.
func DeskRate(p ProviderID) string { return rateDesk + strconv.FormatInt(int64(p), 10) }

// DeskOf is the addressee whose hours a rate is; false where it is another rate.
func DeskOf(key string) (ProviderID, bool) {
	text, ok := strings.CutPrefix(key, rateDesk)
	n, err := strconv.ParseInt(text, 10, 64)
	return ProviderID(n), ok && err == nil && n > 0 && key == DeskRate(ProviderID(n))
}

// felling are the instruments that can fell something, and what is assumed of them until the unit says otherwise: officer hours of one act,
// hours from service to effect. That of a removal order is the law's own (Regulation (EU) 2021/784, Article 3(3)); all others are assumptions of this program.
var felling = []struct {
	instrument    legal.Instrument
	effort, delay float64
}{
	{legal.Referral, 1, 48}, {legal.Notice, 1.5, 24}, {legal.RemovalOrder, 4, 1}, {legal.OrderToAct, 6, 24},
	{legal.RegistrarReport, 1.5, 48}, {legal.StoreReport, 1, 48}, {legal.CourtOrder, 24, 240},
}

// carrying are the layers without which an address is not reached, and what is assumed of replacement: a median of a day for what its operator
// renews alone, of three where somebody has to examine or to install something (docs/format/rehearsal.md; a test compares).
var carrying = []struct {
	layer legal.Layer
	back  float64
}{
	{legal.Platform, 24}, {legal.Host, 72}, {legal.StreamHost, 72}, {legal.Newsletter, 72}, {legal.AppStore, 72}, {legal.AddonStore, 72}, {legal.CDN, 72},
	{legal.Upstream, 72}, {legal.DNSOperator, 24}, {legal.Registrar, 24}, {legal.Registry, 24},
}

// FellingInstruments lists the instruments that can fell something, in their fixed order.
func FellingInstruments() []legal.Instrument {
	out := make([]legal.Instrument, 0, len(felling))
	for _, f := range felling {
		out = append(out, f.instrument)
	}
	return out
}

// RateKeys lists every rate but those of single addressees (DeskRate) in the order of a table.
func RateKeys() []string {
	out := []string{}
	for _, f := range felling {
		out = append(out, EffortRate(f.instrument))
	}
	out = append(out, RateFurther, RateView, RateSecond, RateAbroad, RateWaiting)
	for _, f := range felling {
		out = append(out, DelayRate(f.instrument))
	}
	out = append(out, RateChance)
	for _, c := range carrying {
		out = append(out, BackRate(c.layer))
	}
	return append(out, RateTranslation, RateAnswer)
}

// AssumedRate is what the program assumes; false where there is no such rate.
func AssumedRate(key string) (float64, bool) {
	for _, f := range felling {
		switch key {
		case EffortRate(f.instrument):
			return f.effort, true
		case DelayRate(f.instrument):
			return f.delay, true
		}
	}
	for _, c := range carrying {
		if key == BackRate(c.layer) {
			return c.back, true
		}
	}
	v, ok := map[string]float64{RateFurther: .1, RateView: 2, RateSecond: .5, RateAbroad: 2, RateWaiting: .02, RateChance: plan.Compliance,
		RateTranslation: 24, RateAnswer: 1}[key]
	return v, ok
}

// Check refuses a rate that does not exist, that lacks its reason, or that cannot be that number.
func (r Rate) Check() error {
	if _, desk := DeskOf(r.Key); !desk && !slices.Contains(RateKeys(), r.Key) {
		return Refuse(Invalid, "there is no such rate", "choose one of the table")
	}
	if r.Reason == "" {
		return Refuse(Invalid, "the reason of the rate is missing", "say how it is known")
	}
	most := 10_000.0
	if r.Key == RateChance || r.Key == RateFurther {
		most = 1
	}
	if !(r.Value >= 0 && r.Value <= most) || r.Key == RateChance && r.Value == 0 {
		return Refuse(Invalid, "a rate cannot be that number", "shares lie between 0 and 1, hours between 0 and 10,000")
	}
	return nil
}

// Rates are what measures are priced by: the unit's own, else what the program assumes.
type Rates []Rate

// FromRate reports whether a figure is a rate, of the unit or of the program, and no record or word of its own.
func (f PlanFigure) FromRate() bool { return f.Assumed || strings.HasPrefix(f.Source, OwnRate) }

// OwnRate begins the source of a unit's own rate.
const OwnRate = "the unit's own rate: "

// Of gives a rate as a figure with its source.
func (r Rates) Of(key string) PlanFigure {
	for _, x := range r {
		_, desk := DeskOf(key)
		if x.Key == key && !(desk && x.Value == 0) {
			return PlanFigure{Value: x.Value, Source: OwnRate + x.Reason, By: x.By}
		}
	}
	v, _ := AssumedRate(key)
	source := "assumed by the program"
	switch key {
	case DelayRate(legal.RemovalOrder):
		source = "Regulation (EU) 2021/784, Article 3(3): one hour from receipt"
	case RateChance:
		source = "assumed: compliance in the planner's simulation"
	}
	return PlanFigure{Value: v, Source: source, Assumed: true}
}

// SPDX-License-Identifier: EUPL-1.2

package legal

import "slices"

// A Ruling says whether the law allows this instrument, by this issuer, against this target.
type Ruling struct {
	Instrument Instrument
	Allowed    bool
	LegalView  bool   // allowed, but only after a lawyer has looked at the point that Reason names
	Reason     string // one or more whole sentences for a person
	Advice     string // what to ask for, or what to do instead; whole sentences, may be empty
	Source     string // article or chapter
	Mark       Mark
	Instead    []Instrument // where it is refused: what this issuer may use on this target, best first
}

// Rule is the gate: it names the law's answer for one pair of instrument and target. The first refusal that applies is given:
// what nobody may ask, then what nobody may send to this layer, then what does not suit this content, then what this issuer
// may not do. It fails closed: what it does not know is refused.
func (r Regime) Rule(i Instrument, issuer IssuerKind, t Target) Ruling {
	ruling := r.ask(i, issuer, t)
	if ruling.Allowed {
		ruling.Instead = nil
		return ruling
	}
	var possible []Instrument // only what this issuer may really do to this target
	for _, other := range ruling.Instead {
		if r.ask(other, issuer, t.with("")).Allowed {
			possible = append(possible, other)
		}
	}
	ruling.Instead = possible
	return ruling
}

// with returns t with another request and without a wrong claim.
func (t Target) with(q Request) Target {
	t.Request, t.ClaimsDNSAbuse = q, false
	return t
}

// ask runs the checks in order; Instead is still what could be proposed to anybody.
func (r Regime) ask(i Instrument, issuer IssuerKind, t Target) Ruling {
	cell, known := r.Cells[t.Layer][i]
	if !known || !slices.Contains(Issuers(), issuer) {
		return Ruling{Instrument: i, Reason: "The instrument, the layer or the kind of issuer is not known.",
			Advice: "Say who acts, by which instrument, and what the addressee provides.", Source: "this program", Mark: Own}
	}
	answer := checkRequest(i, t)
	if answer.Allowed {
		answer = checkCell(cell, i, t)
	}
	for _, check := range []func(Instrument, IssuerKind, Target) Ruling{checkContent, checkIssuer} {
		if !answer.Allowed {
			break
		}
		found := check(i, issuer, t)
		switch {
		case !found.Allowed:
			answer = found
		case found.LegalView && !answer.LegalView:
			found.Reason = answer.Reason + " " + found.Reason
			found.Advice = answer.Advice
			answer = found
		case found.LegalView:
			answer.Reason += " " + found.Reason
		}
	}
	answer.Instrument = i
	return answer
}

// Options returns the ruling on every instrument, in the fixed order of Instruments: first those that are allowed, then those
// that need a lawyer's look, then those that are refused. With an empty Request it lists what could be done at all.
func (r Regime) Options(issuer IssuerKind, t Target) []Ruling {
	var list []Ruling
	for _, i := range Instruments() {
		list = append(list, r.Rule(i, issuer, t))
	}
	slices.SortStableFunc(list, func(a, b Ruling) int { return a.rank() - b.rank() })
	return list
}

func (r Ruling) rank() int {
	switch {
	case r.Allowed && !r.LegalView:
		return 0
	case r.Allowed:
		return 1
	}
	return 2
}

// SPDX-License-Identifier: EUPL-1.2

package legal

import "time"

// An AppealRule is a state's time to challenge a removal order before its courts, after which the order is final (Regulation (EU)
// 2021/784, Article 3(9)). It is national law: a person confirms it for the case, and enters it where the state is not listed.
type AppealRule struct {
	State  string // ISO 3166
	Days   int    // calendar days
	Months int    // calendar months
	From   string // the event it counts from
	Source string
	Mark   Mark
}

// End gives the end of the time for an order received at the given instant, in the state's own zone.
func (r AppealRule) End(received time.Time) time.Time {
	loc, _ := Zone(r.State)
	return ClockRule{Days: r.Days, Months: r.Months}.end(received.In(loc))
}

// appeals are general administrative deadlines from memory; whether a special law shortens them for these orders is for a lawyer.
func appeals() []AppealRule {
	return []AppealRule{
		{State: "AT", Days: 28, From: "service of the order", Source: "Verwaltungsgerichtsverfahrensgesetz, section 7(4)", Mark: Memory},
		{State: "DE", Months: 1, From: "service of the order", Source: "Verwaltungsgerichtsordnung, section 74(1)", Mark: Memory},
		{State: "NL", Days: 42, From: "service of the order", Source: "Algemene wet bestuursrecht, Article 6:7", Mark: Memory},
	}
}

// Appeal gives the rule of a state; false where none is known and a person must enter the day.
func (r Regime) Appeal(state string) (AppealRule, bool) {
	for _, a := range r.Appeals {
		if a.State == state {
			return a, true
		}
	}
	return AppealRule{}, false
}

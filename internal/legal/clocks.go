// SPDX-License-Identifier: EUPL-1.2

package legal

import "time"

const (
	hour = time.Hour
	day  = 24 * time.Hour
	week = 7 * day
)

// clocks is the table of time limits.
func clocks() []ClockRule {
	tco := func(article string) string { return "Regulation (EU) 2021/784, " + article }
	ev := func(article string) string { return "Regulation (EU) 2023/1543, " + article }
	return told([]ClockRule{
		{ID: "tco-12h", Trigger: "information on procedures and deadlines sent to a provider", Length: 12 * hour, Term: "at least 12 hours before the first order",
			Sense: Earliest, Obliged: "issuing authority", Restart: "waived in a duly justified emergency", Source: tco("Article 3(2)"), Mark: Verified},
		{ID: "tco-1h", Trigger: "receipt of the removal order at the contact point", Length: hour, Term: "1 hour", Sense: Deadline, Obliged: "provider",
			Restart: "starts when an impossibility ends, or when the clarification asked for is received", Source: tco("Article 3(3), (7) and (8)"), Mark: Verified},
		{ID: "tco-copy", Trigger: "issue of a removal order to a provider established in another Member State", Term: "simultaneously", Sense: Deadline,
			Obliged: "issuing authority", Source: tco("Article 4(1)"), Mark: Verified},
		{ID: "tco-72h-own", Trigger: "receipt of the copy by the home authority", Length: 72 * hour, Term: "72 hours", Sense: Window, Obliged: "home authority",
			Source: tco("Article 4(3)"), Mark: Verified},
		{ID: "tco-48h", Trigger: "receipt of the removal order, or of the information under Article 11(2)", Length: 48 * hour, Term: "48 hours to ask for scrutiny",
			Sense: Window, Obliged: "provider, content provider", Source: tco("Article 4(4)"), Mark: Verified},
		{ID: "tco-72h-req", Trigger: "receipt of a request for scrutiny", Length: 72 * hour, Term: "72 hours", Sense: Deadline, Obliged: "home authority",
			Source: tco("Article 4(4)"), Mark: Verified},
		{ID: "tco-6w", Trigger: "decision not to disclose", Length: 6 * week, Days: 42, Extend: 6 * week, Term: "as long as necessary, at most 6 weeks; one extension of 6 weeks if still justified",
			Sense: Window, Obliged: "issuing authority", Source: tco("Article 11(3)"), Mark: Verified},
		{ID: "tco-6m", Trigger: "removal or disabling of access", Months: 6, Longer: true, Term: "6 months, longer on request", Sense: Keep, Obliged: "provider",
			Restart: "longer on request of a competent authority or court", Source: tco("Article 6"), Mark: Verified},
		{ID: "tco-final", Trigger: "end of the national time to appeal", Term: "national", Sense: Deadline, Obliged: "issuing authority",
			Restart: "an appeal", Source: tco("Articles 3(9) and 12(1)(c)"), Mark: Verified},
		{ID: "tco-exposed", Trigger: "a removal order becomes final", Months: 12, Term: "two or more final orders within 12 months", Sense: Rolling,
			Obliged: "oversight authority", Source: tco("Article 5(4)"), Mark: Verified},
		{ID: "tco-measures", Trigger: "decision that the provider is exposed", Months: 3, Then: 12, Term: "3 months, then yearly", Sense: Deadline, Obliged: "provider",
			Restart: "runs until a review ends it", Source: tco("Article 5(5)"), Mark: Verified},
		{ID: "tco-review", Trigger: "provider's request to review that decision", Months: 3, Term: "3 months", Sense: Deadline, Obliged: "oversight authority",
			Source: tco("Article 5(7)"), Mark: Verified},
		{ID: "tco-complaint", Trigger: "complaint about a specific measure", Length: 2 * week, Days: 14, Term: "2 weeks", Sense: Deadline, Obliged: "provider",
			Source: tco("Article 10(2)"), Mark: Verified},
		{ID: "tco-art8", Trigger: "end of the calendar year", Term: "yearly", Sense: Deadline, Obliged: "competent authority", Source: tco("Article 8"), Mark: Verified},
		{ID: "tco-art21", Trigger: "calendar year", EndsOn: "03-31", Term: "31 March of the year after", Sense: Deadline, Obliged: "Member State",
			Source: tco("Article 21"), Mark: Verified},
		{ID: "epoc", Trigger: "receipt of the production order certificate", Length: 10 * day, Days: 10, Term: "10 days", Sense: Deadline, Obliged: "addressee",
			Restart: "receipt of the clarification asked for", Source: ev("Article 10"), Mark: Verified},
		{ID: "epoc-8h", Trigger: "receipt of the production order certificate in an emergency", Length: 8 * hour, Term: "8 hours", Sense: Deadline,
			Obliged: "addressee", Source: ev("Article 10(4)"), Mark: Verified},
		{ID: "epoc-pr", Trigger: "receipt of the preservation order certificate", Length: 60 * day, Days: 60, Extend: 30 * day, Term: "60 days, and 30 on extension",
			Sense: Keep, Obliged: "addressee", Source: ev("Article 11"), Mark: Verified},
		{ID: "epoc-48h", Trigger: "emergency order without prior validation", Length: 48 * hour, Term: "48 hours", Sense: Deadline, Obliged: "issuing authority",
			Source: ev("Article 4(5)"), Mark: Verified},
		{ID: "nis2-72h", Trigger: "receipt of the request for registration data", Length: 72 * hour, Term: "72 hours", Sense: Deadline,
			Obliged: "registry, registrar", Source: "Directive (EU) 2022/2555, Article 28(5)", Mark: Verified},
		{ID: "led-3y", Trigger: "start of processing", Months: 36, Then: 36, Term: "review at 3 years, else erasure", Sense: Deadline, Obliged: "unit",
			Restart: "a reasoned review", Source: "Regulation (EU) 2016/794, Article 31", Mark: Memory},
		{ID: "raa-24h", Trigger: "receipt of a report of illegal activity", Length: 24 * hour, Term: "review within 24 hours where police of the registrar's own jurisdiction report",
			Sense: Deadline, Obliged: "registrar", Source: "ICANN Registrar Accreditation Agreement, 3.18", Mark: Secondary, Internal: true},
		{ID: "threat-review", Trigger: "two persons declared a threat to life and an act left by the fast lane", Length: 72 * hour, Term: "72 hours: a third person reviews it",
			Sense: Deadline, Obliged: "unit", Source: "this program", Mark: Own, Internal: true},
		{ID: "internal-24h", Trigger: "receipt of an order whose time is \"without undue delay\" or national", Length: 24 * hour, Term: "24 hours, then ask",
			Sense: Deadline, Obliged: "nobody: a reminder to the unit", Source: "this program", Mark: Own, Internal: true},
		{ID: "internal-72h", Trigger: "receipt of a referral, notice or report", Length: 72 * hour, Term: "72 hours, then ask",
			Sense: Deadline, Obliged: "nobody: a reminder to the unit", Source: "this program", Mark: Own, Internal: true},
		{ID: "internal-reinstate", Trigger: "an order lost its effect after removal", Length: 24 * hour, Term: "at once (Article 4(7)); 24 hours, then ask",
			Sense: Deadline, Obliged: "provider", Source: "this program; Regulation (EU) 2021/784, Article 4(7)", Mark: Own, Internal: true},
	})
}

// tell says who is told before a clock ends; what is not listed is told when it ends. No law says so: these are this program's own steps.
var tell = map[string][]Tell{
	"tco-1h":       {{30 * time.Minute, []string{"analyst"}}, {15 * time.Minute, []string{"analyst", "liaison"}}, {5 * time.Minute, []string{"analyst", "liaison", "signer"}}, {0, []string{"analyst", "liaison", "signer", "director"}}},
	"epoc-8h":      {{30 * time.Minute, []string{"analyst"}}, {15 * time.Minute, []string{"analyst", "liaison"}}, {5 * time.Minute, []string{"analyst", "liaison", "signer"}}, {0, []string{"analyst", "liaison", "signer", "director"}}},
	"epoc-48h":     {{24 * hour, []string{"reviewer"}}, {4 * hour, []string{"reviewer", "signer"}}, {0, []string{"reviewer", "signer"}}},
	"tco-72h-own":  {{24 * hour, []string{"reviewer"}}, {4 * hour, []string{"reviewer", "signer"}}, {0, []string{"reviewer"}}},
	"tco-72h-req":  {{24 * hour, []string{"reviewer"}}, {4 * hour, []string{"reviewer", "signer"}}, {0, []string{"reviewer", "signer"}}},
	"tco-6w":       {{7 * day, []string{"reviewer"}}, {day, []string{"reviewer", "signer"}}, {0, []string{"reviewer", "signer", "liaison"}}},
	"tco-6m":       {{14 * day, []string{"analyst", "reviewer"}}, {0, []string{"reviewer"}}},
	"epoc-pr":      {{14 * day, []string{"analyst", "reviewer"}}, {day, []string{"reviewer"}}, {0, []string{"reviewer"}}},
	"tco-final":    {{0, []string{"reviewer"}}},
	"tco-measures": {{14 * day, []string{"reviewer"}}, {0, []string{"reviewer"}}},
	"tco-review":   {{14 * day, []string{"reviewer"}}, {0, []string{"reviewer", "signer"}}},
	"tco-art21":    {{30 * day, []string{"reviewer"}}, {0, []string{"reviewer", "administrator"}}},
	"led-3y":       {{30 * day, []string{"analyst", "reviewer"}}, {0, []string{"reviewer"}}},
}

func told(rules []ClockRule) []ClockRule {
	for i, r := range rules {
		steps, ok := tell[r.ID]
		if !ok {
			steps = []Tell{{0, []string{"analyst"}}}
		}
		for _, s := range steps {
			rules[i].Tell = append(rules[i].Tell, Tell{s.Left, append([]string(nil), s.Who...)})
		}
	}
	return rules
}

// started says which clocks receipt starts for the addressee.
func started() map[Instrument][]string {
	return map[Instrument][]string{
		Referral: {"internal-72h"}, Notice: {"internal-72h"}, StoreReport: {"internal-72h"},
		RemovalOrder: {"tco-1h"}, OrderToAct: {"internal-24h"}, CourtOrder: {"internal-24h"},
		PreservationOrder: {"epoc-pr"}, ProductionOrder: {"epoc"},
		RegistrarReport: {"raa-24h"}, RegistrationDataRequest: {"nis2-72h"},
	}
}

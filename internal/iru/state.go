// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
)

// A Step is one line of a state table: from a state, by a verb, to a state.
type Step[S ~string] struct {
	From S
	Verb string
	To   S
}

// A Table is a state machine as a value. The code, the SQL CHECK, docs/states.md and the random-walk test all read the same
// table. Its first line's From is the state in which a thing begins.
type Table[S ~string] []Step[S]

// Next gives the state that verb leads to, or a Refusal of kind Conflict that names what is possible instead.
func (t Table[S]) Next(from S, verb string) (S, error) {
	for _, s := range t {
		if s.From == from && s.Verb == verb {
			return s.To, nil
		}
	}
	instead := "nothing more can happen to it"
	if v := t.Verbs(from); len(v) > 0 {
		instead = fmt.Sprintf("possible now: %v", v)
	}
	return from, Refuse(Conflict, fmt.Sprintf("cannot %s what is %s", verb, from), instead)
}

// Can reports whether verb is possible in the state.
func (t Table[S]) Can(from S, verb string) bool {
	_, err := t.Next(from, verb)
	return err == nil
}

// Verbs lists what can happen in a state, in the table's order.
func (t Table[S]) Verbs(from S) []string {
	var out []string
	for _, s := range t {
		if s.From == from {
			out = append(out, s.Verb)
		}
	}
	return out
}

// States lists every state once, in order of appearance; the first is where a thing begins.
func (t Table[S]) States() []S {
	var out []S
	for _, s := range t {
		for _, x := range []S{s.From, s.To} {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// byPerson refuses verbs that are decisions when no person stands behind them: the program decides nothing.
func byPerson(by OfficerID, verb string, decisions ...string) error {
	if by == 0 && slices.Contains(decisions, verb) {
		return Refuse(Forbidden, "only a person can "+strings.ReplaceAll(verb, "_", " "), "leave it to an officer")
	}
	return nil
}

// A Machine is a state table without its type, for the readers that go through all of them.
type Machine struct {
	Noun   string // "notice"; the SQL table has the same name
	Column string // the SQL column that holds the state
	Steps  []Step[string]
}

func machine[S ~string](noun, column string, t Table[S]) Machine {
	m := Machine{Noun: noun, Column: column}
	for _, s := range t {
		m.Steps = append(m.Steps, Step[string]{string(s.From), s.Verb, string(s.To)})
	}
	return m
}

// States lists the machine's states in order of appearance.
func (m Machine) States() []string { return Table[string](m.Steps).States() }

// Machines lists every state table of the program, in the order of docs/states.md.
func Machines() []Machine {
	return []Machine{
		machine("outlet", "state", OutletTable),
		machine("asset", "state", AssetTable),
		machine("asset", "presence", PresenceTable),
		machine("item", "state", ItemTable),
		machine("exhibit", "state", ExhibitTable),
		machine("known", "state", KnownTable),
		machine("match", "state", MatchTable),
		machine("term_list", "state", TermTable),
		machine("term", "state", TermTable),
		machine("assessment", "state", AssessmentTable),
		machine("provider", "contact", ContactTable),
		machine("contact", "state", ContactTable),
		machine("authority", "state", ContactTable),
		machine("notice", "state", NoticeTable),
		machine("batch", "state", BatchTable),
		machine("mock", "state", MockTable),
		machine("spot", "state", SpotTable),
		machine("threat", "state", ThreatTable),
		machine("clock", "state", ClockTable),
		machine("stray", "state", StrayTable),
		machine("drill", "state", DrillTable),
		machine("followup", "state", FollowUpTable),
		machine("missive", "state", MissiveTable),
		machine("waiver", "state", WaiverTable),
		machine("scrutiny", "state", ScrutinyTable),
		machine("appeal", "state", AppealTable),
		machine("reinstatement", "state", ReinstatementTable),
		machine("nondisclosure", "state", NondisclosureTable),
		machine("plan", "state", PlanTable),
		machine("operation", "state", OperationTable),
		machine("poll", "state", PollTable),
		machine("task", "state", TaskTable),
		machine("deconfliction", "state", DeconflictionTable),
		machine("effect_window", "state", EffectWindowTable),
		machine("muster", "state", MusterTable),
		machine("partner", "state", PartnerTable),
		machine("outgoing", "state", OutgoingTable),
		machine("incoming", "state", IncomingTable),
		machine("invitation", "state", InvitationTable),
		machine("inquiry", "state", InquiryTable),
		machine("unit", "state", UnitTable),
		machine("officer", "state", OfficerTable),
	}
}

// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

var update = flag.Bool("update", false, "write docs/states.md anew")

// meanings has one sentence for each state, by "noun.column state".
var meanings = map[string]string{
	"outlet.state proposed": "Somebody named the outlet; nobody has decided to watch it.",
	"outlet.state watched":  "Its assets are visited and its name is looked for.",
	"outlet.state dark":     "Removal of every known asset is verified.",
	"outlet.state returned": "After it was dark, one of its addresses is up again or a new one was attributed to it.",
	"outlet.state closed":   "A person ended the watch.",

	"asset.state candidate": "The address was found and nobody has said whose it is: it is captured once and nothing is followed from it.",
	"asset.state live":      "A person attributed it to an outlet: it is monitored.",
	"asset.state rejected":  "A person said that it is somebody else's: it is left alone.",
	"asset.state actioned":  "An act went to somebody who can take it down.",
	"asset.state down":      "Removal is verified: it is rechecked in growing pauses.",
	"asset.state returned":  "It is up again after its removal was verified.",

	"asset.presence unknown":  "It was never seen, and no look has told anything yet.",
	"asset.presence up":       "The last look that told something saw it.",
	"asset.presence doubtful": "It was absent, but not yet from enough vantage points or often enough.",
	"asset.presence gone":     "It is absent by repeated agreement between vantage points.",
	"asset.presence back":     "It was seen again after it was gone.",

	"item.state new":       "The address is known and waits for its capture.",
	"item.state ready":     "It is captured and waits for a person.",
	"item.state failed":    "The capture failed or met no content: nothing is said about the content.",
	"item.state deferred":  "A person put it off until a time.",
	"item.state second":    "It waits for a second reviewer, who does not see the first answer.",
	"item.state referred":  "A person found that it should go: an act may rest on it.",
	"item.state dismissed": "A person found no ground to act.",

	"exhibit.state recorded": "The capture is stored; its event waits for a checkpoint.",
	"exhibit.state sealed":   "A signed checkpoint covers the event that names its manifest.",
	"exhibit.state erased":   "Its bytes were erased by rule; manifest and custody stay.",

	"known.state active":      "It is looked for in everything that is captured.",
	"known.state quarantined": "A person set it aside, as a rule since it matches too much: nothing is suggested by it.",
	"known.state withdrawn":   "The source, or a person, took it back: nothing is suggested by it.",

	"match.state suggested": "The program found a resemblance and nobody has looked at it.",
	"match.state confirmed": "A person says that it is the same.",
	"match.state disputed":  "A person says that it is not.",
	"match.state withdrawn": "A person took it back; the program does not suggest it again, a person can.",

	"term_list.state active":    "Its active terms are looked for.",
	"term_list.state muted":     "None of its terms is looked for, and hits of them do not show.",
	"term_list.state withdrawn": "A person took it off; it can be put back.",

	"term.state active":    "It is looked for in what is captured.",
	"term.state muted":     "It is not looked for, and its hits do not show.",
	"term.state withdrawn": "A person took it off its list; it can be put back.",

	"assessment.state given":      "It stands on one person's word.",
	"assessment.state doubted":    "The true purpose is in doubt: a second reviewer must look.",
	"assessment.state confirmed":  "The second reviewer agrees.",
	"assessment.state overturned": "The second reviewer differs, or it was found wrong later.",
	"assessment.state undone":     "Its author took it back within seconds.",

	"provider.contact proposed":  "An address was found; nothing is sent until a person confirms it.",
	"provider.contact confirmed": "A person says that the address is right: acts may be sent.",
	"provider.contact changed":   "Another address was found: sending stops until a person confirms it.",

	"contact.state proposed":  "A register, a file, a reply or an officer named it; nothing is sent there.",
	"contact.state confirmed": "A person says that it is right: copies, reminders and tests may go there.",
	"contact.state changed":   "It was changed since: nothing is sent there until a person confirms it.",

	"authority.state proposed":  "A file or an officer named it.",
	"authority.state confirmed": "A person says that it is reached so.",
	"authority.state changed":   "It was changed since: a person must confirm it again.",

	"notice.state draft":      "It is being written and goes nowhere by itself.",
	"notice.state submitted":  "It waits for approval.",
	"notice.state endorsed":   "A binding act with the first of its two approvals.",
	"notice.state approved":   "It waits for its checkpoint, a confirmed contact, a release or T0.",
	"notice.state dispatched": "It is on its way, and sent again with the same key until it is accepted.",
	"notice.state sent":       "The addressee's server accepted it, which is not yet a receipt.",
	"notice.state received":   "The receipt is recorded and the clocks run.",
	"notice.state clarifying": "The addressee asks, or says that it cannot act now; its clock is stopped until it has the answer, or can.",
	"notice.state claimed":    "The addressee says that it is done; we look, and the clock runs on.",
	"notice.state complied":   "Removal is verified.",
	"notice.state breached":   "It is up again after removal was verified.",
	"notice.state refused":    "The addressee says no; the clock runs on.",
	"notice.state bounced":    "It could not be delivered.",
	"notice.state escalated":  "Another act took over; removal is still noticed here.",
	"notice.state withdrawn":  "A person ended it, with a reason; or it lost its effect, annulled, found to infringe or revoked.",

	"batch.state gathering":  "Referrals to one addressee come in until its calendar lets the letter leave.",
	"batch.state dispatched": "The letter is on its way, and sent again with the same key until it is accepted.",
	"batch.state sent":       "The addressee's server accepted the letter.",
	"batch.state bounced":    "The letter could not be delivered; each of its acts says so.",
	"batch.state dissolved":  "Everything in it was withdrawn before its time.",

	"mock.state asked":    "Somebody of the team wants the draft scrutinised; it cannot be submitted meanwhile.",
	"mock.state taken":    "A legal reviewer looks with the eyes of the home authority, without the drafter's reasons.",
	"mock.state looked":   "The blind opinion is given; now the reasons are read and the checklist is answered.",
	"mock.state stands":   "The order would stand.",
	"mock.state annulled": "The order would be annulled: it cannot be submitted.",
	"mock.state decided":  "A person decided with a reason to go on all the same.",
	"mock.state dropped":  "It is not wanted any more.",

	"spot.state asked":   "A finding was drawn by chance and waits for a second reader.",
	"spot.state taken":   "A second reader looks, without the first answer.",
	"spot.state agreed":  "Both readers found the same.",
	"spot.state differs": "The readers differ: a person looks at it.",
	"spot.state settled": "A person looked at the difference and said what follows.",
	"spot.state lapsed":  "The finding was taken back before the second reading.",

	"threat.state opened":    "One person says that lives are in danger.",
	"threat.state declared":  "A second, different person says so too: the act leaves, and a third person owes the review.",
	"threat.state upheld":    "The review finds that the fast lane was right.",
	"threat.state unfounded": "The review finds that it was not.",
	"threat.state withdrawn": "It was taken back before a second person agreed.",

	"clock.state running":  "The time limit runs; whether it is overdue is computed and never stored.",
	"clock.state stopped":  "What was owed happened, or something else ended it.",
	"clock.state replaced": "A restart began another clock.",

	"stray.state open":      "A mail in our mailbox names no act; a person finds its place.",
	"stray.state filed":     "A person said to which act it belongs; it stands in that thread.",
	"stray.state dismissed": "A person said that it belongs to no act; it is kept, and can still be filed.",

	"drill.state ordered":  "An officer wants a provider to practise; the mail has not left yet.",
	"drill.state sent":     "The practice order was accepted by the provider's mail server.",
	"drill.state received": "The provider pressed the button: the hour runs, for practice.",
	"drill.state answered": "The provider answered.",
	"drill.state failed":   "It could not be delivered.",

	"followup.state prepared":       "An address is up again: the act that had felled it is prepared anew and waits for a person.",
	"followup.state released":       "A person made a draft of it; the draft takes the way of every draft.",
	"followup.state dismissed":      "A person said that nothing follows.",
	"followup.state lapsed":         "The address fell again before anybody decided.",
	"effect_window.state sealed":    "What will be looked at to say what the operation did is fixed, and in the ledger before T0.",
	"muster.state open":             "Every address of the operation is being looked at from every vantage point, until its mark.",
	"muster.state closed":           "What was seen is kept, and its digest is in the ledger.",
	"muster.state dropped":          "The operation was held or aborted meanwhile: nothing is said.",
	"effect_window.state withdrawn": "It was taken back, with a reason; both stay to be read.",
	"missive.state draft":           "It is written and goes nowhere by itself.",
	"missive.state queued":          "It is on its way, and sent again with the same key until it is accepted.",
	"missive.state sent":            "It has left: the addressee's server accepted it, or a person says how it left.",
	"missive.state received":        "The addressee has it, by its own word.",
	"missive.state failed":          "It could not be delivered, for good; a person decides.",
	"missive.state dropped":         "A person decided that it is not sent, with a reason.",

	"waiver.state asked":   "One person asked for it; the order does not leave before another one grants it.",
	"waiver.state granted": "A second person granted it: the order may leave before the twelve hours are over.",
	"waiver.state refused": "A second person refused it: the twelve hours run.",

	"scrutiny.state copied":    "The home authority is sent the copy, or has it; nobody examines it.",
	"scrutiny.state examining": "An officer examines the content and does not see the issuer's reasons.",
	"scrutiny.state concluded": "The own conclusion is recorded; the issuer's reasons are shown from here on.",
	"scrutiny.state compared":  "The issuer's reasons were read and the differences written down.",
	"scrutiny.state announced": "The issuer knows that an infringement is to be found, and why (Article 4(5)).",
	"scrutiny.state infringed": "An infringement was found: the order has no effect any more (Article 4(6)).",
	"scrutiny.state cleared":   "No infringement was found.",
	"scrutiny.state lapsed":    "Nobody examined it within the 72 hours; a request in time can still open it.",
	"scrutiny.state withdrawn": "The issuer withdrew the order.",

	"appeal.state lodged":    "It is pending: the order is not final.",
	"appeal.state dismissed": "The order was confirmed.",
	"appeal.state annulled":  "The order was annulled and has no effect any more.",
	"appeal.state dropped":   "Whoever lodged it took it back.",

	"reinstatement.state owed":     "The order lost its effect after removal; the provider is yet to be told.",
	"reinstatement.state asked":    "The provider was told; we look whether the content is up again.",
	"reinstatement.state verified": "It is up again, seen by us from every vantage point.",
	"reinstatement.state declined": "The provider keeps it down by its own terms.",

	"nondisclosure.state in_force": "The provider does not tell the content provider; a clock of at most six weeks runs.",
	"nondisclosure.state extended": "It was found still justified, once, for at most six weeks more.",
	"nondisclosure.state ended":    "The content provider is to be told.",

	"plan.state draft":    "The planner computed it and people play with it: nothing was decided.",
	"plan.state proposed": "A named person chose it; a second one has to approve it.",
	"plan.state approved": "A second person approved it: an operation was made of it, and nothing was served.",
	"plan.state dropped":  "A person laid it aside.",

	"operation.state draft":    "It is being planned.",
	"operation.state polling":  "The units are asked whether their tasks are ready.",
	"operation.state held":     "The director stopped the count, also of a T0 that was set; nothing is lost.",
	"operation.state released": "T0 is set and will be kept.",
	"operation.state closed":   "Its day is over.",
	"operation.state aborted":  "It was ended with a reason: what had not left stays in.",

	"poll.state open":  "The unit has not answered on its tasks as they stand.",
	"poll.state go":    "The unit is ready, for exactly these tasks.",
	"poll.state no_go": "The unit is not ready, and says why.",

	"partner.state proposed":  "One person entered its card: nothing goes to it or comes from it.",
	"partner.state confirmed": "A second person compared the fingerprint by telephone: messages go and come.",
	"partner.state suspended": "A person stopped the traffic, with a reason: what is written waits.",
	"partner.state ended":     "A person ended the relation, with a reason.",

	"outgoing.state queued":    "It was written in the transaction of the decision that it tells, and waits for its number.",
	"outgoing.state sealed":    "It has its number and is sent, the same bytes each time, until the partner has it.",
	"outgoing.state delivered": "The partner said that it is durable there.",

	"incoming.state received":  "It is durable and was acknowledged; what it says is yet to come about.",
	"incoming.state waiting":   "It is of an operation whose invitation nobody accepted yet.",
	"incoming.state applied":   "What it says came about, in the same transaction as this state.",
	"incoming.state parked":    "It could not come about, for the reason that stands with it: a person looks. Others go on.",
	"incoming.state dismissed": "A person left it aside, or the invitation that it waited for was declined.",

	"invitation.state open":      "A partner asks us to take part in its operation; nobody has decided.",
	"invitation.state accepted":  "An operation of our own was made of it, with a director of our own.",
	"invitation.state declined":  "A person said no, and the partner was told why.",
	"invitation.state withdrawn": "The partner aborted its operation before anybody decided.",

	"inquiry.state asked":    "It was asked, hit or no hit; the answer is to come.",
	"inquiry.state answered": "Who asked knows hit or no hit; who was asked does not.",
	"inquiry.state refused":  "It was beyond the quota, or such questions are not answered.",
	"task.state proposed":    "It is offered to the participant that would carry it out.",
	"task.state accepted":    "The participant will do it; something is still missing, as the approval of its act.",
	"task.state ready":       "Its act is approved; or, where it has no act, a person says so, with the judicial title.",
	"task.state started":     "It is being carried out: its act is on its way, or a person says so.",
	"task.state done":        "Removal is verified; or, where it has no act, a person says so.",
	"task.state failed":      "It was tried without success, and can be started again.",
	"task.state declined":    "The participant does not do it, with a reason.",
	"task.state withdrawn":   "It is not wanted any more, with a reason.",

	"deconfliction.state requested":      "Another one that acts was asked whether the asset may be touched, and has not answered.",
	"deconfliction.state clear":          "It has no interest in it.",
	"deconfliction.state duplicate":      "It acts on it already, under a reference; a person decides whether to act as well.",
	"deconfliction.state hold":           "It wants hands kept off until an instant; who asks sees a contact, never the case.",
	"deconfliction.state evidence_first": "It wants evidence preserved first, by a deadline.",
	"deconfliction.state joint":          "Both act together, in this operation.",
	"deconfliction.state no_answer":      "It was silent past the agreed time; a person decides.",
	"deconfliction.state expired":        "A hold, or the time for evidence, came to its end; a person decides.",
	"deconfliction.state released":       "Nothing stands in the way any more: freed, fulfilled, decided, or overridden by two persons for a threat to life.",

	"unit.state active":    "It takes part.",
	"unit.state suspended": "It takes no part for now.",

	"officer.state invited":   "A one-time link was given out.",
	"officer.state active":    "May sign in.",
	"officer.state suspended": "May not sign in nor approve anything.",
}

// ends lists the states in which nothing more happens, each with the reason.
var ends = map[string]string{
	"plan.state approved":           "what follows is the operation's; another plan is a new one",
	"plan.state dropped":            "another plan is a new one",
	"exhibit.state erased":          "bytes that are gone do not come back",
	"assessment.state overturned":   "a new look is a new assessment",
	"assessment.state undone":       "a new look is a new assessment",
	"notice.state withdrawn":        "a new act has a reference and approvals of its own",
	"clock.state replaced":          "the next clock runs instead",
	"task.state done":               "what comes back is a new task",
	"task.state declined":           "it is proposed anew, as a rule to another one",
	"task.state withdrawn":          "what is wanted after all is a new task",
	"stray.state filed":             "in its thread it is filed as every letter is",
	"drill.state answered":          "a further practice is a new order",
	"drill.state failed":            "a further practice is a new order",
	"followup.state released":       "the draft is an act of its own",
	"followup.state dismissed":      "another return prepares another one",
	"followup.state lapsed":         "another return prepares another one",
	"muster.state closed":           "another sweep can be called",
	"muster.state dropped":          "another release has sweeps of its own",
	"effect_window.state withdrawn": "before T0 another one can be sealed",
	"operation.state closed":        "a further strike is a new operation",
	"partner.state ended":           "the partner would be entered anew",
	"outgoing.state delivered":      "its bytes are kept for 30 days, and sent again to a partner that lost them",
	"incoming.state applied":        "what it says came about, once",
	"incoming.state dismissed":      "the partner's person can have it written anew",
	"invitation.state accepted":     "what follows is the state of our own operation",
	"invitation.state declined":     "the lead can plan another operation",
	"invitation.state withdrawn":    "the lead can plan another operation",
	"inquiry.state answered":        "a further question is another inquiry",
	"inquiry.state refused":         "a further question is another inquiry",
	"operation.state aborted":       "its tasks can be withdrawn one by one; a further strike is a new operation",
	"missive.state dropped":         "another letter is drafted instead",
	"missive.state received":        "what was received stays received",
	"waiver.state granted":          "it is for one order, once",
	"waiver.state refused":          "on new grounds another one is asked for",
	"scrutiny.state infringed":      "the decision is out; a court can change it, nobody else",
	"scrutiny.state cleared":        "the decision is out",
	"scrutiny.state withdrawn":      "there is no order any more",
	"appeal.state dismissed":        "a further instance is another appeal",
	"appeal.state annulled":         "there is no order any more",
	"appeal.state dropped":          "another one is entered anew",
	"reinstatement.state verified":  "it was put back",
	"reinstatement.state declined":  "the provider's own terms decide",
	"nondisclosure.state ended":     "a new decision is another record",
	"batch.state sent":              "a further letter is another batch",
	"batch.state bounced":           "its acts are sent again one by one",
	"batch.state dissolved":         "a further letter is another batch",
	"mock.state stands":             "a changed draft is scrutinised anew",
	"mock.state decided":            "the decision stands in the log",
	"mock.state dropped":            "it can be asked for anew",
	"spot.state agreed":             "a further reading is another spot check",
	"spot.state settled":            "what followed is a step of the item",
	"spot.state lapsed":             "a finding that was taken back is not counted",
	"threat.state upheld":           "the review is the end",
	"threat.state unfounded":        "the review is the end; the act is withdrawn by itself",
	"threat.state withdrawn":        "a further threat is another record",
}

// TestStates holds docs/states.md against the tables, and the tables against what a sound one is: every state can be reached, and
// one that cannot be left is an end with a reason.
func TestStates(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("# States\n\nGenerated from the tables of package `iru` by its test: `go test ./internal/iru -update`. " +
		"A thing begins in the first state of its table. What depends on time, such as \"overdue\", is no state.\n")
	told, ended := map[string]bool{}, map[string]bool{}
	for _, m := range iru.Machines() {
		describe(&doc, m)
		reached := []string{m.Steps[0].From}
		for i := 0; i < len(reached); i++ {
			for _, s := range m.Steps {
				if s.From == reached[i] && !slices.Contains(reached, s.To) {
					reached = append(reached, s.To)
				}
			}
		}
		for i, s := range m.Steps {
			for _, other := range m.Steps[:i] {
				if other.From == s.From && other.Verb == s.Verb {
					t.Errorf("%s.%s: %q in state %q leads to two states", m.Noun, m.Column, s.Verb, s.From)
				}
			}
			if s.From == s.To {
				t.Errorf("%s.%s: %q changes nothing in state %q", m.Noun, m.Column, s.Verb, s.From)
			}
		}
		for _, state := range m.States() {
			name := m.Noun + "." + m.Column + " " + state
			told[name] = true
			if meanings[name] == "" {
				t.Errorf("%s has no meaning in words", name)
			}
			if !slices.Contains(reached, state) {
				t.Errorf("%s is never reached", name)
			}
			open := slices.ContainsFunc(m.Steps, func(s iru.Step[string]) bool { return s.From == state })
			if !open {
				ended[name] = true
			}
			if reason := ends[name]; open == (reason != "") {
				t.Errorf("%s: it can be left: %v; reason for an end: %q", name, open, reason)
			}
		}
	}
	for name := range meanings {
		if !told[name] {
			t.Errorf("%s has a meaning but is no state", name)
		}
	}
	for name := range ends {
		if !ended[name] {
			t.Errorf("%s is said to be an end and is none", name)
		}
	}
	const path = "../../docs/states.md"
	if *update {
		if err := os.WriteFile(path, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != doc.String() {
		t.Errorf("%s is not what the tables say: run go test ./internal/iru -update", path)
	}
}

func describe(doc *strings.Builder, m iru.Machine) {
	title := strings.ToUpper(m.Noun[:1]) + m.Noun[1:]
	if m.Column != "state" {
		title += ": " + m.Column
	}
	fmt.Fprintf(doc, "\n## %s\n\n| State | Meaning | What can happen |\n|---|---|---|\n", title)
	for _, s := range m.States() {
		var can []string
		for _, x := range m.Steps {
			if x.From == s {
				can = append(can, fmt.Sprintf("%s → %s", x.Verb, x.To))
			}
		}
		name := m.Noun + "." + m.Column + " " + s
		if len(can) == 0 {
			can = []string{"the end: " + ends[name]}
		}
		fmt.Fprintf(doc, "| `%s` | %s | %s |\n", s, meanings[name], strings.Join(can, ", "))
	}
	doc.WriteString("\n```mermaid\nstateDiagram-v2\n    [*] --> " + m.Steps[0].From + "\n")
	for _, s := range m.Steps {
		fmt.Fprintf(doc, "    %s --> %s: %s\n", s.From, s.To, s.Verb)
	}
	doc.WriteString("```\n")
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"slices"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// problems lists everything that a play must show and this one did not. It compares the report with the range's own ledger, which
// the program never sees.
func (p *play) problems(r report) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	truth := p.world.Truth()
	found := map[string]assetReport{}
	for _, a := range r.Assets {
		found[a.Locator] = a
	}
	for _, x := range truth.Assets {
		a, ok := found[x.Locator]
		switch {
		case x.Innocent && ok && a.Outlet != "":
			bad("%s is an innocent neighbour and was attributed to %s", x.Locator, a.Outlet)
		case x.Innocent, len(x.Spans) == 0 && p.scenario == "s7": // a spare name that was not needed
		case !ok:
			bad("%s was not found", x.Locator)
		case a.Outlet == "":
			bad("%s was found but not attributed", x.Locator)
		case a.State != string(iru.AssetDown):
			bad("%s is %s, not down", x.Locator, a.State)
		default:
			points := 0
			for _, n := range a.Vantages {
				if n >= p.house.desk.Rules.Agreement.Rounds {
					points++
				}
			}
			if points < p.house.desk.Rules.Agreement.Points {
				bad("the removal of %s rests on %d vantage points", x.Locator, points)
			}
		}
	}
	out = append(out, scoreProblems(r.Scores)...)
	out = append(out, actProblems(p.scenario, r.Scores)...)
	out = append(out, noticeProblems(r)...)
	for _, d := range truth.Desks {
		for _, n := range d.Notices {
			if n.Copies > 1 {
				bad("%s received %s %d times", d.Provider, n.Reference, n.Copies)
			}
		}
	}
	if !r.Ledger.Verified {
		bad("the ledger is not whole")
	}
	if r.Matches.SHA256 == 0 && p.scenario != "s1" {
		bad("no known content was recognised by SHA-256")
	}
	if r.Matches.PDQ == 0 && p.scenario != "s1" {
		bad("no known content was recognised by PDQ")
	}
	if p.scenario != "s1" && p.scenario != "s5" && len(r.Return) == 0 { // there, nobody comes back
		bad("no re-emergence was found")
	}
	for _, x := range r.Return {
		if len(x.Evidence) == 0 || x.LinkedTo == 0 {
			bad("%s is not linked with reasons", x.Locator)
		}
	}
	if p.scenario == "s2" {
		out = append(out, operationProblems(r)...)
	}
	if len(p.others) > 0 {
		out = append(out, jointProblems(r)...)
	}
	return out
}

func noticeProblems(r report) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	channels, clarified, escalated := map[string]bool{}, false, false
	for _, n := range r.Notices {
		two := slices.Compact(slices.Sorted(slices.Values(n.ApprovedBy)))
		if n.Binding && len(two) < 2 {
			bad("%s is binding and was approved by %v only", n.Ref, n.ApprovedBy)
		}
		if slices.Contains(n.Ledger, -1) || len(n.Ledger) == 0 {
			bad("%s has an approval outside the ledger", n.Ref)
		}
		if n.SentAt == nil {
			bad("%s was not sent", n.Ref)
			continue
		}
		channels[n.Channel] = true
		if n.ReceivedAt == nil {
			bad("%s has no receipt", n.Ref)
			continue
		}
		if len(n.Clocks) == 0 || !n.Clocks[0].Started.Equal(*n.ReceivedAt) {
			bad("the clock of %s did not start at its receipt", n.Ref)
		}
		if n.Clarified {
			clarified = true
			if len(n.Clocks) < 2 {
				bad("%s was clarified but its clock did not restart", n.Ref)
			}
		}
		if n.Escalates != "" && n.Layer == string(legal.Registrar) && n.State == string(iru.NoticeComplied) {
			escalated = true
		}
		if n.State != string(iru.NoticeComplied) && n.State != string(iru.NoticeEscalated) {
			bad("%s to %s is %s", n.Ref, n.Addressee, n.State)
		}
	}
	if r.Scenario == "s2" {
		if !channels[iru.ByMail] || !channels[iru.ByAPI] {
			bad("notices left by %v, not by SMTP and by a provider's interface", channels)
		}
		if !clarified {
			bad("no request for clarification was answered")
		}
		if !escalated {
			bad("no refusal was escalated to a registrar that acted")
		}
	}
	return out
}

func operationProblems(r report) []string {
	o := r.Operation
	if o == nil {
		return []string{"there was no operation"}
	}
	var out []string
	gos := 0
	for _, x := range o.Polls {
		if x.Answer == string(iru.PollGo) {
			gos++
		}
	}
	if gos < 3 {
		out = append(out, fmt.Sprintf("%d units answered GO, not three", gos))
	}
	if o.FirstSent.IsZero() || o.FirstSent.Before(o.T0) {
		out = append(out, fmt.Sprintf("the first task left at %v, T0 was %v", o.FirstSent, o.T0))
	}
	if o.Spread > 1000 {
		out = append(out, fmt.Sprintf("the tasks left within %.0f ms, not one second", o.Spread))
	}
	return out
}

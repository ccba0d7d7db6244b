// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestNoiseIsLearntExplainedAndUndone(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	lead := func(asset int, source iru.LeadSource, how, address string) iru.Lead {
		return iru.Lead{Asset: iru.AssetID(asset), Address: address, Source: source, Path: iru.LeadPath{Document: "https://log.test/a", How: how}}
	}
	word := iru.NoiseMark{Kind: iru.NoiseRule, Value: "ct word “ferry”"}
	var judged []iru.JudgedLead
	judge := func(refused bool, n int, how string) {
		for range n {
			i := len(judged) + 1
			judged = append(judged, iru.JudgedLead{Lead: lead(i, iru.LeadCT, how, fmt.Sprintf("https://s%d.test/", i)), Refused: refused, At: at})
		}
	}
	fresh := []iru.Lead{lead(99, iru.LeadCT, "word “ferry”", "https://ferry-x.test/")}
	low := func(trusted ...iru.Trusted) []iru.NoiseReason { return iru.LearnNoise(judged, trusted).Low(fresh) }
	judge(true, 2, "word “ferry”")
	if got := low(); got != nil {
		t.Errorf("after two refusals: %+v", got)
	}
	judge(true, 1, "word “ferry”")
	judge(false, 30, "word “tram”") // the same document, accepted
	got := low()
	if len(got) != 1 || got[0] != (iru.NoiseReason{Mark: word, Refused: 3}) {
		t.Errorf("after three refusals: %+v", got)
	}
	// A lead of another kind speaks for the address, and so does a person.
	for _, more := range []iru.Lead{lead(99, iru.LeadLink, "our new home", "https://ferry-x.test/"), lead(99, iru.LeadPerson, "", "https://ferry-x.test/")} {
		if got := iru.LearnNoise(judged, nil).Low(append(fresh, more)); got != nil {
			t.Errorf("beside a %s: %+v", more.Source, got)
		}
	}
	judge(false, 1, "word “ferry”")
	if got := low(); got != nil {
		t.Errorf("three of four: %+v", got)
	}
	judge(true, 5, "word “ferry”")
	if got := low(); len(got) != 1 || got[0].Refused != 8 || got[0].Accepted != 1 {
		t.Errorf("eight of nine: %+v", got)
	}
	// A person undoes it: what was refused before does not count any more, what is refused later does.
	undo := iru.Trusted{Mark: word, At: at.Add(time.Hour)}
	if got := low(undo); got != nil {
		t.Errorf("undone: %+v", got)
	}
	for n := range judged[len(judged)-5:] {
		judged[len(judged)-5+n].At = at.Add(2 * time.Hour)
	}
	if got := low(undo); len(got) != 1 || got[0].Refused != 5 {
		t.Errorf("learnt again: %+v", got)
	}
	// An address counts once, however often it was seen.
	same := make([]iru.JudgedLead, 9)
	for n := range same {
		same[n] = iru.JudgedLead{Lead: lead(1, iru.LeadCT, "word “ferry”", "https://one.test/"), Refused: true, At: at}
	}
	if got := iru.LearnNoise(same, nil).Low(fresh); got != nil {
		t.Errorf("one address, nine leads: %+v", got)
	}
	// A wide mark needs more: the document of many links.
	links := func(n int) (out []iru.JudgedLead) {
		for i := range n {
			out = append(out, iru.JudgedLead{Lead: lead(i+1, iru.LeadLink, "sponsor", fmt.Sprintf("https://s%d.test/", i)), Refused: true, At: at})
		}
		return out
	}
	next := []iru.Lead{lead(99, iru.LeadLink, "sponsor", "https://next.test/")}
	if iru.LearnNoise(links(4), nil).Low(next) != nil || iru.LearnNoise(links(5), nil).Low(next) == nil {
		t.Error("a page of which four, or five, links were refused")
	}
	if iru.LearnNoise(nil, nil).Low(nil) != nil {
		t.Error("nothing is noise without leads")
	}
}

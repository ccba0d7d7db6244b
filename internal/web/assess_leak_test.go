// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
)

// No page, fragment or stream that a second reviewer can ask for tells the first answer before the second is given.
func TestNoPageTellsTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	i := s.arabic
	g := desktest.Whole()
	g.Attribution.Why, g.Measure.Words, g.Collateral.Words = "SECRET-WHY", "SECRET-MEASURE", "SECRET-COLLATERAL"
	g.Passages = []iru.Passage{{Text: "SECRET-PASSAGE", Limbs: []string{"c"}}}
	_, err := h.Assess(t.Context(), h.scope("ada"), iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Purpose: iru.PurposeDoubt, PurposeReason: "SECRET-PURPOSE", Public: true, Reason: "SECRET-REASON", Grounds: g})
	must(t, err)
	ben := h.as("ben")
	asked := 0
	for _, r := range (&server{}).routes() {
		path, ok := strings.CutPrefix(r.pattern, "GET ")
		if !ok || strings.HasPrefix(path, "/live/") || strings.Contains(path, "/wall") {
			continue
		}
		path = strings.TrimSuffix(path, "{$}")
		for _, n := range []string{id(i.ID), "1", "2", "3", "4"} {
			p := strings.NewReplacer("{id}", n, "{bank}", "1", "{verb}", "reopen", "{letter}", "1", "{term}", "1", "{import}", "1", "{secret}", "x").Replace(path)
			body := ben.get(p).body
			asked++
			if strings.Contains(body, "SECRET") {
				at := strings.Index(body, "SECRET")
				t.Errorf("%s tells the first answer: …%s…", p, body[max(0, at-80):min(len(body), at+40)])
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d pages were asked", asked)
	}
	if body := ben.get("/search?q=halcyon").body; strings.Contains(body, "SECRET-") {
		t.Error("the search tells the first answer")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

func printed(t testing.TB, medium, text string) iru.Signal {
	t.Helper()
	s, err := iru.ParseSignal(medium, text)
	must(t, err)
	return s
}

// banks are what is known, and what an exhibit is recognised as: a map that a partner knows, a text of the unit's own that two more items
// resemble, and a blank that is met everywhere.
func (h *house) banks(s *story, x iru.Exhibit) {
	h.t.Helper()
	ctx := h.t.Context()
	_, err := h.OpenBank(ctx, h.scope("ada"), iru.Bank{Name: "Halcyon templates", Source: iru.SourcePartner, Note: "what Unit C found on the estate"})
	must(h.t, err)
	s.known, err = h.Enter(ctx, h.scope("ada"), "Halcyon templates", iru.Known{Signals: []iru.Signal{printed(h.t, "pdq", strings.Repeat("0f", 32)), printed(h.t, "sha256", strings.Repeat("5a", 32))},
		Label: "Weather map, template 12", Finding: "refer", Ref: "UC-204", Tags: []string{"map", "winter"}})
	must(h.t, err)
	for _, o := range []iru.Opinion{{Verdict: iru.VerdictDisputed, Note: "the legend differs"}, {Verdict: iru.VerdictConfirmed, Note: "seen again on their page"}, {Partner: "Unit C", Verdict: iru.VerdictDisputed, Note: "an older template"}} {
		o.Known = s.known.ID
		_, err = h.Opine(ctx, h.scope("ben"), o)
		must(h.t, err)
	}
	s.text, err = h.Enter(ctx, h.scope("ben"), "own", iru.Known{Signals: []iru.Signal{printed(h.t, "text", recognise.SketchText("Night timetable: train 204 leaves at ten past eleven and stops at every harbour on its way north").String())}, Label: "Night timetable bulletin", Finding: "no_action"})
	must(h.t, err)
	s.blank, err = h.Enter(ctx, h.scope("ada"), "Halcyon templates", iru.Known{Signals: []iru.Signal{printed(h.t, "pdq", strings.Repeat("01", 32))}, Label: "Grey tile of a map", Finding: "no_action"})
	must(h.t, err)
	must(h.t, h.RecordMatches(ctx, x.ID, []desk.Resemblance{{Known: s.known.ID, Medium: "pdq", Distance: 6, Where: "https://wire.halcyon-weather.test/img/map.png"}, {Known: s.text.ID, Medium: "text", Distance: 0.09, Where: s.arabic.Locator}}))
	near := []iru.Item{h.item(s.trains.Locator), h.item(s.mirror.Locator)}
	for _, i := range near {
		must(h.t, h.RecordMatches(ctx, i.Exhibit, []desk.Resemblance{{Known: s.text.ID, Medium: "text", Distance: 0.2, Where: i.Locator}}))
	}
	rule := h.Rules.Flood
	h.Rules.Flood = iru.FloodRule{Items: len(near), Reason: iru.DefaultFlood.Reason}
	for _, i := range near {
		must(h.t, h.RecordMatches(ctx, i.Exhibit, []desk.Resemblance{{Known: s.blank.ID, Medium: "pdq", Where: i.Locator}}))
	}
	h.Rules.Flood = rule
}

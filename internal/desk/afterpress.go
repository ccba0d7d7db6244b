// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"fmt"
	"slices"

	"iolaus/internal/iru"
)

// pressFigures are what the press is told, with what adds up to what, so that no small number can be computed from the others.
var pressFigures = []Definition{
	{Figure: iru.Figure{ID: "assets"}},
	{Figure: iru.Figure{ID: "units"}, Duty: true},
	{Figure: iru.Figure{ID: "countries"}, Duty: true},
	{Figure: iru.Figure{ID: "acts"}},
	{Figure: iru.Figure{ID: "acts.left"}, By: []string{"instrument"}, Whole: "acts", Rest: "acts.kept"},
	{Figure: iru.Figure{ID: "acts.kept"}},
	{Figure: iru.Figure{ID: "spread"}},
	{Figure: iru.Figure{ID: "acts.removed"}, Whole: "acts.left"},
	{Figure: iru.Figure{ID: "acts.refused"}, Whole: "acts.left"},
	{Figure: iru.Figure{ID: "acts.back"}, Whole: "acts.removed"},
	{Figure: iru.Figure{ID: "removal.median"}},
	{Figure: iru.Figure{ID: "state.t15"}, By: []string{"presence"}},
	{Figure: iru.Figure{ID: "state.t60"}, By: []string{"presence"}},
	{Figure: iru.Figure{ID: "state.t24h"}, By: []string{"presence"}},
	{Figure: iru.Figure{ID: "available.before"}},
	{Figure: iru.Figure{ID: "available.after"}},
	{Figure: iru.Figure{ID: "falls"}},
	{Figure: iru.Figure{ID: "returns"}, Whole: "falls"},
	{Figure: iru.Figure{ID: "return.median"}},
}

// forPress keeps what the press is told, and hides small numbers. Units and states are told whatever their number: who acts in public is public.
func (d *Desk) forPress(a *iru.AfterAction, r iru.AfterRecord) {
	a.Figures = append(a.Figures, partners(r)...)
	rep := iru.Report{Threshold: a.Threshold}
	var defs []Definition
	for _, def := range pressFigures {
		f, ok := a.Figure(def.ID)
		if !ok {
			continue
		}
		f.Groups = slices.DeleteFunc(slices.Clone(f.Groups), func(c iru.Cell) bool { return !slices.Contains(def.By, c.By) })
		rep.Figures, defs = append(rep.Figures, f), append(defs, def)
	}
	rests := map[string]int{} // on how many each rests
	for _, f := range rep.Figures {
		if f.Count != nil {
			rests[f.ID] = *f.Count
		}
	}
	small := func(id string) bool { return rests[id] > 0 && rests[id] < a.Threshold }
	suppress(&rep, defs)
	for i, f := range rep.Figures {
		switch { // times and shares that rest on few addresses or acts
		case f.State != iru.FigureGiven:
		case f.ID == "spread" && small("spread"), f.ID == "return.median" && small("falls"), f.ID == "removal.median" && small("removal.median"),
			(f.ID == "available.before" || f.ID == "available.after") && small("assets"):
			hide(&rep.Figures[i], a.Threshold)
		}
	}
	a.Figures = rep.Figures
}

// partners are how many units and states took part with an act that left, each proved by its first one.
func partners(r iru.AfterRecord) []iru.Figure {
	unit := map[iru.NoticeID]iru.UnitID{}
	for _, n := range r.Tasks {
		unit[n.ID] = n.Unit
	}
	units, countries := map[iru.UnitID]int64{}, map[string]int64{}
	for _, e := range r.Events {
		if e.Subject.Noun != "notice" || e.From != string(iru.NoticeDispatched) || e.Verb == "recall" {
			continue
		}
		u := r.Units[unit[iru.NoticeID(e.Subject.ID)]]
		if _, ok := units[u.ID]; !ok {
			units[u.ID] = e.Index
		}
		if _, ok := countries[u.Country]; !ok {
			countries[u.Country] = e.Index
		}
	}
	return []iru.Figure{numbered("units", units), numbered("countries", countries)}
}

func numbered[K comparable](id string, first map[K]int64) iru.Figure {
	w := iru.AfterWords(id)
	f := iru.Figure{ID: id, Title: w.Title, Words: w.Words, Law: w.Part, Kind: iru.FigureCount}.Counts(len(first))
	for _, i := range first {
		f.Indices = append(f.Indices, i)
	}
	slices.Sort(f.Indices)
	return f
}

// AfterName is how a report's files are called, without ending: "operation-7-court".
func AfterName(a iru.AfterAction) string {
	return fmt.Sprintf("operation-%d-%s", a.Operation.ID, a.Edition)
}

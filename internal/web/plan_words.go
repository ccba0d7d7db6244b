// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

func planState(ctx context.Context, s iru.PlanState) ui.State {
	switch s {
	case iru.PlanDraft:
		return ui.Neutral(ui.T(ctx, "Draft"))
	case iru.PlanProposed:
		return ui.Info(ui.T(ctx, "Chosen, waits for approval"))
	case iru.PlanApproved:
		return ui.OK(ui.T(ctx, "Approved"))
	case iru.PlanDropped:
		return ui.Neutral(ui.T(ctx, "Laid aside"))
	}
	return ui.Neutral(string(s))
}

func modeWords(ctx context.Context, a iru.PlanAsk) string {
	switch a.Mode {
	case plan.Min:
		return ui.T(ctx, "the cheapest cut")
	case plan.N1:
		return ui.T(ctx, "survives the failure of any one measure (N-1)")
	case plan.Hold:
		return ui.T(ctx, "holds for %s hours", amount(a.Horizon.Hours()))
	}
	return string(a.Mode)
}

// amount writes a figure as short as it can be told.
func amount(f float64) string {
	digits := 1
	if f != 0 && f < 1 && f > -1 {
		digits = 3
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func figureName(ctx context.Context, f string) string {
	switch f {
	case iru.FigureEffort:
		return ui.T(ctx, "Effort, officer hours")
	case iru.FigureFriction:
		return ui.T(ctx, "Legal friction, officer hours")
	case iru.FigureDelay:
		return ui.T(ctx, "Hours until it takes effect")
	case iru.FigureBystanders:
		return ui.T(ctx, "Bystanders")
	case iru.FigureChance:
		return ui.T(ctx, "Chance that it takes effect")
	case iru.FigureBack:
		return ui.T(ctx, "Hours until it is replaced")
	}
	return f
}

// figureValue writes a figure; what nobody counted says so.
func figureValue(ctx context.Context, f iru.PlanFigure) string {
	if f.Unknown && f.Value == 0 {
		return ui.T(ctx, "not known")
	}
	if f.Unknown {
		return ui.T(ctx, "at least %s", amount(f.Value))
	}
	return amount(f.Value)
}

func rateName(ctx context.Context, key string) string {
	for _, i := range iru.FellingInstruments() {
		switch key {
		case iru.EffortRate(i):
			return ui.T(ctx, "Officer hours: %s", instrumentName(ctx, i))
		case iru.DelayRate(i):
			return ui.T(ctx, "Hours until effect: %s", instrumentName(ctx, i))
		}
	}
	switch key {
	case iru.RateFurther:
		return ui.T(ctx, "Part of the effort for each further address in a letter")
	case iru.RateView:
		return ui.T(ctx, "Officer hours: a lawyer's look")
	case iru.RateSecond:
		return ui.T(ctx, "Officer hours: the second signature")
	case iru.RateAbroad:
		return ui.T(ctx, "Officer hours: an addressee in another state")
	case iru.RateWaiting:
		return ui.T(ctx, "Officer hours that an hour until effect counts for")
	case iru.RateChance:
		return ui.T(ctx, "Chance that a measure takes effect")
	case iru.RateTranslation:
		return ui.T(ctx, "Hours of a translation, in a rehearsal")
	case iru.RateAnswer:
		return ui.T(ctx, "Hours until we answer a desk that asks, in a rehearsal")
	}
	for _, l := range legal.Layers() {
		if key == iru.BackRate(l) {
			return ui.T(ctx, "Hours until replaced: %s", layerName(ctx, l))
		}
	}
	return key
}

// measureWords names who is asked in what capacity; where a plan asks one provider twice there, by what, or else about which addresses.
func measureWords(ctx context.Context, p iru.Plan, m iru.PlanMeasure) string {
	words, by, twin, same := layerName(ctx, m.Layer)+": "+m.Name, measureBy(ctx, m), false, false
	for _, o := range p.Measures {
		if o.ID != m.ID && o.Provider == m.Provider && o.Layer == m.Layer && o.Name == m.Name {
			twin, same = true, same || measureBy(ctx, o) == by
		}
	}
	switch {
	case !twin:
		return words
	case same:
		return words + " (" + by + "; " + measureAbout(ctx, p, m) + ")"
	}
	return words + " (" + by + ")"
}

func measureBy(ctx context.Context, m iru.PlanMeasure) string {
	if m.Veto != "" || m.Instrument == "" {
		return ui.T(ctx, "must not be taken")
	}
	return instrumentName(ctx, m.Instrument)
}

// measureAbout names the addresses of a measure, where they are few.
func measureAbout(ctx context.Context, p iru.Plan, m iru.PlanMeasure) string {
	var out []string
	for _, a := range m.Acts {
		name := iru.PlanAsset(a.Asset)
		if n := slices.IndexFunc(p.Nodes, func(n plan.Node) bool { return n.ID == name }); n >= 0 {
			name = p.Nodes[n].Name
		}
		if name = cutText(name, 60); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if len(out) > 2 {
		return ui.T(ctx, "%s and %s more", out[0], strconv.Itoa(len(out)-1))
	}
	return strings.Join(out, ", ")
}

// measureOf finds the measure that fells a leaf; false where none does.
func measureOf(p iru.Plan, leaf string) (iru.PlanMeasure, bool) {
	n := slices.IndexFunc(p.Measures, func(m iru.PlanMeasure) bool { return slices.Contains(m.Fells, leaf) })
	if n < 0 {
		return iru.PlanMeasure{}, false
	}
	return p.Measures[n], true
}

// planNode names a node of a plan's tree.
func planNode(ctx context.Context, p iru.Plan, n plan.Node) string {
	if m, ok := measureOf(p, n.ID); ok {
		return measureWords(ctx, p, m)
	}
	kind, rest, _ := strings.Cut(n.ID, "/")
	switch kind {
	case iru.PlanRoot, "asset":
		return n.Name
	case "name":
		return ui.T(ctx, "name %s", defangedName(rest))
	case "servers":
		return ui.T(ctx, "name servers of %s", defangedName(rest))
	case "ns":
		return ui.T(ctx, "name server %s", defangedName(rest))
	case "store":
		return ui.T(ctx, "store page")
	case "download":
		return ui.T(ctx, "download address")
	case "unknown":
		return ui.T(ctx, "a host that is not known")
	case string(legal.Registrar):
		return ui.T(ctx, "a registrar that is not in the directory")
	case "any":
		layer, _, _ := strings.Cut(rest, "/")
		return ui.T(ctx, "any of several: %s", layerName(ctx, legal.Layer(layer)))
	}
	return n.Name
}

func defangedName(s string) string { return strings.ReplaceAll(s, ".", "[.]") }

// wayWords is a way to the audience as a sentence: through which address, and what it stands on.
func wayWords(ctx context.Context, p iru.Plan, w iru.Way) string {
	name := func(id string) string {
		n := slices.IndexFunc(p.Nodes, func(n plan.Node) bool { return n.ID == id })
		if n < 0 {
			return id
		}
		return planNode(ctx, p, p.Nodes[n])
	}
	var on, through []string
	for _, l := range w.Leaves {
		if x := name(l); !slices.Contains(on, x) {
			on = append(on, x)
		}
	}
	for _, a := range w.Assets {
		through = append(through, name(a))
	}
	switch {
	case len(through) == 0:
		return ui.T(ctx, "Still up: %s.", strings.Join(on, ", "))
	case len(on) == 0:
		return ui.T(ctx, "Still up through %s.", strings.Join(through, ", "))
	}
	return ui.T(ctx, "Still up through %s: %s.", strings.Join(through, ", "), strings.Join(on, ", "))
}

// planFault says why there is no plan.
func planFault(ctx context.Context, a iru.PlanAnswer) string {
	switch {
	case a.Found():
		return ""
	case strings.HasPrefix(a.Failed, "nothing that may be done"):
		return ui.T(ctx, "Nothing that may be done fells the outlet: there is a way to the audience that no measure closes.")
	case strings.HasPrefix(a.Failed, "the time was over"):
		return ui.T(ctx, "The time was over before a plan was found.")
	case strings.HasPrefix(a.Failed, "no plan keeps to at most"):
		return ui.T(ctx, "No plan keeps to so few bystanders.")
	}
	return a.Failed
}

// vetoWords says why a measure must not be taken.
func vetoWords(ctx context.Context, why string) string {
	switch {
	case strings.HasPrefix(why, "PAP:RED"):
		return ui.T(ctx, "PAP:RED: nobody may act where it can be noticed")
	case strings.HasPrefix(why, "spared: "):
		return ui.T(ctx, "spared: %s", strings.TrimPrefix(why, "spared: "))
	case strings.HasPrefix(why, "the law allows no"):
		return ui.T(ctx, "the law allows no instrument that would take it down")
	}
	return why
}

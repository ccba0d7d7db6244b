// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"time"

	"iolaus/internal/effect"
)

type (
	effectRatio struct {
		Value float64 `json:"value"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
	}
	effectTerm struct {
		Name  string  `json:"name"`
		Value float64 `json:"log"`
		Error float64 `json:"error"`
	}
	effectFit struct {
		Terms    []effectTerm `json:"terms"`
		Scale    float64      `json:"scale"`
		Theta    float64      `json:"theta,omitempty"`
		Deviance float64      `json:"deviance"`
		Free     int          `json:"free"`
	}
	effectFile struct {
		Verdict  effect.Verdict `json:"verdict"`
		Why      string         `json:"why,omitempty"`
		Counted  string         `json:"counted"`
		Beside   string         `json:"compare,omitempty"`
		Step     effect.Step    `json:"step"`
		Day      string         `json:"day"`
		Window   effect.Window  `json:"window"`
		Sealed   string         `json:"sealed,omitempty"`
		Entry    *int64         `json:"entry,omitempty"`
		After    float64        `json:"after"`
		Expected float64        `json:"expected"`
		Whole    *effectRatio   `json:"change,omitempty"`
		Level    *effectRatio   `json:"level,omitempty"`
		Slope    *effectRatio   `json:"slope,omitempty"`
		Model    effectRatio    `json:"model_alone"`
		Unseen   float64        `json:"unseen,omitempty"`
		Placebos int            `json:"placebos"`
		Stretch  float64        `json:"stretch,omitempty"`
		Alike    float64        `json:"autocorrelation"`
		Fit      *effectFit     `json:"fit,omitempty"`
		Other    *effectFit     `json:"compare_fit,omitempty"`
	}
)

func effectFileOf(s effect.Series, c effect.Change, sealed effect.Sealed) effectFile {
	f := effectFile{Verdict: c.Verdict, Why: c.Why.String(), Counted: s.Name, Beside: s.Beside, Step: s.Step, Day: c.Day.Format(time.DateOnly), Window: c.Window, After: c.Counted, Expected: c.Expected,
		Model: effectRatio(c.Model), Placebos: c.Placebos, Stretch: c.Stretch, Alike: c.Alike, Unseen: c.Unseen}
	if !sealed.Sealed.IsZero() {
		f.Sealed, f.Entry = sealed.Sealed.UTC().Format(time.RFC3339), &sealed.Entry
	}
	if c.Verdict != effect.Untold {
		f.Whole, f.Level = new(effectRatio(c.Whole)), new(effectRatio(c.Level))
		if c.Slope != (effect.Ratio{}) {
			f.Slope = new(effectRatio(c.Slope))
		}
	}
	if len(c.Fit.Terms) > 0 {
		f.Fit = new(fitOf(c.Fit))
	}
	if c.Beside != nil {
		f.Other = new(fitOf(*c.Beside))
	}
	return f
}

func fitOf(f effect.Fit) effectFit {
	out := effectFit{Scale: f.Scale, Theta: f.Theta, Deviance: f.Deviance, Free: f.Free}
	for _, t := range f.Terms {
		out.Terms = append(out.Terms, effectTerm{t.Name, t.Value, t.Error})
	}
	return out
}

// print writes what can be said for a person.
func (f effectFile) print(w io.Writer) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-24s%s\n", name, fmt.Sprintf(format, args...))
	}
	line("counted", "%s, by %s: %d before %s and %d from then on", f.Counted, f.Step, f.Window.Before, f.Day, f.Window.After)
	if f.Beside != "" {
		line("compared with", "%s", f.Beside)
	}
	if f.Entry != nil {
		line("window", "sealed %s, entry %d of the ledger", f.Sealed, *f.Entry)
	} else {
		line("window", "not sealed: chosen by whoever asks, perhaps after the day")
	}
	line("counted from the day on", "%.0f", f.After)
	if f.Fit != nil {
		line("expected without change", "%.0f", f.Expected)
		line("scatter", "%s", f.scatter())
		line("autocorrelation", "%.2f from one %s to the next, of what the model leaves over", f.Alike, f.Step)
	}
	ratio := func(name string, r *effectRatio) {
		if r != nil {
			line(name, "x %.3f, 95 %% interval %.3f to %.3f", r.Value, r.Low, r.High)
		}
	}
	ratio("change, all together", f.Whole)
	ratio("change of level", f.Level)
	ratio("change of trend, a "+string(f.Step), f.Slope)
	if f.Whole != nil {
		line("intervals", "from %d placebos before the day, %.2f times as wide as the model's own", f.Placebos, f.Stretch)
		ratio("by the model alone", &f.Model)
	}
	line("verdict", "%s", f.words())
}

func (f effectFile) scatter() string {
	switch {
	case f.Window.Family == effect.QuasiPoisson:
		return fmt.Sprintf("quasi-Poisson, %.2f times Poisson's variance", f.Fit.Scale)
	case f.Fit.Theta > 0:
		return fmt.Sprintf("negative binomial, theta %.2f", f.Fit.Theta)
	}
	return "Poisson"
}

func (f effectFile) words() string {
	switch f.Verdict {
	case effect.Fewer:
		return fmt.Sprintf("fewer: between %.0f and %.0f %% less than would be expected", 100*(1-f.Whole.High), 100*(1-f.Whole.Low))
	case effect.More:
		return fmt.Sprintf("more: between %.0f and %.0f %% more than would be expected", 100*(f.Whole.Low-1), 100*(f.Whole.High-1))
	case effect.NoChange:
		return fmt.Sprintf("no detectable change; a fall by less than %.0f %% would not have been seen", 100*f.Unseen)
	}
	return "cannot be told: " + f.Why
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Definition is how one figure comes about: what it is in words, how it is counted, and how the list behind it is read. Its figure has id,
// title, law, words, kind and of.
type Definition struct {
	iru.Figure
	Count func(context.Context, *db.Tx, db.Window) (int, error)
	List  func(context.Context, *db.Tx, db.Window) ([]iru.Counted, error)
	// Missing says why the program cannot tell; then Count and List are nil.
	Missing  string
	By       []string // dimensions in which it is broken down
	Quantile float64  // of a time
	Part     string   // of a share: the figure of which it is the share; its list is the share's
	Whole    string   // the figure that this one is a part of; Rest the figure that is all the remainder, "" where none is printed
	Rest     string
	// Duty marks a number that the law obliges to publish, with its parts: it is not hidden for being small.
	Duty bool
}

// counted is a definition whose figure and list come from one counting of package db.
func counted(name string, f Definition) Definition {
	f.Count = func(ctx context.Context, t *db.Tx, w db.Window) (int, error) { return t.CountIn(ctx, name, w) }
	f.List = func(ctx context.Context, t *db.Tx, w db.Window) ([]iru.Counted, error) { return t.ListIn(ctx, name, w) }
	if f.Kind == "" {
		f.Kind = iru.FigureCount
	}
	return f
}

// compute gives the figure, unsuppressed, and the list that it rests on. lists holds those of the figures before it.
func (def Definition) compute(ctx context.Context, t *db.Tx, w db.Window, lists map[string][]iru.Counted) (iru.Figure, []iru.Counted, error) {
	f := def.Figure
	switch {
	case def.Missing != "":
		f.State, f.Why = iru.FigureUnknown, def.Missing
		return f, nil, nil
	case def.Kind == iru.FigureShare:
		return f.Shares(len(lists[def.Part]), len(lists[def.Of])), lists[def.Part], nil
	}
	n, err := def.Count(ctx, t, w)
	if err != nil {
		return f, nil, err
	}
	list, err := def.List(ctx, t, w)
	if err != nil {
		return f, nil, err
	}
	if len(list) != n {
		return f, nil, fmt.Errorf("compute figure %s: %w: it is %d and its list has %d", f.ID, iru.Internal, n, len(list))
	}
	if f.Kind == iru.FigureTime {
		return f.Times(list, def.Quantile), list, nil
	}
	f = f.Counts(n)
	for _, by := range def.By {
		f = f.Grouped(by, list)
	}
	return f, list, nil
}

// suppress hides what a public report must not say, and takes out what only the unit may know.
func suppress(r *iru.Report, defs []Definition) {
	table, at, cells := tableau(*r, defs)
	hidden := table.Suppress(r.Threshold)
	gone := map[string]bool{} // figures whose number is hidden
	for i, f := range r.Figures {
		if k, ok := at[f.ID]; ok && hidden[k] {
			gone[f.ID] = true
			hide(&r.Figures[i], r.Threshold)
		}
		for k := range f.Groups {
			if c, ok := cells[[2]int{i, k}]; ok && hidden[c] {
				r.Figures[i].Groups[k].State, r.Figures[i].Groups[k].Value = iru.FigureHidden, ""
			}
		}
	}
	for i, f := range r.Figures {
		n := 0
		if f.Count != nil {
			n = *f.Count
		}
		small := n > 0 && n < r.Threshold
		switch {
		case f.Kind == iru.FigureShare && f.State == iru.FigureGiven && (gone[defs[i].Part] || gone[f.Of]), f.Kind == iru.FigureTime && small:
			hide(&r.Figures[i], r.Threshold)
		}
		r.Figures[i].Count = nil
	}
}

func hide(f *iru.Figure, threshold int) {
	f.State, f.Value = iru.FigureHidden, ""
	f.Why = fmt.Sprintf("it rests on fewer than %d, or a number that does could be computed from it", threshold)
}

// tableau says which of a report's numbers add up to which: at is the cell of a figure, cells that of a figure's part.
func tableau(r iru.Report, defs []Definition) (t iru.Tableau, at map[string]int, cells map[[2]int]int) {
	at, cells = map[string]int{}, map[[2]int]int{}
	add := func(c iru.TableCell) int { t.Cells = append(t.Cells, c); return len(t.Cells) - 1 }
	for i, f := range r.Figures {
		if f.Kind != iru.FigureCount || f.State != iru.FigureGiven {
			continue
		}
		at[f.ID] = add(iru.TableCell{Value: *f.Count, Fixed: defs[i].Duty})
		for _, by := range defs[i].By {
			sum := iru.Sum{Total: at[f.ID]}
			for k, g := range f.Groups {
				if g.By == by {
					n, _ := strconv.Atoi(g.Value) // written by Grouped
					cells[[2]int{i, k}] = add(iru.TableCell{Value: n, Fixed: defs[i].Duty})
					sum.Parts = append(sum.Parts, cells[[2]int{i, k}])
				}
			}
			if len(sum.Parts) > 0 {
				t.Sums = append(t.Sums, sum)
			}
		}
	}
	for i, f := range r.Figures {
		part, ok := at[f.ID]
		whole, known := at[defs[i].Whole]
		if !ok || !known {
			continue
		}
		rest, printed := at[defs[i].Rest]
		if !printed {
			rest = add(iru.TableCell{Value: max(0, t.Cells[whole].Value-t.Cells[part].Value), Virtual: true})
		}
		t.Sums = append(t.Sums, iru.Sum{Total: whole, Parts: []int{part, rest}})
	}
	return t, at, cells
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// An outletWave is one operation against an outlet: what fell from its T0 to the next one's, what came back after how long, and the audience where it
// was measured.
type outletWave struct {
	Op            iru.Operation
	Number        int // in the order of their T0; 0: nothing of it leaves
	Fell, Back    int
	First         time.Duration // to the first return; meant where Back is not 0
	Before, After int           // audience; 0: not measured
}

// waves reads them, oldest first; an operation without T0 stands at the end.
func (r *outletReader) waves() error {
	p := r.p
	ops := slices.Clone(p.Waves)
	slices.SortStableFunc(ops, func(a, b iru.Operation) int {
		if a.T0.IsZero() != b.T0.IsZero() {
			if a.T0.IsZero() {
				return 1
			}
			return -1
		}
		return a.T0.Compare(b.T0)
	})
	p.WaveFacts = nil
	number := 0
	for i, o := range ops {
		x := outletWave{Op: o}
		if !o.T0.IsZero() && o.Leaves() {
			number++
			x.Number = number
		}
		if !o.T0.IsZero() && o.T0.Before(r.v.now) {
			end := r.v.now
			if i+1 < len(ops) && !ops[i+1].T0.IsZero() && ops[i+1].T0.Before(end) {
				end = ops[i+1].T0
			}
			x.count(p.Comebacks, o.T0, end)
			if err := r.audience(&x); err != nil {
				return err
			}
		}
		p.WaveFacts = append(p.WaveFacts, x)
	}
	return nil
}

// count takes the falls between two times in.
func (x *outletWave) count(all []iru.Comeback, from, to time.Time) {
	for _, c := range all {
		if c.At.Before(from) || !c.At.Before(to) {
			continue
		}
		if x.Fell++; c.Back == 0 {
			continue
		}
		if took := c.Up.Sub(c.At); x.Back == 0 || took < x.First {
			x.First = took
		}
		x.Back++
	}
}

// audience reads what the outlet's addresses told of it at the first and the last sweep.
func (r *outletReader) audience(x *outletWave) error {
	ms, err := r.t.Musters(r.ctx, r.v.scope, x.Op.ID)
	if err != nil {
		return err
	}
	ms = slices.DeleteFunc(ms, func(m iru.Muster) bool { return m.State != iru.MusterClosed })
	if len(ms) < 2 || ms[0].Mark != iru.MarkBefore {
		return nil
	}
	sum := func(m iru.Muster, from, to time.Time) (n int, err error) {
		b, err := m.Read()
		for _, h := range b.Audience {
			if slices.ContainsFunc(r.p.Assets, func(a iru.Asset) bool { return a.ID == h.Asset }) && !h.At.Before(from) && h.At.Before(to) {
				n += h.Count
			}
		}
		return n, err
	}
	if x.Before, err = sum(ms[0], time.Time{}, x.Op.T0); err != nil {
		return err
	}
	x.After, err = sum(ms[len(ms)-1], x.Op.T0, r.v.now)
	return err
}

func (p OutletPage) waves(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Waves"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Wave"), Num: true}, {Title: ui.T(ctx, "Operation")}, {Title: "T0", NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Fell"), Num: true}, {Title: afterWord(ctx, "Back"), Num: true},
		{Title: ui.T(ctx, "Back after"), Num: true}, {Title: ui.T(ctx, "Audience kept"), Num: true}}}
	for _, w := range p.WaveFacts {
		o := w.Op
		number, fell, back, after, kept := "–", "–", "–", "–", "–"
		t0 := ui.All(ui.Text(ui.T(ctx, "not set")))
		if w.Number > 0 {
			number = strconv.Itoa(w.Number)
		}
		name := ui.Link("/operations/"+id(o.ID), o.Name)
		if !o.T0.IsZero() {
			t0 = ui.When{At: o.T0, Day: true}
		}
		if !o.T0.IsZero() && o.T0.Before(p.Now) && o.Leaves() {
			name = ui.All(name, ui.Text(" · "), ui.Link("/operations/"+id(o.ID)+"/report", ui.T(ctx, "After-action report")))
			fell, back, kept = strconv.Itoa(w.Fell), strconv.Itoa(w.Back), ui.T(ctx, "not measured")
			if w.Back > 0 {
				after = lengthWords(ctx, w.First)
			}
			if w.Before > 0 {
				kept = percents(float64(w.After) / float64(w.Before))
			}
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(number), name, t0, operationState(ctx, o.State), ui.Text(fell), ui.Text(back), ui.Text(after), ui.Text(kept)))
	}
	return t
}

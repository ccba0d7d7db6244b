// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A difference is read only where it can say something.
func TestBeside(t *testing.T) {
	t0 := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	make := func(acts int, first, step time.Duration, median string, state iru.FigureState) iru.AfterAction {
		tasks := iru.AfterTable{ID: "tasks", Columns: []iru.AfterColumn{{ID: "left"}, {ID: "received"}, {ID: "removed"}}}
		for n := range acts {
			left := t0.Add(first + time.Duration(n)*step).Format(time.RFC3339Nano)
			tasks.Rows = append(tasks.Rows, iru.AfterRow{Cells: []string{left, left, ""}})
		}
		return iru.AfterAction{Operation: iru.AfterSubject{T0: &t0, To: new(t0.Add(time.Duration(acts) * (step + time.Minute)))}, Tables: []iru.AfterTable{tasks}, Figures: []iru.Figure{
			{ID: "acts", Kind: iru.FigureCount, State: iru.FigureGiven, Value: strconv.Itoa(acts)}, {ID: "removal.median", Kind: iru.FigureTime, State: state, Value: median},
			{ID: "returns", Kind: iru.FigureCount, State: iru.FigureGiven, Value: strconv.Itoa(int(step))}}}
	}
	day, week := make(12, 2*time.Millisecond, time.Millisecond, "3", iru.FigureGiven), make(12, 0, time.Hour, "5", iru.FigureGiven)
	for _, c := range []struct {
		a, b iru.AfterAction
		want []desk.BesideLine
	}{
		{day, week, []desk.BesideLine{{"First act, after T0", "0.002 s", "0.000 s", ""}, {"First act to last act", "0.011 s", "39600.000 s", ""}, {"Tasks", "12", "12", "no difference"}, {What: iru.AfterWords("returns").Title, Says: "little: they look for 12m0s and 12h12m0s"}}},
		{day, make(3, 0, 0, "5", iru.FigureGiven), []desk.BesideLine{{What: iru.AfterWords("removal.median").Title, Says: "little: they rest on 12 and 3 acts"}, {"Tasks", "12", "3", "of 12 and 3 acts"}}},
		{day, make(12, 0, 0, "", iru.FigureTooEarly), []desk.BesideLine{{What: iru.AfterWords("removal.median").Title, Says: "nothing: one of the two is not given"}}},
		{day, make(0, 0, 0, "", iru.FigureNothing), []desk.BesideLine{{"First act to last act", "0.011 s", "none", "nothing: one of the two is not given"}}},
	} {
		got := desk.Beside(c.a, c.b)
		for _, w := range c.want {
			if !slices.ContainsFunc(got, func(l desk.BesideLine) bool {
				return l.What == w.What && l.Says == w.Says && (w.First == "" || l.First == w.First && l.Second == w.Second)
			}) {
				t.Errorf("%+v is not said in %+v", w, got)
			}
		}
	}
}

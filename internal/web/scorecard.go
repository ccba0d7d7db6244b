// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// scoreColumns are what the scorecard can be sorted by.
var scoreColumns = []string{"provider", "acts", "received", "median", "ninety", "intime", "clarified", "refused", "bounced", "open"}

func notYetThere(err error) error {
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	return err
}

func (v *visit) scorecardPage() error {
	ctx, q := v.ctx(), v.r.URL.Query()
	p := ScorecardPage{Frame: v.frame("notices", ui.T(ctx, "Scorecard of addressees")), Sort: q.Get("sort"), Down: q.Get("down") != ""}
	if !slices.Contains(scoreColumns, p.Sort) {
		p.Sort, p.Down = "provider", false
	}
	err := v.read(func(t *db.Tx) error {
		var err error
		p.Scores, err = v.desk.Scorecard(ctx, t, v.scope, 0, time.Time{}, time.Time{})
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(p.Scores, func(a, b iru.Score) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Instrument, b.Instrument))
	})
	slices.SortStableFunc(p.Scores, func(a, b iru.Score) int {
		x, okA := scoreKey(a, p.Sort)
		y, okB := scoreKey(b, p.Sort)
		switch {
		case okA != okB && okA: // who has too few acts for a number stands at the end, whichever way it is sorted
			return -1
		case okA != okB:
			return 1
		case p.Down:
			return cmp.Compare(y, x)
		}
		return cmp.Compare(x, y)
	})
	if p.Sort == "provider" && p.Down {
		slices.Reverse(p.Scores)
	}
	return v.show(p.View())
}

// scoreKey is the number that a score is sorted by; false where it has none.
func scoreKey(s iru.Score, by string) (float64, bool) {
	switch by {
	case "acts":
		return float64(s.Acts), true
	case "received":
		return float64(s.Received), true
	case "median":
		return s.Median.Seconds(), s.HasMedian && !s.Few()
	case "ninety":
		return s.Ninety.Seconds(), s.HasNinety && !s.Few()
	case "intime":
		return float64(s.InTime) / float64(max(s.Timed, 1)), s.Timed >= iru.FewActs
	case "clarified":
		return float64(s.Clarified), true
	case "refused":
		return float64(s.Refused), true
	case "bounced":
		return float64(s.Bounced), true
	case "open":
		return float64(s.Open), true
	}
	return 0, true
}

// scoresOf are the lines of one provider.
func (v *visit) scoresOf(t *db.Tx, p iru.ProviderID) ([]iru.Score, error) {
	return v.desk.Scorecard(v.ctx(), t, v.scope, p, time.Time{}, time.Time{})
}

// ScorecardPage is how addressees answered, a line for each and each instrument.
type ScorecardPage struct {
	Frame  ui.Frame
	Scores []iru.Score
	Sort   string
	Down   bool
}

func (p ScorecardPage) table(ctx context.Context) ui.Table {
	t := scoreTable(ctx, p.Scores, true)
	for i := range t.Columns {
		name := []string{"provider", "", "acts", "received", "median", "ninety", "intime", "clarified", "refused", "bounced", "open"}[i]
		if name == "" {
			continue
		}
		down := ""
		if p.Sort == name && !p.Down || p.Sort != name && i > 1 {
			down = "1"
		}
		t.Columns[i].Sort = at("/scorecard", "sort", name, "down", down)
		if p.Sort == name {
			t.Columns[i].Sorted = "ascending"
			if p.Down {
				t.Columns[i].Sorted = "descending"
			}
		}
	}
	return t
}

// scoreTable shows scores; with the addressee in the first column where the page is not about one.
func scoreTable(ctx context.Context, scores []iru.Score, named bool) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Scorecard of addressees"), List: named, Empty: ui.T(ctx, "No act has left yet."), Columns: []ui.Column{
		{Title: ui.T(ctx, "Instrument")}, {Title: ui.T(ctx, "Acts"), Num: true}, {Title: ui.T(ctx, "Receipt known"), Num: true},
		{Title: ui.T(ctx, "Half acted within"), Num: true}, {Title: ui.T(ctx, "Nine in ten within"), Num: true}, {Title: ui.T(ctx, "In time"), Num: true},
		{Title: ui.T(ctx, "Asked"), Num: true}, {Title: ui.T(ctx, "Refused"), Num: true}, {Title: ui.T(ctx, "Came back"), Num: true}, {Title: ui.T(ctx, "Open"), Num: true}}}
	if named {
		t.Columns = append([]ui.Column{{Title: ui.T(ctx, "Addressee")}}, t.Columns...)
	}
	number := func(n int) templ.Component { return ui.Text(ui.Thousands(n)) }
	for _, s := range scores {
		cells := []templ.Component{ui.Text(instrumentName(ctx, s.Instrument)), number(s.Acts), number(s.Received), tookCell(ctx, s, s.Median, s.HasMedian), tookCell(ctx, s, s.Ninety, s.HasNinety),
			inTimeCell(ctx, s), number(s.Clarified), number(s.Refused), number(s.Bounced), number(s.Open)}
		if named {
			cells = append([]templ.Component{ui.Link("/providers/"+id(s.Provider), s.Name)}, cells...)
		}
		t.Rows = append(t.Rows, ui.Cells(cells...))
	}
	return t
}

func tookCell(ctx context.Context, s iru.Score, d time.Duration, reached bool) templ.Component {
	switch {
	case s.Received == 0:
		return ui.Quiet(ui.T(ctx, "no receipt known"))
	case s.Few():
		return ui.Quiet(ui.T(ctx, "too few"))
	case !reached:
		return ui.Quiet(ui.T(ctx, "not yet"))
	}
	return ui.Text(tookWords(ctx, d))
}

func inTimeCell(ctx context.Context, s iru.Score) templ.Component {
	switch {
	case s.Timed == 0:
		return ui.Quiet(ui.T(ctx, "no limit ran"))
	case s.Timed < iru.FewActs:
		return ui.Text(ui.T(ctx, "%s of %s", ui.Thousands(s.InTime), ui.Thousands(s.Timed)))
	}
	return ui.Text(ui.Thousands(s.InTime*100/s.Timed) + " %")
}
